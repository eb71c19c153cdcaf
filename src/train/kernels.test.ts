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

test('sums, dots and blends over any length', () => {
  fc.assert(
    fc.property(upTo(70), fc.boolean(), fc.nat(), (count, accumulate, seed) => {
      fill(seed);
      const [x, y, before] = [A, B, OUT].map((at) => words.slice(at, at + count)) as [
        Float32Array,
        Float32Array,
        Float32Array,
      ];
      const sum = (value: (i: number) => number) => x.reduce((total, _, i) => total + value(i), 0);
      close(
        kernels.sumF32(A * 4, count),
        sum((i) => x[i]!),
      );
      close(
        kernels.centredDotF32(B * 4, A * 4, count, 0.5),
        sum((i) => y[i]! * (x[i]! - 0.5)),
      );
      close(
        kernels.centredDotF32(0, A * 4, count, 0.5),
        sum((i) => (x[i]! - 0.5) ** 2),
      );
      kernels.blendF32(A * 4, B * 4, OUT * 4, count, 2, -3, 0.25, Number(accumulate));
      for (let i = 0; i < count; i++)
        close(words[OUT + i]!, (accumulate ? before[i]! : 0) + 2 * x[i]! - 3 * y[i]! + 0.25);
    }),
  );
});

test('a clamp keeps NaN and both bounds', () => {
  words.set([Number.NaN, -1, 0.5, 9, Number.NaN], A);
  kernels.clampF32(A * 4, OUT * 4, 5, 0, 6);
  expect([...words.slice(OUT, OUT + 5)]).toEqual([Number.NaN, 0, 0.5, 6, Number.NaN]);
});
