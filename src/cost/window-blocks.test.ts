/** Blocks of zeros against plain loops: what an im2col unit sees, and the steps an array that skips them takes. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyWork, randomWork } from '../../rtl/random-work.ts';
import type { Arch } from '../arch/arch.ts';
import { zcu102 } from '../arch/presets/zcu102.ts';
import type { LayerWork } from '../model/work.ts';
import { type ConvShape, ofmapHeight, ofmapWidth } from '../tensor/conv.ts';
import type { ByteData } from '../tensor/tensor.ts';
import { im2colCost, unitsOf } from './im2col-gemm.ts';
import { windowBlocks } from './window-blocks.ts';

/** One row of the im2col matrix: what ofmap pixel i reads, tap by tap. */
function patch(ifmap: ByteData, conv: ConvShape, i: number): readonly number[] {
  const [p, q] = [Math.floor(i / ofmapWidth(conv)), i % ofmapWidth(conv)];
  const values: number[] = [];
  for (let c = 0; c < conv.C; c++)
    for (let r = 0; r < conv.R; r++)
      for (let s = 0; s < conv.S; s++) {
        const y = p * conv.stride[0] + r * conv.dilation[0] - conv.pad[0];
        const x = q * conv.stride[1] + s * conv.dilation[1] - conv.pad[1];
        const inside = y >= 0 && y < conv.H && x >= 0 && x < conv.W;
        values.push(inside ? ifmap[(c * conv.H + y) * conv.W + x]! : 0);
      }
  return values;
}

/** Blocks of pixels, image after image: for each, its pixels and whether each tap has a non-zero. */
function plainBlocks(ifmaps: readonly ByteData[], conv: ConvShape, pixels: number) {
  const all = ofmapHeight(conv) * ofmapWidth(conv);
  return ifmaps.flatMap((ifmap) =>
    Array.from({ length: Math.ceil(all / pixels) }, (_, b) => {
      const patches = Array.from({ length: Math.min(pixels, all - b * pixels) }, (_, i) =>
        patch(ifmap, conv, b * pixels + i),
      );
      const any = patches[0]!.map((_, t) => patches.some((values) => values[t] !== 0));
      return { size: patches.length, any };
    }),
  );
}

test('blocks kept equal those of the im2col matrix written out', () => {
  fc.assert(
    fc.property(anyWork, fc.constantFrom(1, 3, 4), fc.integer({ min: 1, max: 5 }), (work, pixels, units) => {
      const { conv, ifmaps } = work;
      const plain = plainBlocks(ifmaps, conv, pixels);
      const { kept, pixels: weighed, blocks } = windowBlocks(ifmaps, conv, { pixels, units });
      expect(blocks).toBe(plain.length);
      for (let t = 0; t < conv.C * conv.R * conv.S; t++) {
        const mine = plain.map(({ any, size }) => (any[t] ? size : 0));
        expect(weighed[t]).toBe(mine.reduce((sum, n) => sum + n, 0));
        for (let unit = 0; unit < units; unit++)
          expect(kept[unit]![t]).toBe(
            mine.filter((n, b) => n > 0 && Math.floor((b * units) / blocks) === unit).length,
          );
      }
    }),
    { numRuns: 60 },
  );
});

const arch: Arch = { ...zcu102, array: { rows: 4, cols: 8 } };
const cost = (work: LayerWork) => im2colCost(work, arch, { accumulators: 4 });

describe('an array that skips blocks of zeros', () => {
  test('takes a step for each tap that neither block rules out, unit by unit', () => {
    fc.assert(
      fc.property(anyWork, (work) => {
        const { conv, ifmaps, weight } = work;
        const [perGroup, channels] = [conv.K / conv.groups, conv.C / conv.groups];
        const { units, filters } = unitsOf(conv, arch.array);
        const steps = new Array<number>(units).fill(0);
        const blocks = plainBlocks(ifmaps, conv, 4);
        const [taps, perFilter] = [conv.R * conv.S, channels * conv.R * conv.S];
        for (const [b, { any }] of blocks.entries())
          for (let group = 0; group < conv.groups; group++)
            for (let first = 0; first < perGroup; first += filters)
              for (let t = 0; t < perFilter; t++) {
                const mine = Array.from({ length: Math.min(filters, perGroup - first) }, (_, i) =>
                  Number(weight.data[(group * perGroup + first + i) * perFilter + t]),
                );
                if (any[group * channels * taps + t] && mine.some((w) => w !== 0))
                  steps[Math.floor((b * units) / blocks.length)]!++;
              }
        expect(cost(work).computeCycles).toBe(Math.max(...steps) + 4 + filters - 2);
      }),
      { numRuns: 60 },
    );
  });

  test('few filters are given units, so that at most half of the columns idle', () => {
    const conv = { K: 1, groups: 1 } as ConvShape;
    for (let K = 1; K <= 300; K++) {
      const { units, filters } = unitsOf({ ...conv, K }, { rows: 4, cols: 128 });
      expect(units * filters).toBeLessThanOrEqual(128);
      expect(units * filters).toBeGreaterThan(64);
    }
  });

  test('half of the weights, gone group by group, halve the steps; scattered ones hardly change them', () => {
    const conv = {
      C: 16,
      H: 14,
      W: 14,
      K: 8,
      R: 3,
      S: 3,
      stride: [1, 1],
      pad: [0, 0, 0, 0],
      dilation: [1, 1],
      groups: 1,
    } as const;
    const full = randomWork(conv, { ifmap: 1, weight: 1 }, { seed: 1, batch: 1, signed: false });
    const pruned = (gone: (k: number, t: number) => boolean): LayerWork => ({
      ...full,
      weight: {
        ...full.weight,
        data: full.weight.data.map((w, i) => (gone(Math.floor(i / 144), i % 144) ? 0 : w)),
      },
    });
    const skew = 4 + 8 - 2;
    const steps = (work: LayerWork): number => cost(work).computeCycles - skew;
    expect(steps(full)).toBe(36 * 144); // 36 blocks of 4 pixels, 144 taps, one block of 8 filters
    expect(steps(pruned((_, t) => t % 2 === 0))).toBe(36 * 72);
    expect(steps(pruned((k, t) => (t + k) % 2 === 0))).toBe(36 * 144);
  });
});
