import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countNonZeroBytes, countNonZeroColumns } from './bytes.ts';

const bytes = (maxLength: number) =>
  fc.array(fc.oneof(fc.constant(0), fc.integer({ min: -128, max: 127 })), { maxLength });

test('counts what the plain loop counts, wherever in a buffer the bytes lie', () => {
  fc.assert(
    fc.property(bytes(70), fc.nat(5), (list, offset) => {
      const buffer = new Int8Array([...new Array(offset).fill(1), ...list]);
      const view = buffer.subarray(offset);
      expect(countNonZeroBytes(view)).toBe(list.filter((x) => x !== 0).length);
      expect(countNonZeroBytes(new Uint8Array(view))).toBe(list.filter((x) => x !== 0).length);
    }),
  );
});

test('columns: what the plain loop counts, also beyond 255 rows', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }),
      fc.nat(600),
      fc.nat(4),
      bytes(64),
      (cols, rows, offset, list) => {
        const buffer = new Int8Array(offset + rows * cols);
        buffer.forEach((_, i) => {
          buffer[i] = list.length === 0 ? 1 : list[(i * 7) % list.length]!;
        });
        const matrix = buffer.subarray(offset);
        const plain = new Uint32Array(cols);
        matrix.forEach((x, i) => {
          if (x !== 0) plain[i % cols]!++;
        });
        expect(countNonZeroColumns(matrix, cols)).toEqual(plain);
      },
    ),
  );
});
