/** What an architecture may fix that the plan would choose: the order of reuse, and dense storage; and how wide words are. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyConv, anyWork, randomWork, share } from '../../rtl/random-work.ts';
import type { Arch, Reuse } from '../arch/arch.ts';
import { zcu102 } from '../arch/presets/zcu102.ts';
import { UserError } from '../errors.ts';
import type { LayerWork } from '../model/work.ts';
import { type ConvShape, ofmapHeight, ofmapWidth } from '../tensor/conv.ts';
import { planLayer } from './plan-layer.ts';

const orders: readonly Reuse[] = ['reuse-ifmap-first', 'reuse-weight-first'];
/** Buffers so small that ifmaps and weights fall into partitions, which is where the order of reuse matters. */
const cramped: Arch = {
  ...zcu102,
  array: { rows: 4, cols: 4 },
  buffers: { ifmapBytes: 400, weightBytes: 128, ofmapBytes: 8192 },
};

/** The plan's answer, or undefined where a window fits no buffer. */
function costOf(work: LayerWork, arch: Arch) {
  try {
    return planLayer(work, arch).cost;
  } catch (error) {
    if (error instanceof UserError && /fits the machine/.test(error.message)) return undefined;
    throw error;
  }
}

describe('a fixed order of reuse', () => {
  test('is kept on every layer, and the free choice is the better of the two', () => {
    let differing = 0;
    fc.assert(
      fc.property(anyWork, (work) => {
        const free = costOf(work, cramped);
        fc.pre(free !== undefined);
        const fixed = orders.map((reuse) => costOf(work, { ...cramped, reuse })!);
        expect(fixed.map((cost) => cost.dataflow)).toEqual(orders);
        const totals = fixed.map((cost) => cost.traffic.total);
        expect(free.traffic.total).toBe(Math.min(...totals));
        if (totals[0] !== totals[1]) differing++;
      }),
      { numRuns: 150 },
    );
    expect(differing).toBeGreaterThan(10);
  });

  test('moves nothing but DRAM: the same MACs are issued', () => {
    fc.assert(
      fc.property(anyWork, (work) => {
        const [a, b] = orders.map((reuse) => costOf(work, { ...cramped, reuse }));
        fc.pre(a !== undefined && b !== undefined);
        expect(a.macsIssued).toBe(b.macsIssued);
      }),
      { numRuns: 60 },
    );
  });
});

describe('dense storage', () => {
  const roomy: Arch = { ...zcu102, array: { rows: 4, cols: 4 }, rearrange: 'none', storage: 'dense' };
  const twice = { ifmap: 16, weight: 16, ofmap: 16 };
  const anyPair = fc.record({ conv: anyConv, ifmap: share, weight: share, seed: fc.nat() });
  const work = (conv: LayerWork['conv'], density: { ifmap: number; weight: number }, seed: number) =>
    randomWork(conv, density, { seed, batch: 1, signed: false });
  const full = (conv: LayerWork['conv'], seed: number) => work(conv, { ifmap: 1, weight: 1 }, seed);

  test('moves as many bytes whatever is zero: those of a layer without zeros', () => {
    fc.assert(
      fc.property(anyPair, ({ conv, ifmap, weight, seed }) => {
        const thin = costOf(work(conv, { ifmap, weight }, seed), roomy)!.traffic;
        const { ifmap: ifmaps, weight: weights, ofmap, total } = costOf(full(conv, seed), roomy)!.traffic;
        expect(thin).toMatchObject({ ifmap: ifmaps, weight: weights, ofmap, total });
        const { C, K, R, S, groups } = conv;
        expect(thin.weight).toBeGreaterThanOrEqual((K * C * R * S) / groups);
        expect(thin.ofmap).toBe(work(conv, { ifmap, weight }, seed).ofmaps[0]!.length);
      }),
      { numRuns: 60 },
    );
  });

  // What skips rows is left out, a stride or a dilation wider than the ofmap: packed or dense is decided by the whole map, and
  // a few rows of it may be the exception.
  const readsAll = (conv: ConvShape): boolean =>
    conv.stride.every((step) => step === 1) &&
    conv.dilation[0] <= ofmapHeight(conv) &&
    conv.dilation[1] <= ofmapWidth(conv);
  test('is never smaller than packed storage at its lower bound', () => {
    fc.assert(
      fc.property(anyWork, (any) => {
        fc.pre(readsAll(any.conv));
        const packed = costOf(any, { ...roomy, storage: 'packed' })!.traffic;
        expect(packed).toEqual(costOf(any, { ...roomy, storage: undefined })!.traffic);
        expect(packed.lowerBound).toBeLessThanOrEqual(costOf(any, roomy)!.traffic.lowerBound);
      }),
      { numRuns: 60 },
    );
  });

  test('doubles with the width of a word; bitmaps do not', () => {
    fc.assert(
      fc.property(anyWork, (any) => {
        const bound = (arch: Arch): number => costOf(any, arch)!.traffic.lowerBound;
        expect(bound({ ...roomy, wordBits: twice })).toBe(2 * bound(roomy));
        const packed: Arch = { ...roomy, storage: 'packed' };
        expect(bound({ ...packed, wordBits: twice })).toBeLessThanOrEqual(2 * bound(packed));
        expect(bound({ ...packed, wordBits: twice })).toBeGreaterThanOrEqual(bound(packed));
      }),
      { numRuns: 60 },
    );
  });
});
