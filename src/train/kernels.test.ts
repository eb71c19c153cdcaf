/** Training's WebAssembly kernels against loops a reader would write, over sizes that reach every tail. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { growTo, instantiate } from '../tensor/kernels/module.ts';
import { seeded } from '../tensor/random.ts';

const kernels = instantiate();
growTo(2 ** 20, kernels);
const { buffer } = kernels.memory;
const words = new Float32Array(buffer);
const integers = new Int32Array(buffer);
/** Word addresses of the pieces; each has room for 16384 words. */
const [A, B, OUT, OFFSETS, MAP] = [16384, 2 * 16384, 3 * 16384, 4 * 16384, 5 * 16384] as const;

function fill(seed: number): void {
  const { normal } = seeded(seed);
  for (let i = A; i < OFFSETS; i++) words[i] = normal();
}
const upTo = (max: number, min = 1) => fc.integer({ min, max });
/** Sums of up to 40 products of normals: float32 keeps 1e-5 of them. */
const close = (got: number, wanted: number): void => expect(Math.abs(got - wanted)).toBeLessThan(1e-4);

test('gemmOffsetsF32: rows of b begin anywhere', () => {
  fc.assert(
    fc.property(upTo(11), upTo(37), upTo(20), upTo(5, 0), fc.nat(), (rows, cols, depth, extra, seed) => {
      fill(seed);
      const { below } = seeded(seed, 'offsets');
      const offsets = Array.from({ length: depth }, () => below(4000));
      offsets.forEach((offset, t) => {
        integers[OFFSETS + t] = 4 * offset;
      });
      const stride = cols + extra;
      const beyond = words.slice(OUT, OUT + rows * stride);
      kernels.gemmOffsetsF32(A * 4, B * 4, OFFSETS * 4, OUT * 4, rows, cols, depth, stride);
      const whole = rows - (rows % 4);
      for (let m = 0; m < rows; m++)
        for (let n = 0; n < stride; n++) {
          const got = words[OUT + m * stride + n]!;
          if (n >= cols) expect(got).toBe(beyond[m * stride + n]);
          else {
            const at = (t: number) => (m < whole ? (m - (m % 4)) * depth + 4 * t + (m % 4) : m * depth + t);
            close(
              got,
              offsets.reduce((sum, offset, t) => sum + words[A + at(t)]! * words[B + offset + n]!, 0),
            );
          }
        }
    }),
    { numRuns: 150 },
  );
});

test('dotsOffsetsF32 adds dot products of rows that begin anywhere', () => {
  fc.assert(
    fc.property(upTo(9), upTo(7), upTo(40), fc.nat(), (rows, taps, length, seed) => {
      fill(seed);
      const { below } = seeded(seed, 'offsets');
      const [aStride, outStride] = [length + below(4), taps + below(3)];
      const offsets = Array.from({ length: taps }, () => below(4000));
      offsets.forEach((offset, t) => {
        integers[OFFSETS + t] = 4 * offset;
      });
      const before = words.slice(OUT, OUT + rows * outStride);
      kernels.dotsOffsetsF32(A * 4, aStride, B * 4, OFFSETS * 4, OUT * 4, outStride, rows, taps, length);
      for (let m = 0; m < rows; m++)
        for (let t = 0; t < outStride; t++) {
          let sum = before[m * outStride + t]!;
          if (t < taps)
            for (let j = 0; j < length; j++) sum += words[A + m * aStride + j]! * words[B + offsets[t]! + j]!;
          close(words[OUT + m * outStride + t]!, sum);
        }
    }),
    { numRuns: 150 },
  );
});

test('gatherF32 and its way back', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -2, max: 30 }), { maxLength: 40 }), fc.nat(), (map, seed) => {
      fill(seed);
      integers.set(map, MAP);
      kernels.gatherF32(A * 4, MAP * 4, OUT * 4, map.length, -7);
      for (const [i, from] of map.entries()) expect(words[OUT + i]).toBe(from < 0 ? -7 : words[A + from]);
      const wanted = words.slice(A, A + 31);
      for (const [i, from] of map.entries()) if (from >= 0) wanted[from] = wanted[from]! + words[B + i]!;
      kernels.gatherBackwardF32(A * 4, MAP * 4, B * 4, map.length);
      expect(words.slice(A, A + 31)).toEqual(wanted);
    }),
  );
});

