/** Cartesian products: slots, products and barriers held to plain loops over pixels, channels and filters. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomWork, share } from '../../rtl/random-work.ts';
import { scnn } from '../accel/scnn.ts';
import type { Arch } from '../arch/arch.ts';
import type { LayerWork } from '../model/work.ts';
import { contentionTable, cyclesPerSlot } from './bank-contention.ts';
import { barrier, inVectors, vectors } from './cartesian-barrier.ts';

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

/** Psums deep enough for every filter at once: one laying of the grid, and one barrier; FIFOs that never fill. */
const arch: Arch = {
  ...scnn.arch,
  array: { rows: 4, cols: 4 },
  pe: { ...scnn.arch.pe, psumDepth: 4096, weightDepth: 4096 },
};

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

/** Slot by slot: a channel's weights reach all PEs as soon as each has room, and stay until the PE is done with them. */
function broadcast(work: readonly (readonly number[])[], weights: readonly number[], fifo: number): number {
  const pes = work.map((slots) => ({ done: 0, left: slots[0] ?? 0 }));
  const held = (done: number, end: number): number =>
    weights.slice(done, end).reduce((sum, vectors) => sum + vectors, 0);
  for (let [cycle, sent] = [0, 0]; ; cycle++) {
    for (let before = -1; before !== sent; ) {
      before = sent;
      for (const [pe, state] of pes.entries())
        while (state.done < sent && state.left === 0) state.left = work[pe]![++state.done] ?? 0;
      const room = pes.every(({ done }) => done === sent || held(done, sent + 1) <= fifo);
      if (sent < weights.length && room) sent++;
    }
    if (pes.every(({ done }) => done === weights.length)) return cycle;
    for (const state of pes) if (state.done < sent && state.left > 0) state.left--;
  }
}

test('PEs drift apart as far as their FIFOs of weights let them', () => {
  const anyGroup = fc.integer({ min: 1, max: 8 }).chain((channels) => {
    const counts = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: channels, maxLength: channels });
    return fc.record({
      ifmaps: fc.array(counts, { minLength: 2, maxLength: 4 }),
      weights: counts,
      fifo: fc.integer({ min: 1, max: 12 }),
    });
  });
  fc.assert(
    fc.property(anyGroup, ({ ifmaps, weights, fifo }) => {
      const taps = inVectors(Int32Array.from(weights), 2);
      const pes = ifmaps.map((counts) => inVectors(Int32Array.from(counts), 2));
      const each = pes.map(({ vectors }) => [...vectors].map((n, v) => n * taps.vectors[v]!));
      const group = { from: 0, weights: () => taps, slot: [1, 1, 1, 1, 1] };
      expect(barrier(pes, { ...group, fifo }).cycles).toBe(broadcast(each, [...taps.vectors], fifo));
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
