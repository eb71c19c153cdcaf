import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeSafetensors, encodeSafetensors, float32Tensor, type SafeTensor } from './safetensors.ts';

const metadata = new Map([['format', 'pt']]);
const one = new Map<string, SafeTensor>([
  ['mask', { dtype: 'BOOL', shape: [3], values: Uint8Array.of(1, 0, 1) }],
  ['conv1.weight', float32Tensor([2, 1], Float32Array.of(1.5, -2))],
]);
const file = encodeSafetensors({ tensors: one, metadata });

/** A file with this header and so many bytes of values. */
const withHeader = (header: string, values = 0): Uint8Array => {
  const json = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + json.length + values);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
};
const entry = (dtype: string, shape: unknown, offsets: unknown): string =>
  JSON.stringify({ w: { dtype, shape, data_offsets: offsets } });

test('the bytes are those of the format: length, JSON padded with spaces, raw values', () => {
  const length = Number(new DataView(file.buffer).getBigUint64(0, true));
  expect(length % 8).toBe(0);
  const json = new TextDecoder().decode(file.subarray(8, 8 + length));
  expect(JSON.parse(json)).toEqual({
    __metadata__: { format: 'pt' },
    'conv1.weight': { dtype: 'F32', shape: [2, 1], data_offsets: [0, 8] },
    mask: { dtype: 'BOOL', shape: [3], data_offsets: [8, 11] },
  });
  expect([...file.subarray(8 + length)]).toEqual([0, 0, 0xc0, 0x3f, 0, 0, 0, 0xc0, 1, 0, 1]);
});

test('round trip: any tensors under any names, from any place in memory', () => {
  const values = fc.oneof(
    fc.float32Array({ noNaN: true }).map((v): SafeTensor => float32Tensor([v.length], v)),
    fc.float64Array({ noNaN: true }).map((v): SafeTensor => ({ dtype: 'F64', shape: [v.length], values: v })),
    fc.int32Array().map((v): SafeTensor => ({ dtype: 'I32', shape: [1, v.length], values: v })),
    fc.uint8Array().map((v): SafeTensor => ({ dtype: 'U8', shape: [v.length, 1, 1], values: v })),
  );
  const names = fc.string().filter((name) => name !== '__metadata__');
  fc.assert(
    fc.property(fc.array(fc.tuple(names, values)), fc.nat(7), (pairs, shift) => {
      const tensors = new Map(pairs);
      const bytes = encodeSafetensors({ tensors, metadata });
      const moved = new Uint8Array(bytes.length + shift).subarray(shift);
      moved.set(bytes);
      const read = decodeSafetensors(shift % 2 ? moved : Buffer.from(moved));
      expect(read.metadata).toEqual(metadata);
      expect(new Set(read.tensors)).toEqual(new Set(tensors));
    }),
  );
});

describe('what is damaged is refused', () => {
  test('a cut file, wherever it is cut', () => {
    for (let n = 0; n < file.length; n++) expect(() => decodeSafetensors(file.subarray(0, n))).toThrow();
    expect(() => decodeSafetensors(file.subarray(0, -1))).toThrow('does not fit bytes 8 to 11 of 10');
  });

  test.each([
    ['a header longer than the file', Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 127), 'does not fit'],
    ['no JSON', withHeader('{{'), 'its header is no JSON'],
    ['a list', withHeader('[1]'), 'no JSON object'],
    ['an unknown type', withHeader(entry('BF16', [1], [0, 2]), 2), 'of type "BF16" is not read'],
    ['a type of the prototype', withHeader(entry('toString', [1], [0, 2]), 2), 'is not read'],
    ['a negative extent', withHeader(entry('F32', [-1], [0, 4]), 4), 'not in whole numbers'],
    ['an absurd shape', withHeader(entry('F32', [2 ** 40], [0, 4]), 4), 'more than 268435456 elements'],
    ['bytes behind the end', withHeader(entry('F32', [2], [0, 8]), 4), 'does not fit bytes 0 to 8 of 4'],
    ['a hole', withHeader(entry('F32', [1], [0, 4]), 8), 'take 4 bytes, the safetensors file holds 8'],
  ])('%s', (_, bytes, sentence) => {
    expect(() => decodeSafetensors(bytes)).toThrow(sentence);
  });
});
