import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readNpy } from './npy.ts';

function npy(header: string, body: Uint8Array, version = 1): Uint8Array {
  const length = version === 1 ? 2 : 4;
  const padded = header.padEnd(Math.ceil((header.length + 9 + length) / 64) * 64 - 9 - length, ' ');
  const head = Buffer.alloc(8 + length);
  head.write('\u0093NUMPY', 'latin1');
  head[6] = version;
  head.writeUIntLE(padded.length + 1, 8, length);
  return new Uint8Array(Buffer.concat([head, Buffer.from(`${padded}\n`, 'latin1'), body]));
}
const header = (descr: string, shape: string, order = 'False'): string =>
  `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (${shape}), }`;
const bytesOf = (values: ArrayBufferView): Uint8Array => new Uint8Array(values.buffer);

test('float32, float64, bytes and integers are read, in both versions of the header', () => {
  const floats = readNpy(npy(header('<f4', '2, 2'), bytesOf(Float32Array.of(1, -2.5, 3, 4))));
  expect(floats.shape).toEqual([2, 2]);
  expect([...floats.values]).toEqual([1, -2.5, 3, 4]);
  expect([...readNpy(npy(header('<f8', '1,'), bytesOf(Float64Array.of(0.5)), 2)).values]).toEqual([0.5]);
  expect([...readNpy(npy(header('|u1', '2,'), Uint8Array.of(7, 255))).values]).toEqual([7, 255]);
  expect([...readNpy(npy(header('<i8', '1,'), bytesOf(BigInt64Array.of(-3n)))).values]).toEqual([-3]);
  expect([...readNpy(npy(header('>i2', '1,'), Uint8Array.of(0x01, 0x02))).values]).toEqual([258]);
  expect([...readNpy(npy(header('<f4', ''), bytesOf(Float32Array.of(9)))).values]).toEqual([9]);
});

test.each([
  ['no magic', new Uint8Array(64), 'does not begin with the magic'],
  ['version 9', npy(header('<f4', '1,'), new Uint8Array(4), 9), 'version 9 is unknown'],
  ['cut in the header', npy(header('<f4', '1,'), new Uint8Array(4)).slice(0, 40), 'ends inside its header'],
  ['cut in the values', npy(header('<f4', '2,'), new Uint8Array(4)), 'needs 8 bytes, it holds 4'],
  ['Fortran order', npy(header('<f4', '1,', 'True'), new Uint8Array(4)), 'Fortran order'],
  ['objects', npy(header('|O8', '1,'), new Uint8Array(8)), 'no plain element type'],
  ['half floats', npy(header('<f2', '1,'), new Uint8Array(2)), '"f2" is not supported'],
  ['a gigantic shape', npy(header('<f4', '99999999, 99999999'), new Uint8Array(4)), 'more than 268435456'],
  [
    'an infinite shape',
    npy(header('<f4', `${'9'.repeat(400)}, 0`), new Uint8Array(0)),
    'more than 268435456',
  ],
  ['nine dimensions', npy(header('<f4', '1,1,1,1,1,1,1,1,1'), new Uint8Array(4)), '9 dimensions'],
])('%s is refused in words', (_, bytes, sentence) => {
  expect(() => readNpy(bytes)).toThrow(sentence);
});

test('any bytes behind the magic are read or refused, never worse', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (tail) => {
      const bytes = Uint8Array.from([0x93, ...Buffer.from('NUMPY'), ...tail]);
      try {
        readNpy(bytes);
      } catch (error) {
        expect((error as Error).name).toBe('UserError');
      }
    }),
  );
});
