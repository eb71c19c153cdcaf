/** The closed form of the passes against a plain walk over them, and the search against every mapping there is. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyWork } from '../../../rtl/random-work.ts';
import { UserError } from '../../errors.ts';
import { runLength } from '../../format/run-length.ts';
import type { RowChip } from './chip.ts';
import { stripBytes } from './coded.ts';
import { type RowLayer, rowLayer, rowsRead, stripRows } from './layer.ts';
import { dramWords, type RowMapping, rowCost, setsThatFit, totalCycles } from './mapping.ts';
import { bestMapping, fewest } from './search.ts';

const chip: RowChip = {
  array: { rows: 6, cols: 5 },
  filterSpad: 40,
  ifmapSpad: 12,
  psumSpad: 6,
  banks: 25,
  bankWords: 16,
  filterWords: 256,
  network: { filter: 4, ifmap: 1, psum: 4 },
  dramWords: 1.2,
};

/** One layer of Chen et al., JSSC 2017, Table III, on the chip itself. */
const conv3: RowLayer = {
  N: 4,
  groups: 1,
  C: 256,
  K: 384,
  P: 13,
  Q: 13,
  R: 3,
  S: 3,
  pieces: 1,
  window: 3,
  height: 3,
  width: 15,
  stride: 1,
  weights: 256 * 9,
  H: 13,
  W: 13,
  padTop: 1,
  ifmaps: [],
};
const eyerissLike: RowChip = {
  ...chip,
  array: { rows: 12, cols: 14 },
  filterSpad: 224,
  psumSpad: 24,
  bankWords: 2048,
  filterWords: 4096,
};

describe('buffer accesses', () => {
  const map = { m: 64, n: 4, e: 13, p: 16, t: 2, r: 2, q: 3 };
  const megabytes = (layer: RowLayer): number => {
    const { buffer } = rowCost(layer, map, { ifmap: 1, ofmap: 1 }, eyerissLike);
    return (2 * (buffer.ifmap + buffer.psum)) / 1e6;
  };

  test.each([
    // Chen et al., JSSC 2017, Table V: MB in the buffer, filters not counted; MB = 10^6 bytes.
    ['CONV4', { groups: 2, C: 192, K: 192 }, 37.4],
    ['CONV5', { groups: 2, C: 192, K: 128 }, 24.9],
    // Table III prints q 4, r 1, t 4 for CONV3; 50.2 MB say that the chip ran this mapping.
    ['CONV3', { groups: 1, C: 256, K: 384 }, 50.2],
  ] as const)('%s under the mapping of CONV4 is what the chip counted', (_, shape, published) => {
    expect(megabytes({ ...conv3, ...shape })).toBeCloseTo(published, 1);
  });
});

/** Passes one by one, as the loops of the chip run them. */
function walk(layer: RowLayer, map: RowMapping) {
  const { m, n, e, p, q, r, t } = map;
  const channels = layer.C * layer.pieces;
  let [passes, multiply, psums, ifmap, weights] = [0, 0, 0, 0, 0];
  for (let group = 0; group < layer.groups; group++)
    for (let k = 0; k < layer.K; k += m)
      for (let y = 0; y < layer.P; y += e)
        for (let image = 0; image < layer.N; image += n) {
          const [images, rows] = [Math.min(n, layer.N - image), Math.min(e, layer.P - y)];
          const filters = Math.min(m, layer.K - k);
          weights += filters * layer.weights;
          for (let c = 0; c < channels; c += q * r)
            for (let f = 0; f < Math.ceil(m / (p * t)); f++) {
              passes++;
              multiply += images * layer.Q * p * (layer.S * q + 1);
              ifmap +=
                (images * ((rows - 1) * layer.stride + layer.height) * layer.width * layer.C) /
                Math.ceil(channels / (q * r));
            }
          psums += Math.ceil(channels / (q * r)) * filters * images * rows * layer.Q;
        }
  return { passes, multiply, psums, ifmap, weights };
}

const anyLayer = anyWork.map((work) => rowLayer(work, chip));

test('the closed form counts what the passes add up to', () => {
  fc.assert(
    fc.property(anyLayer, (layer) => {
      const found = bestMapping(layer, { ifmap: 100, ofmap: 100 }, chip);
      fc.pre(found !== undefined);
      const { map, cost } = found;
      const plain = walk(layer, map);
      expect(cost.passes).toBe(plain.passes);
      expect(cost.dram.weight).toBe(plain.weights);
      expect(cost.buffer.psum).toBe(2 * plain.psums);
      expect(cost.buffer.ifmap).toBeCloseTo(plain.ifmap, 4);
      expect(cost.cycles).toBeCloseTo(
        Math.max(plain.multiply, plain.psums / 4, plain.ifmap, plain.weights / 4),
        4,
      );
    }),
    { numRuns: 200 },
  );
});

