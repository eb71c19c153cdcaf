/** Winograd's kernels against the matrices of Lavin and Gray's paper, and the passes that turn maps channels last. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { growTo, instantiate } from '../tensor/kernels/module.ts';
import { seeded } from '../tensor/random.ts';

const kernels = instantiate();
growTo(2 ** 20, kernels);
const words = new Float32Array(kernels.memory.buffer);
const [A, B, OUT, SPARE] = [16384, 3 * 16384, 6 * 16384, 64] as const; // word addresses

type Matrix = readonly (readonly number[])[];

// CVPR 2016, equation 15, for the points 0, 1, -1, 2, -2 and infinity.
const INPUT: Matrix = [
  [4, 0, -5, 0, 1, 0],
  [0, -4, -4, 1, 1, 0],
  [0, 4, -4, -1, 1, 0],
  [0, -2, -1, 2, 1, 0],
  [0, 2, -1, -2, 1, 0],
  [0, 4, 0, -5, 0, 1],
];
const OUTPUT: Readonly<Record<2 | 4, Matrix>> = {
  4: [
    [1, 1, 1, 1, 1, 0],
    [0, 1, -1, 2, -2, 0],
    [0, 1, 1, 4, 4, 0],
    [0, 1, -1, 8, -8, 1],
  ],
  2: [
    [1, 1, 1, 1, 1, 0],
    [0, 1, -1, 2, -2, 1],
  ],
};
const turned = (m: Matrix): Matrix => m[0]!.map((_, i) => m.map((row) => row[i]!));
/** m x m^T. */
const bothWays = (m: Matrix, x: Matrix): Matrix =>
  m.map((a) =>
    m.map((b) => x.reduce((sum, row, i) => sum + a[i]! * row.reduce((part, v, j) => part + b[j]! * v, 0), 0)),
  );

const sizes = fc.record({
  tileRows: fc.integer({ min: 1, max: 3 }),
  tileCols: fc.integer({ min: 1, max: 4 }),
  side: fc.constantFrom<2 | 4>(2, 4),
  fours: fc.integer({ min: 1, max: 3 }),
  seed: fc.nat(),
});
type Sizes = typeof sizes extends fc.Arbitrary<infer T> ? T : never;

function layout({ tileRows, tileCols, side, fours, seed }: Sizes) {
  const { normal } = seeded(seed);
  for (let i = A; i < OUT + 16384; i++) words[i] = normal();
  const channels = 4 * fours;
  const component = tileRows * tileCols * channels + 4;
  const at = (tile: number, c: number) => (i: number, j: number) =>
    (6 * i + j) * component + tile * channels + c;
  const position = (extra: number) => (tile: number, c: number) => (i: number, j: number) => {
    const [y, x] = [Math.floor(tile / tileCols) * side + i, (tile % tileCols) * side + j];
    return (y * (side * tileCols + extra) + x) * channels + c;
  };
  const shape = [SPARE * 4, tileRows, tileCols, side, channels, component] as const;
  return { shape, channels, tiles: tileRows * tileCols, at, grid: position(6 - side), result: position(0) };
}

const square = (n: number, value: (i: number, j: number) => number): Matrix =>
  Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => value(i, j)));
/** Sums of up to 36 products of normals with factors up to 64. */
const close = (got: number, wanted: number): void => expect(Math.abs(got - wanted)).toBeLessThan(2e-3);

test('maps into tiles and tiles into maps', () => {
  fc.assert(
    fc.property(sizes, (given) => {
      const { shape, channels, tiles, at, grid, result } = layout(given);
      const { side } = given;
      kernels.winogradInputF32(A * 4, OUT * 4, ...shape);
      for (let tile = 0; tile < tiles; tile++)
        for (let c = 0; c < channels; c++) {
          const [from, to] = [grid(tile, c), at(tile, c)];
          const wanted = bothWays(
            INPUT,
            square(6, (i, j) => words[A + from(i, j)]!),
          );
          for (let i = 0; i < 6; i++)
            for (let j = 0; j < 6; j++) close(words[OUT + to(i, j)]!, wanted[i]![j]!);
        }
      kernels.winogradOutputF32(B * 4, OUT * 4, ...shape);
      for (let tile = 0; tile < tiles; tile++)
        for (let c = 0; c < channels; c++) {
          const [from, to] = [at(tile, c), result(tile, c)];
          const wanted = bothWays(
            OUTPUT[side],
            square(6, (i, j) => words[B + from(i, j)]!),
          );
          for (let i = 0; i < side; i++)
            for (let j = 0; j < side; j++) close(words[OUT + to(i, j)]!, wanted[i]![j]!);
        }
    }),
    { numRuns: 30 },
  );
});

