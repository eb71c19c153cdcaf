/** Records of descriptor and tables: what goes in comes out, and what has no room does not go in. */
import { expect, test } from 'vitest';
import { type Tile, tileCodec } from './layer.ts';

const tile: Tile = {
  ...{ psums: 255, halo: 3, origin: 20, reciprocal: 65535, width: 17, address: 1023 },
  ...{ top: -512, left: 511, rows: 1023, cols: 1 },
};

test('the ends of every range come back', () => {
  expect(tileCodec.decode(tileCodec.encode(tile))).toEqual(tile);
});

test.each([
  ['left', 512], // ten bits, but one of them is the sign
  ['top', -513],
  ['rows', 1024],
  ['rows', -1],
] as const)('%s of %i is refused, with the bits it has', (field, value) => {
  expect(() => tileCodec.encode({ ...tile, [field]: value })).toThrow(
    `${field} is ${value}, and has 10 bits`,
  );
});