test('sums, dots and blends over runs of any length', () => {
  fc.assert(
    fc.property(upTo(70), upTo(3), fc.boolean(), fc.nat(), (count, runs, accumulate, seed) => {
      fill(seed);
      const stride = count + 3;
      const before = words.slice(OUT, OUT + runs * stride);
      const places = Array.from(
        { length: runs * count },
        (_, i) => Math.floor(i / count) * stride + (i % count),
      );
      const sum = (value: (x: number, y: number) => number) =>
        places.reduce((total, i) => total + value(words[A + i]!, words[B + i]!), 0);
      close(
        kernels.sumF32(A * 4, count, runs, stride),
        sum((x) => x),
      );
      close(
        kernels.centredSquaresF32(A * 4, count, runs, stride, 0.5),
        sum((x) => (x - 0.5) ** 2),
      );
      kernels.gradientSumsF32(B * 4, A * 4, count, runs, stride, 0.5, MAP * 4);
      const [dot, total] = new Float64Array(buffer, MAP * 4, 2);
      close(
        dot!,
        sum((x, y) => y * (x - 0.5)),
      );
      close(
        total!,
        sum((_, y) => y),
      );
      kernels.blendF32(A * 4, B * 4, OUT * 4, count, runs, stride, 2, -3, 0.25, Number(accumulate));
      for (let i = 0; i < runs * stride; i++) {
        const own = i % stride < count;
        const blend = 2 * words[A + i]! - 3 * words[B + i]! + 0.25;
        close(words[OUT + i]!, own ? (accumulate ? before[i]! : 0) + blend : before[i]!);
      }
    }),
  );
});

test('a clamp keeps NaN and both bounds', () => {
  words.set([Number.NaN, -1, 0.5, 9, Number.NaN], A);
  kernels.clampF32(A * 4, OUT * 4, 5, 0, 6);
  expect([...words.slice(OUT, OUT + 5)]).toEqual([Number.NaN, 0, 0.5, 6, Number.NaN]);
});

test('gemmStridedF32: either way round, new or added', () => {
  const sizes = [upTo(11), upTo(5), upTo(20), upTo(5, 0)] as const;
  fc.assert(
    fc.property(
      ...sizes,
      fc.boolean(),
      fc.boolean(),
      fc.nat(),
      (rows, fours, depth, extra, turned, add, seed) => {
        fill(seed);
        const cols = 4 * fours;
        const [aRow, aDepth] = turned ? [1, rows + extra] : [depth + extra, 1];
        const [bRow, outRow] = [cols + extra, cols + 4];
        const before = words.slice(OUT, OUT + rows * outRow);
        // biome-ignore format: operands with their strides, then counts
        kernels.gemmStridedF32(A * 4, aRow, aDepth, B * 4, bRow, OUT * 4, outRow, rows, cols, depth, Number(add));
        for (let m = 0; m < rows; m++)
          for (let n = 0; n < outRow; n++) {
            let wanted = n < cols && !add ? 0 : before[m * outRow + n]!;
            if (n < cols)
              for (let d = 0; d < depth; d++)
                wanted += words[A + m * aRow + d * aDepth]! * words[B + d * bRow + n]!;
            close(words[OUT + m * outRow + n]!, wanted);
          }
      },
    ),
    { numRuns: 150 },
  );
});

test('to channels last and back: every value once, padding left alone', () => {
  const sizes = [upTo(9), upTo(4), upTo(9), upTo(3, 0)] as const;
  fc.assert(
    fc.property(...sizes, fc.boolean(), fc.nat(), (planes, rows, cols, extra, add, seed) => {
      fill(seed);
      const channels = 4 * Math.ceil(planes / 4);
      const [row, gridRow] = [cols + extra, (cols + extra) * channels];
      const grid = words.slice(OUT, OUT + rows * gridRow);
      kernels.toChannelsLastF32(A * 4, OUT * 4, planes, rows, cols, rows * row, row, gridRow, channels);
      for (let c = 0; c < planes; c++)
        for (let y = 0; y < rows; y++)
          for (let x = 0; x < cols; x++)
            grid[y * gridRow + x * channels + c] = words[A + (c * rows + y) * row + x]!;
      expect(words.slice(OUT, OUT + grid.length)).toEqual(grid);
      const wanted = words.slice(B, B + planes * rows * row);
      for (let c = 0; c < planes; c++)
        for (let y = 0; y < rows; y++)
          for (let x = 0; x < cols; x++) {
            const at = (c * rows + y) * row + x;
            wanted[at] = Math.fround((add ? wanted[at]! : 0) + words[A + at]!);
          }
      kernels.fromChannelsLastF32(
        OUT * 4,
        B * 4,
        planes,
        rows,
        cols,
        gridRow,
        channels,
        rows * row,
        row,
        Number(add),
      );
      expect(words.slice(B, B + wanted.length)).toEqual(wanted);
    }),
  );
});