test('and both ways back: the matrices turned, overlapping tiles added', () => {
  fc.assert(
    fc.property(sizes, (given) => {
      const { shape, channels, tiles, at, grid, result } = layout(given);
      const { side } = given;
      kernels.winogradOutputBackwardF32(A * 4, OUT * 4, ...shape);
      for (let tile = 0; tile < tiles; tile++)
        for (let c = 0; c < channels; c++) {
          const [from, to] = [result(tile, c), at(tile, c)];
          const wanted = bothWays(
            turned(OUTPUT[side]),
            square(side, (i, j) => words[A + from(i, j)]!),
          );
          for (let i = 0; i < 6; i++)
            for (let j = 0; j < 6; j++) close(words[OUT + to(i, j)]!, wanted[i]![j]!);
        }
      const sums = Float64Array.from(words.subarray(OUT, OUT + 16384));
      kernels.winogradInputBackwardF32(B * 4, OUT * 4, ...shape);
      for (let tile = 0; tile < tiles; tile++)
        for (let c = 0; c < channels; c++) {
          const [from, to] = [at(tile, c), grid(tile, c)];
          const more = bothWays(
            turned(INPUT),
            square(6, (i, j) => words[B + from(i, j)]!),
          );
          for (let i = 0; i < 6; i++)
            for (let j = 0; j < 6; j++) sums[to(i, j)] = sums[to(i, j)]! + more[i]![j]!;
        }
      close(
        sums.reduce((most, sum, i) => Math.max(most, Math.abs(words[OUT + i]! - sum)), 0),
        0,
      );
    }),
    { numRuns: 30 },
  );
});

test('finishing adds the bias and clamps; masking passes what was inside and sums it', () => {
  const upTo = (max: number) => fc.integer({ min: 1, max });
  fc.assert(
    fc.property(upTo(9), upTo(4), upTo(9), fc.nat(), (planes, rows, cols, seed) => {
      const { normal } = seeded(seed);
      for (let i = A; i < OUT + 16384; i++) words[i] = normal();
      const channels = 4 * Math.ceil(planes / 4);
      const [gridRow, low, high] = [(cols + 2) * channels, -0.5, 0.75];
      const [bias, sums] = [A + 8192, B + 8192];
      const places = Array.from({ length: planes * rows * cols }, (_, dense) => {
        const [c, y, x] = [Math.floor(dense / (rows * cols)), Math.floor(dense / cols) % rows, dense % cols];
        return { dense, c, grid: y * gridRow + x * channels + c };
      });
      kernels.finishChannelsF32(A * 4, OUT * 4, bias * 4, planes, rows, cols, gridRow, channels, low, high);
      for (const { dense, c, grid } of places) {
        const value = Math.fround(words[A + grid]! + words[bias + c]!);
        expect(words[OUT + dense]).toBe(Math.min(Math.max(value, low), high));
      }
      const wanted = Array.from({ length: planes }, (_, c) => words[sums + c]!);
      const masked = words.slice(A, A + rows * gridRow);
      // biome-ignore format: operands, then counts
      kernels.maskChannelsF32(B * 4, OUT * 4, A * 4, sums * 4, planes, rows, cols, gridRow, channels, low, high);
      for (const { dense, c, grid } of places) {
        const value = words[OUT + dense]!;
        masked[grid] = value > low && value < high ? words[B + dense]! : 0;
        wanted[c] = wanted[c]! + masked[grid]!;
      }
      expect(words.slice(A, A + masked.length)).toEqual(masked);
      wanted.forEach((sum, c) => {
        expect(words[sums + c]).toBeCloseTo(sum, 4);
      });
    }),
    { numRuns: 60 },
  );
});
