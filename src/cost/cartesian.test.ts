/** Cartesian products: slots, products and barriers held to plain loops over pixels, channels and filters. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomWork, share } from '../../rtl/random-work.ts';
import { scnn } from '../accel/scnn.ts';
import type { Arch } from '../arch/arch.ts';
import type { LayerWork } from '../model/work.ts';
import { contentionTable, cyclesPerSlot } from './bank-contention.ts';
import { vectors } from './cartesian-barrier.ts';

const few = (most: number) => fc.integer({ min: 1, max: most });

/** Stride 1, kernels no larger than the map: what the plain twin below speaks of. */
const anyLayer = fc
  .record({
    C: few(5),
    K: few(9),
    H: fc.integer({ min: 4, max: 11 }),
    W: fc.integer({ min: 4, max: 11 }),
    R: fc.constantFrom(1, 3),
    ifmap: share,
    weight: share,
    seed: fc.nat(),
  })
  .map(({ C, K, H, W, R, ifmap, weight, seed }) => {
    const pad = (R - 1) / 2;
    const conv = { C, H, W, K, R, S: R, pad: [pad, pad, pad, pad], groups: 1 } as const;
    return randomWork(
      { ...conv, stride: [1, 1], dilation: [1, 1] },
      { ifmap, weight },
      { seed, batch: 1, signed: false },
    );
  });

/** Psums deep enough for every filter at once: one laying of the grid, and one barrier. */
const arch: Arch = { ...scnn.arch, array: { rows: 4, cols: 4 }, pe: { ...scnn.arch.pe, psumDepth: 4096 } };

/** 2 x 2 PEs of 2 x 2 multipliers: each PE's non-zeros of a channel in pairs, against the channel's taps in pairs. */
function plain({ conv, ifmaps, weight }: LayerWork) {
  const table = contentionTable(4, { banks: 8, queue: 4 });
  const [h, w] = [Math.ceil(conv.H / 2), Math.ceil(conv.W / 2)];
  let [longest, cycles, products] = [0, 0, 0];
  for (const top of [0, h])
    for (const left of [0, w]) {
      let [slots, mine] = [0, 0];
      for (let c = 0; c < conv.C; c++) {
        let [values, taps] = [0, 0];
        for (let y = top; y < Math.min(conv.H, top + h); y++)
          for (let x = left; x < Math.min(conv.W, left + w); x++)
            if (ifmaps[0]![(c * conv.H + y) * conv.W + x] !== 0) values++;
        for (let k = 0; k < conv.K; k++)
          for (let i = 0; i < conv.R * conv.S; i++)
            if (weight.data[(k * conv.C + c) * conv.R * conv.S + i] !== 0) taps++;
        slots += Math.ceil(values / 2) * Math.ceil(taps / 2);
        mine += values * taps;
      }
      products += mine;
      longest = Math.max(longest, slots);
      if (slots > 0) cycles = Math.max(cycles, slots * cyclesPerSlot(mine / slots, table));
    }
  return { slots: longest, cycles: Math.ceil(cycles), products };
}

test('slots, cycles and products are those of the plain loops', () => {
  fc.assert(
    fc.property(anyLayer, (work) => {
      const { macsIssued, computeCycles, activity, waves } = scnn.cost(work, arch);
      const { slots, cycles, products } = plain(work);
      expect(waves).toBe(1);
      expect(macsIssued).toBe(slots * 16);
      expect(computeCycles).toBe(cycles);
      expect(activity.macs).toBe(products);
    }),
  );
});

test('accumulators too few for all filters mean more barriers, never fewer products', () => {
  fc.assert(
    fc.property(anyLayer, (work) => {
      const shallow = { ...arch, pe: { ...arch.pe, psumDepth: 128 } };
      const [few, many] = [scnn.cost(work, shallow), scnn.cost(work, arch)];
      expect(few.waves).toBeGreaterThanOrEqual(many.waves);
      expect(few.activity.macs).toBe(many.activity.macs);
    }),
  );
});

test('a PE of 16 multipliers takes vectors of 4 by 4, of 8 of 4 by 2', () => {
  expect(vectors(16)).toEqual({ F: 4, I: 4 });
  expect(vectors(8)).toEqual({ F: 4, I: 2 });
  expect(vectors(7)).toEqual({ F: 7, I: 1 });
});

test('a kernel whose psums of one pixel no PE holds is refused', () => {
  const conv = {
    C: 1,
    H: 16,
    W: 16,
    K: 1,
    R: 7,
    S: 7,
    stride: [1, 1],
    pad: [0, 0, 0, 0],
    dilation: [1, 1],
    groups: 1,
  } as const;
  const work = randomWork(conv, { ifmap: 1, weight: 1 }, { seed: 1, batch: 1, signed: false });
  expect(() => scnn.cost(work, { ...arch, pe: { ...arch.pe, psumDepth: 48 } })).toThrow(
    /no tile of a 7x7 kernel fits the machine's 48 accumulators/,
  );
});
