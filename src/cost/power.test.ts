/** Power: its parts by hand, and what must hold of any run. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Activity } from './activity.ts';
import { PROCESSING_SYSTEM_WATTS, peakWork, powerOf, STATIC_WATTS, workOf } from './power.ts';
import { NOTHING } from './resources.ts';

const machine = { lut: 200_000, lutram: 90_000, ff: 350_000, dsp: 1_050, bram36: 180 };
const idle = { logic: 0, lutram: 0, bram: 0, dramBitsPerSecond: 0 };

const activity = (macs: number, psums: number, bits: number, dram: number): Activity =>
  ({
    macs,
    weightAccesses: macs,
    psumAccesses: psums,
    hops: macs,
    bufferBits: { ifmap: bits, weight: bits, ofmap: bits },
    dramBits: { read: dram, write: dram },
  }) as Activity;

describe('power', () => {
  test('at peak is the coefficients times what there is, at 200 MHz', () => {
    // 350,000 x 20.6 nW/MHz x 200 MHz and so on; 12.8 GB/s x 20 pJ a bit
    expect(powerOf(machine, peakWork(12.8e9), 200e6)).toMatchObject({
      clock: expect.closeTo(1.44, 2),
      logic: expect.closeTo(0.3168, 4),
      nets: expect.closeTo(1.5088, 4),
      lutram: expect.closeTo(4.896, 3),
      bram: expect.closeTo(0.7416, 4),
      dsp: expect.closeTo(0.63, 3),
      dram: expect.closeTo(2.048, 3),
    });
  });

  test('of a machine that does nothing is static, processing system and clock', () => {
    const { total, clock } = powerOf(machine, idle, 200e6);
    expect(total).toBeCloseTo(STATIC_WATTS + PROCESSING_SYSTEM_WATTS + clock, 9);
    expect(powerOf(NOTHING, idle, 200e6).total).toBeCloseTo(STATIC_WATTS + PROCESSING_SYSTEM_WATTS, 9);
  });

  test('of a run lies between idle and peak, and grows with what it does', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.nat(2e6), fc.nat(1e6), fc.nat(1e6), (macs, psums, bits, dram) => {
        const run = (factor: number) =>
          powerOf(
            machine,
            workOf(activity(factor * macs, factor * psums, factor * bits, factor * dram), {
              ...{ cycles: 1000, pes: 1024, bram36: machine.bram36, hertz: 200e6 },
            }),
            200e6,
          );
        const [half, whole] = [run(0.5), run(1)];
        for (const part of ['logic', 'nets', 'lutram', 'bram', 'dsp', 'dram', 'total'] as const) {
          expect(half[part]).toBeLessThanOrEqual(whole[part]);
          if (part !== 'dram' && part !== 'total')
            expect(whole[part]).toBeLessThanOrEqual(powerOf(machine, peakWork(0), 200e6)[part]);
        }
        expect(half.clock).toBe(whole.clock);
      }),
    );
  });

  test('counts a MAC slot, a psum read and written, a word a block RAM as full work', () => {
    const [cycles, pes, bram36, hertz] = [500, 16, 3, 100e6];
    const all = activity(cycles * pes, 2 * cycles * pes, (cycles * bram36 * 64) / 3, 250);
    expect(workOf(all, { cycles, pes, bram36, hertz })).toEqual({
      logic: 1,
      lutram: 1,
      bram: 1,
      dramBitsPerSecond: 500 * (hertz / cycles),
    });
  });
});
