/** One contract over all formats, and the published layouts bit by bit. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countNonZeros } from '../tensor/tensor.ts';
import { bitmap, csc, dense, type Format, formatNamed, formats, runLength, type Values } from './index.ts';

/** Arrays with long runs of zeros, short ones and none. */
const sparse = (low: number, high: number) =>
  fc
    .array(fc.tuple(fc.oneof(fc.nat(3), fc.nat(80)), fc.integer({ min: low, max: high })), { maxLength: 40 })
    .map((pairs) => pairs.flatMap(([run, level]) => [...Array<number>(run).fill(0), level]));
const anyValues: fc.Arbitrary<Values> = fc.oneof(
  sparse(-128, 127).map((v) => Int8Array.from(v)),
  sparse(0, 255).map((v) => Uint8Array.from(v)),
  sparse(-32768, 32767).map((v) => Int16Array.from(v)),
);
const wordBitsOf = (values: Values) => fc.constantFrom(...(values.BYTES_PER_ELEMENT === 1 ? [8, 16] : [16]));
const divisors = (n: number) =>
  Array.from({ length: Math.max(1, n) }, (_, i) => i + 1).filter((d) => n % d === 0);
const anyCase = anyValues.chain((values) =>
  fc.record({
    values: fc.constant(values),
    wordBits: wordBitsOf(values),
    columnLength: fc.constantFrom(...divisors(values.length)),
  }),
);

describe.each(formats)('$name', (format: Format) => {
  test('gives back what it was given', () => {
    fc.assert(
      fc.property(anyCase, ({ values, ...layout }) => {
        expect(format.decode(format.encode(values, layout))).toEqual(values);
      }),
    );
  });

  test('knows its size without encoding, and from counts where it says so', () => {
    fc.assert(
      fc.property(anyCase, ({ values, ...layout }) => {
        const { bits, stream } = format.encode(values, layout);
        expect(format.sizeBits(values, layout)).toBe(bits);
        expect(stream.length).toBe(Math.ceil(bits / 8));
        const counted = format.sizeFromCounts?.(values.length, countNonZeros(values), layout.wordBits);
        if (counted !== undefined) expect(counted).toBe(bits);
      }),
    );
  });

  test('is never larger for a sparser array', () => {
    fc.assert(
      fc.property(anyCase, fc.nat(), ({ values, ...layout }, i) => {
        const sparser = values.slice();
        // A value dropped at the end of a run may need a pair to carry the longer run on, so only its own pair is saved.
        if (values.length > 0) sparser[i % values.length] = 0;
        expect(format.sizeBits(sparser, layout)).toBeLessThanOrEqual(format.sizeBits(values, layout));
      }),
    );
  });

  test('refuses a stream that was cut off', () => {
    const encoded = format.encode(Int8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
    expect(() => format.decode({ ...encoded, stream: encoded.stream.slice(0, 3) })).toThrow(
      /^the compressed stream ends inside a value, at bit \d+$/,
    );
  });

  test('allocates nothing for a hostile count', () => {
    const encoded = format.encode(Int8Array.of(1));
    expect(() => format.decode({ ...encoded, elements: 2 ** 40 })).toThrow(
      'a compressed array of 1099511627776 values: expected 0 to 268435456',
    );
  });
});

test('bitmap: the picture in its file', () => {
  expect(bitmap.sizeBits(Int8Array.of(0, 7, 0, 0, 5, 0, 0, 9))).toBe(32);
});

test('bitmap beats dense below a density of 1 - 1/wordBits, and only there', () => {
  const size = (format: Format, nonZeros: number) => format.sizeFromCounts!(800, nonZeros, 8);
  expect(size(bitmap, 699)).toBeLessThan(size(dense, 699));
  expect(size(bitmap, 700)).toBe(size(dense, 700));
});

describe('run-length', () => {
  // Chen et al., Eyeriss, JSSC 2017, the figure of its RLC: the values 0, 0, 12, 0, 0, 0, 0, 53, 0, 0, 22 make one 64-bit word.
  test("Eyeriss's example, bit by bit", () => {
    const { bits, stream } = runLength.encode(Int16Array.of(0, 0, 12, 0, 0, 0, 0, 53, 0, 0, 22));
    expect(bits).toBe(64);
    const word = new DataView(stream.buffer).getBigUint64(0, true);
    const field = (from: bigint, width: bigint) => Number((word >> from) & ((1n << width) - 1n));
    expect([field(0n, 5n), field(5n, 16n)]).toEqual([2, 12]);
    expect([field(21n, 5n), field(26n, 16n)]).toEqual([4, 53]);
    expect([field(42n, 5n), field(47n, 16n)]).toEqual([2, 22]);
    expect(field(63n, 1n)).toBe(1);
  });

  test('only the last word is marked as the last', () => {
    const { bits, stream } = runLength.encode(Int16Array.of(1, 2, 3, 4));
    expect(bits).toBe(128);
    expect([stream[7]! >> 7, stream[15]! >> 7]).toEqual([0, 1]);
  });

  test.each([
    [31, 64], // one pair: 31 zeros and the level
    [32, 64], // two pairs: 31 zeros and a level of zero are 32
    [95, 64], // three pairs
    [96, 128],
  ])('%i zeros before a level take %i bits', (zeros, bits) => {
    expect(runLength.sizeBits(Int16Array.of(...Array<number>(zeros).fill(0), 1))).toBe(bits);
  });

  test('five pairs of 8-bit levels fit a word', () => {
    expect(runLength.sizeBits(Int8Array.of(1, 2, 3, 4, 5))).toBe(64);
    expect(runLength.sizeBits(Int8Array.of(1, 2, 3, 4, 5, 6))).toBe(128);
  });

  test('refuses a run that leaves the array', () => {
    const encoded = runLength.encode(Int8Array.of(0, 0, 0, 1));
    expect(() => runLength.decode({ ...encoded, elements: 3 })).toThrow(
      'a run of zeros reaches beyond the 3 values of the array',
    );
  });
});

describe('csc', () => {
  test('the picture in its file: 4 pairs of 12 bits, 3 addresses of 3', () => {
    const values = Int8Array.of(0, 7, 0, 5, 0, 0, 0, 0, 9, 0, 0, 1);
    expect(csc.sizeBits(values, { columnLength: 4 })).toBe(5 + 3 * 3 + 4 * 12);
  });

  test('an empty column costs its address alone', () => {
    const column = [0, 0, 0, 0];
    const size = (n: number) =>
      csc.sizeBits(Int8Array.of(1, 0, 0, 0, ...Array<number[]>(n).fill(column).flat()), { columnLength: 4 });
    expect(size(3) - size(2)).toBe(1);
  });

  test('refuses columns that do not divide the array', () => {
    expect(() => csc.encode(Int8Array.of(1, 2, 3), { columnLength: 2 })).toThrow(
      'columns of 2 values do not divide 3 values',
    );
  });
});

test('words narrower than the values are refused', () => {
  expect(() => dense.encode(Int16Array.of(1), { wordBits: 8 })).toThrow(
    'words of 8 bits for 16-bit values: expected 8 or 16, and no fewer than 16',
  );
});

test('an unknown format gets the nearest one suggested', () => {
  expect(() => formatNamed('bitmpa')).toThrow(
    expect.objectContaining({
      message: 'no format is named "bitmpa"',
      hint: expect.stringContaining('did you mean "bitmap"?'),
    }),
  );
});
