/** Taps counted a matrix at a time, against a plain look at every weight. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyWork } from '../../rtl/random-work.ts';
import { filterBlocks } from '../schedule/blocks.ts';
import { lower, type PlaneSlice } from '../schedule/lowering.ts';
import type { ConvShape } from '../tensor/conv.ts';
import { countWeights } from './weight-counts.ts';

/** Taps of a filter in a slice of one of the channels that it reads. */
function plainTaps(
  weight: Int8Array,
  { C, R, S, groups }: ConvShape,
  k: number,
  c: number,
  slice: PlaneSlice,
) {
  const at = (k * (C / groups) + c) * R * S;
  return slice.taps.filter((tap) => weight[at + tap.weight] !== 0).length;
}

test('most and all taps of every block, and filters at every position, as plainly counted', () => {
  fc.assert(
    fc.property(
      anyWork,
      fc.integer({ min: 1, max: 8 }),
      fc.constantFrom('none' as const, 'rows' as const, 'taps' as const),
      ({ conv, weight: { data: weight } }, cols, unroll) => {
        const { C, K, R, S, groups } = conv;
        const layer = lower(conv, unroll)[0]!;
        const { slices } = layer;
        const blocks = filterBlocks(conv, cols);
        const counts = countWeights(weight, conv, layer, blocks);
        for (const [b, { filters, channels }] of blocks.entries())
          for (let c = channels[0]; c < channels[1]; c++)
            for (const [s, slice] of slices.entries()) {
              const taps: number[] = [];
              for (let k = filters[0]; k < filters[1]; k++) {
                const first = Math.floor((k * groups) / K) * (C / groups);
                if (c >= first && c < first + C / groups)
                  taps.push(plainTaps(weight, conv, k, c - first, slice));
              }
              const v = (c - channels[0]) * slices.length + s;
              expect(counts.blocks[b]!.most[v]).toBe(Math.max(...taps));
              expect(counts.blocks[b]!.all[v]).toBe(taps.reduce((sum, n) => sum + n, 0));
            }
        const atPosition = new Int32Array(C * R * S);
        for (let i = 0; i < weight.length; i++) {
          const k = Math.floor(i / ((C / groups) * R * S));
          const first = Math.floor((k * groups) / K) * (C / groups) * R * S;
          if (weight[i] !== 0) atPosition[first + (i % ((C / groups) * R * S))]!++;
        }
        expect(counts.atPosition).toEqual(atPosition);
      },
    ),
    { numRuns: 100 },
  );
});