test('what is found fits, and no mapping that fits has less DRAM x delay', () => {
  const fmaps = { ifmap: 900, ofmap: 300 };
  const score = (layer: RowLayer, map: RowMapping): number => {
    const { dram, pace } = rowCost(layer, map, fmaps, chip);
    return (dram.ifmap + dram.weight + dram.ofmap) * totalCycles(pace, dram, chip);
  };
  const few = fc.integer({ min: 1, max: 7 });
  const small = anyLayer.filter(({ P, K, C, N }) => P * K * C * N < 400);
  fc.assert(
    fc.property(
      small,
      fc.array(fc.tuple(few, few, few, few, few, few, few), { minLength: 40, maxLength: 40 }),
      (layer, draws) => {
        const found = bestMapping(layer, fmaps, chip);
        for (const [m, n, e, p, q, r, t] of draws) {
          const map = { m, n, e, p, q, r, t };
          if (!fits(layer, map)) continue;
          expect(found, 'a mapping fits and none was found').toBeDefined();
          expect(score(layer, map)).toBeGreaterThanOrEqual(score(layer, found!.map) * (1 - 1e-9));
        }
        if (found) expect(fits(layer, found.map)).toBe(true);
      },
    ),
    { numRuns: 150 },
  );
});

/** Every limit of the chip, one by one. */
function fits(layer: RowLayer, { m, n, e, p, q, r, t }: RowMapping): boolean {
  const words = (banks: number): number => Math.ceil(banks / chip.bankWords);
  return (
    m <= layer.K &&
    n <= layer.N &&
    e <= layer.P &&
    q * layer.window <= chip.ifmapSpad &&
    p * q * layer.S <= chip.filterSpad &&
    p <= chip.psumSpad &&
    r * t <= setsThatFit(chip, layer.R, e) &&
    p * t * q * r * layer.R * layer.S <= chip.filterWords &&
    words(n * q * r * ((e - 1) * layer.stride + layer.height) * layer.width) + words(n * m * e * layer.Q) <=
      chip.banks
  );
}

test('sets stand side by side, and wide ones are folded over bands', () => {
  expect(setsThatFit(eyerissLike, 11, 7)).toBe(2); // CONV1 of AlexNet: 11 x 7 twice in a band
  expect(setsThatFit(eyerissLike, 5, 27)).toBe(1); // CONV2: 27 = 14 + 13 over two bands of five rows
  expect(setsThatFit(eyerissLike, 3, 13)).toBe(4);
  expect(setsThatFit(eyerissLike, 3, 57)).toBe(0);
});

test('rows read are those of the strips, padding counted', () => {
  fc.assert(
    fc.property(anyLayer, fc.integer({ min: 1, max: 17 }), (layer, e) => {
      let rows = 0;
      for (let y = 0; y < layer.P; y += e)
        rows += (Math.min(e, layer.P - y) - 1) * layer.stride + layer.height;
      expect(rowsRead(layer, e)).toBe(rows);
      expect(stripRows(layer, e)).toHaveLength(Math.ceil(layer.P / e));
      expect(dramWords(layer, { m: layer.K, n: layer.N, e: layer.P }, { ifmap: 7, ofmap: 3 }).ifmap).toBe(7);
    }),
  );
});

test('strips are coded as the format codes them, and a map that the code would swell stays plain', () => {
  const sparse = Uint8Array.from({ length: 2 * 4 * 8 }, (_, i) => (i % 5 === 0 ? 9 : 0));
  const shape = { C: 2, H: 4, W: 8 };
  const upper = Uint8Array.from([...sparse.subarray(0, 16), ...sparse.subarray(32, 48)]);
  expect(stripBytes([sparse], shape, [[0, 2]], 16)).toBe(runLength.sizeBits(upper, { wordBits: 16 }) / 8);
  expect(stripBytes([new Uint8Array(64).fill(1)], shape, [[0, 2]], 16)).toBe(2 * 32);
});

test('sizes of equal parts, the smallest for each number of parts', () => {
  expect(fewest(13, 13)).toEqual([13, 7, 5, 4, 3, 2, 1]);
  expect(fewest(64, 40)).toEqual([32, 22, 16, 13, 11, 10, 8, 7, 6, 5, 4, 3, 2, 1]);
  expect(fewest(4, 0)).toEqual([]);
});

test('a kernel row wider than a PE remembers falls into pieces', () => {
  const [first] = fc.sample(anyWork, 1);
  const conv = {
    ...first!.conv,
    groups: 1,
    C: 1,
    K: 1,
    H: 40,
    W: 40,
    R: 13,
    S: 25,
    stride: [1, 1],
    pad: [0, 0, 0, 0],
    dilation: [1, 1],
  } as const;
  const layer = rowLayer({ ...first!, conv }, eyerissLike);
  expect([layer.R, layer.S, layer.pieces]).toEqual([7, 9, 2 * 3]);
  expect(() => rowLayer({ ...first!, conv }, { ...eyerissLike, filterSpad: 0 })).toThrow(UserError);
});
