/** What every machine must obey. A new file in accel/ is tested by existing. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyFullyConnected, anyWork, randomWork } from '../../rtl/random-work.ts';
import { machines } from '../../src/accel/index.ts';
import { multipliers } from '../../src/arch/arch.ts';
import { UserError } from '../../src/errors.ts';
import type { LayerWork } from '../../src/model/work.ts';
import { convReference, effectualMacs } from '../../src/tensor/conv-reference.ts';

const small = { rows: 4, cols: 4 };
const anyLayer = fc.oneof({ weight: 4, arbitrary: anyWork }, { weight: 1, arbitrary: anyFullyConnected });
const conv3 = {
  C: 16,
  H: 14,
  W: 14,
  K: 16,
  R: 3,
  S: 3,
  stride: [1, 1],
  pad: [1, 1, 1, 1],
  dilation: [1, 1],
  groups: 1,
} as const;
const plainPairs = (work: LayerWork): number =>
  work.ifmaps.reduce((sum, ifmap) => sum + effectualMacs(ifmap, work.weight.data, work.conv), 0);

/** A window that no buffer holds is refused, rightly; such layers tell nothing here. */
function unlessTooLarge<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof UserError && /fits the machine/.test(error.message)) return undefined;
    throw error;
  }
}

describe.each(machines)('$name', (machine) => {
  const arch = { ...machine.arch, array: small };
  // Buffers so small that ifmaps fall into partitions, weights into chunks and kernels into rows.
  const cramped = {
    pe: { ...arch.pe, psumDepth: 16, weightDepth: 8 },
    buffers: { ifmapBytes: 400, weightBytes: 128, ofmapBytes: 4096 },
  };
  const cost = (work: LayerWork) => machine.cost(work, arch);

  test('cites its source, and a source for each published figure', () => {
    expect(machine.cite).toMatch(/\b(19|20)\d\d\b/);
    for (const { source } of machine.published) expect(source).not.toBe('');
  });

  test('keeps its multipliers when it is reshaped', () => {
    for (const n of [64, 256, 1024]) {
      const { rows, cols } = machine.shape(n);
      expect(rows * cols).toBe(n);
    }
  });

  test('counts the pairs that matter as the plain loop does', () => {
    fc.assert(
      fc.property(anyLayer, (work) => {
        expect(cost(work).macsEffectual).toBe(plainPairs(work));
      }),
      { numRuns: 120 },
    );
  });

  test('is never faster than its multipliers or its DRAM allow, and moves at least every word once', () => {
    fc.assert(
      fc.property(anyLayer, fc.boolean(), (work, tight) => {
        const answer = unlessTooLarge(() => machine.cost(work, tight ? { ...arch, ...cramped } : arch));
        fc.pre(answer !== undefined);
        const { cycles, computeCycles, dramCycles, macsIssued, macsEffectual, traffic } = answer;
        expect(cycles).toBeGreaterThanOrEqual(computeCycles);
        expect(cycles).toBeGreaterThanOrEqual(dramCycles);
        expect(computeCycles * multipliers(arch)).toBeGreaterThanOrEqual(macsIssued);
        expect(macsIssued).toBeGreaterThanOrEqual(macsEffectual);
        expect(traffic.total).toBe(traffic.ifmap + traffic.weight + traffic.ofmap);
        expect(traffic.total).toBeGreaterThanOrEqual(traffic.lowerBound);
      }),
      { numRuns: 120 },
    );
  });

  test('skips zeros exactly where it says it does', () => {
    const issued = (ifmap: number, weight: number): number =>
      cost(randomWork(conv3, { ifmap, weight }, { seed: 1, batch: 1, signed: false })).macsIssued;
    expect(issued(0.5, 1) < issued(1, 1)).toBe(machine.skips.zeroIfmaps);
    expect(issued(1, 0.3) < issued(1, 1)).toBe(machine.skips.zeroWeights);
  });

  test('no layer takes longer for having fewer non-zeros', () => {
    const thin = fc.record({
      work: anyWork,
      keep: fc.double({ min: 0, max: 1, noNaN: true }),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(thin, ({ work, keep, seed }) => {
        const dropped = randomWork(
          work.conv,
          { ifmap: keep, weight: 1 },
          { seed, batch: work.ifmaps.length, signed: false },
        );
        const fewer: LayerWork = {
          ...work,
          ifmaps: work.ifmaps.map(
            (ifmap, n) => ifmap.map((x, i) => (dropped.ifmaps[n]![i] === 0 ? 0 : x)) as Uint8Array,
          ),
        };
        expect(cost(fewer).macsIssued).toBeLessThanOrEqual(cost(work).macsIssued);
      }),
      { numRuns: 60 },
    );
  });

  test('executes to the bit what the plain convolution computes, and counts the same pairs', () => {
    if (!machine.execute) return expect(machine.fidelity.length).toBeGreaterThan(40); // what the form leaves out is said
    const settings = [{}, { rearrange: 'static' }, { rearrange: 'none' }, cramped] as const;
    for (const setting of settings)
      fc.assert(
        fc.property(anyWork, (work) => {
          const run = unlessTooLarge(() => machine.execute!(work, { ...arch, ...setting }));
          fc.pre(run !== undefined);
          const { accumulators, pairs } = run;
          expect(machine.cost(work, { ...arch, ...setting }).macsEffectual).toBe(pairs);
          work.ifmaps.forEach((ifmap, n) => {
            expect(accumulators[n]).toEqual(convReference(ifmap, work.weight.data, work.conv));
          });
          expect(pairs).toBe(plainPairs(work));
        }),
        { numRuns: 50 },
      );
  });
});
