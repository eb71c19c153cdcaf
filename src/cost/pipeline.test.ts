/** Steps that load, compute and store over each other: by hand, with ports and without. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyWork } from '../../rtl/random-work.ts';
import type { Arch } from '../arch/arch.ts';
import { withoutPorts } from '../arch/ports.ts';
import { zcu102 } from '../arch/presets/zcu102.ts';
import { planLayer } from '../plan/plan-layer.ts';
import { hertz } from '../units.ts';
import { emissionCycles, psumsRead } from './emission.ts';
import { pipelineCycles, type Step, streamCycles } from './pipeline.ts';

/** 8 bytes a cycle in all; with `ports`, one a stream of so many bytes a cycle. */
const archOf = (bytesPerCycle?: number): Arch => ({
  ...zcu102,
  array: { rows: 4, cols: 1 },
  clock: hertz(1e6),
  dram: {
    ...zcu102.dram,
    ...{ bytesPerSecond: 8e6, efficiency: 1, burstBytes: 1 },
    ports: bytesPerCycle === undefined ? undefined : { bytesPerCycle, ifmap: 1, weight: 1, ofmap: 1 },
  },
});
const step = (
  ifmap: number,
  weight: number,
  ofmap: number,
  ...passes: [compute: number, emit: number][]
): Step => ({
  ...{ ifmap, weight, ofmap },
  passes: passes.map(([compute, emit]) => ({ compute, emit })),
});

describe('by hand', () => {
  const steps = [step(80, 160, 40, [100, 0]), step(0, 1600, 80, [50, 0]), step(80, 0, 80, [60, 0])];

  test('streams that share: the slower of computing and moving', () => {
    // 240 bytes in 30; 100 over 1600 in 200; 50 over 80 + 40 in 15; 60 over 80 in 10; 80 in 10.
    expect(pipelineCycles(steps, archOf())).toBe(30 + 200 + 50 + 60 + 10);
  });

  test('a port a stream: no slower than its busiest one', () => {
    // At 4 bytes a cycle: 160 in 40; 1600 in 400; 80 in 20 over 50; 80 in 20 over 60; 80 in 20.
    expect(pipelineCycles(steps, archOf(4))).toBe(40 + 400 + 50 + 60 + 20);
    expect(streamCycles({ ifmap: 80, weight: 81, ofmap: 0 }, archOf(4))).toBe(21);
    expect(streamCycles({ ifmap: 80, weight: 80, ofmap: 80 }, archOf(4))).toBe(30);
  });

  test('psums leave while the next pass computes, and after the last one', () => {
    const passes = [step(8, 0, 8, [100, 70], [40, 90], [95, 20]), step(8, 0, 8, [10, 30])];
    // 1; 100, then 70 over 40, 90 over 95; 20 over 10; 30 at the end.
    expect(pipelineCycles(passes, archOf())).toBe(1 + (100 + 70 + 95) + 20 + 30);
  });

  test('a block takes a round of its lanes for each psum that is read', () => {
    const arch = { ...zcu102, ofmLanes: 16 };
    const filters = (count: number) => ({ filters: [0, count], channels: [0, 8] }) as const;
    expect([32, 20, 16, 3].map((count) => emissionCycles(filters(count), 49, arch))).toEqual([
      98, 98, 49, 49,
    ]);
    expect(emissionCycles(filters(32), 49, { ...arch, array: { rows: 8, cols: 8 } })).toBe(8 * 49); // 4 lanes
    expect(emissionCycles(filters(32), 49, { ...arch, ofmLanes: undefined })).toBe(0);
  });

  test('a max pool reads its windows, and where none is known every psum is read once', () => {
    const conv = { C: 1, H: 8, W: 8, K: 4, R: 1, S: 1, groups: 1 } as const;
    const shape = { ...conv, stride: [1, 1], pad: [0, 0, 0, 0], dilation: [1, 1] } as const;
    const work = { conv: shape, ofmapShape: [4, 3, 3], ofmaps: [new Uint8Array(36), new Uint8Array(36)] };
    const read = (pooled?: number) =>
      psumsRead({ ...work, pooled } as unknown as Parameters<typeof psumsRead>[0]);
    expect([read(9), read(4), read()]).toEqual([162, 72, 128]);
  });
});

const anyStep = fc
  .tuple(fc.nat(500), fc.nat(500), fc.nat(500), fc.array(fc.tuple(fc.nat(90), fc.nat(90)), { maxLength: 3 }))
  .map(([ifmap, weight, ofmap, passes]) => step(ifmap, weight, ofmap, ...passes));

describe('on any steps', () => {
  const anySteps = fc.array(anyStep, { minLength: 1, maxLength: 6 });
  const anyRate = fc.integer({ min: 1, max: 32 });

  test('ports never make them faster, nor narrower ones, and wide ones change nothing', () => {
    fc.assert(
      fc.property(anySteps, anyRate, (steps, rate) => {
        const shared = pipelineCycles(steps, archOf());
        expect(pipelineCycles(steps, archOf(rate))).toBeGreaterThanOrEqual(shared);
        expect(pipelineCycles(steps, archOf(rate))).toBeGreaterThanOrEqual(
          pipelineCycles(steps, archOf(rate + 1)),
        );
        expect(pipelineCycles(steps, archOf(8))).toBe(shared); // no stream alone is faster than DRAM
      }),
    );
  });

  test.each(['ifmap', 'weight', 'ofmap'] as const)(
    'that move %s alone, a port is a narrower DRAM',
    (stream) => {
      fc.assert(
        fc.property(anySteps, fc.integer({ min: 1, max: 8 }), (steps, rate) => {
          const alone = steps.map((each) => ({
            ...each,
            ifmap: 0,
            weight: 0,
            ofmap: 0,
            [stream]: each[stream],
          }));
          const narrow = archOf();
          const dram = { ...narrow.dram, bytesPerSecond: rate * 1e6 };
          expect(pipelineCycles(alone, archOf(rate))).toBe(pipelineCycles(alone, { ...narrow, dram }));
        }),
      );
    },
  );
});

test('a layer is no faster with ports and lanes, and moves and computes the same', () => {
  const small: Arch = { ...zcu102, array: { rows: 4, cols: 4 }, ofmLanes: 2 };
  const ports = { bytesPerCycle: 2, ifmap: 1, weight: 2, ofmap: 1 };
  fc.assert(
    fc.property(anyWork, (work) => {
      const free = planLayer(work, withoutPorts(small)).cost;
      const {
        cycles,
        dramCycles,
        boundBy: _,
        ...others
      } = planLayer(work, {
        ...small,
        dram: { ...small.dram, ports },
      }).cost;
      expect(cycles).toBeGreaterThanOrEqual(free.cycles);
      expect(dramCycles).toBeGreaterThanOrEqual(free.dramCycles);
      expect(free).toMatchObject(others);
    }),
    { numRuns: 60 },
  );
});
