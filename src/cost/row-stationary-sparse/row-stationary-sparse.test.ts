/** Rounds of sparse clusters against PEs that walk every window, and what bounds them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyWork, randomWork } from '../../../rtl/random-work.ts';
import type { LayerWork } from '../../model/work.ts';
import { ofmapHeight, ofmapWidth } from '../../tensor/conv.ts';
import { chooseChunks, type SparsePe } from './chunks.ts';
import { columnCycles } from './counts.ts';
import { type Clusters, runRounds } from './rounds.ts';

const pe: SparsePe = { ifmapSpad: 8, weightSpad: 12, psumSpad: 4 };
const clusters: Clusters = { count: 2, rows: 2, cols: 3 };

interface Unit {
  readonly image: number;
  readonly filters: readonly number[];
  readonly y: number;
}

/** Every PE steps through its windows value by value, and asks for each how many weights it meets. */
function plainCycles(work: LayerWork, { filters, channels }: { filters: number; channels: number }): number {
  const { conv, ifmaps, weight } = work;
  const { R, S, H, W, stride, pad, dilation } = conv;
  const [C, K, P, Q] = [conv.C / conv.groups, conv.K / conv.groups, ofmapHeight(conv), ofmapWidth(conv)];
  const chunk = (whole: number, size: number): readonly (readonly number[])[] =>
    Array.from({ length: Math.ceil(whole / size) }, (_, i) =>
      Array.from({ length: Math.min(size, whole - i * size) }, (_, j) => i * size + j),
    );
  const rowUnits = chunk(C, channels).flatMap((held) => Array.from({ length: R }, (_, r) => ({ held, r })));
  const colUnits = (image: number): readonly Unit[] =>
    Array.from({ length: conv.groups }, (_, g) => g).flatMap((g) =>
      chunk(K, filters).flatMap((list) =>
        Array.from({ length: P }, (_, y) => ({ image, filters: list.map((k) => g * K + k), y })),
      ),
    );
  const onePe = ({ held, r }: (typeof rowUnits)[number], { image, filters: list, y }: Unit): number => {
    let cycles = 0;
    const h = y * stride[0] + r * dilation[0] - pad[0];
    for (let q = 0; q < Q; q++)
      for (const c of held)
        for (let s = 0; s < S; s++) {
          const w = q * stride[1] + s * dilation[1] - pad[1];
          const channel = Math.floor(list[0]! / K) * C + c;
          if (h < 0 || h >= H || w < 0 || w >= W || ifmaps[image]![(channel * H + h) * W + w] === 0) continue;
          cycles += columnCycles(list.filter((k) => weight.data[((k * C + c) * R + r) * S + s] !== 0).length);
        }
    return cycles;
  };
  const jobs: number[] = [];
  for (let image = 0; image < ifmaps.length; image++) {
    const columns = colUnits(image);
    for (let row = 0; row < rowUnits.length; row += clusters.rows)
      for (let col = 0; col < columns.length; col += clusters.cols)
        jobs.push(
          Math.max(
            ...rowUnits
              .slice(row, row + clusters.rows)
              .flatMap((unit) =>
                columns.slice(col, col + clusters.cols).map((column) => onePe(unit, column)),
              ),
          ),
        );
  }
  let cycles = 0;
  for (let at = 0; at < jobs.length; at += clusters.count)
    cycles += Math.max(...jobs.slice(at, at + clusters.count));
  return cycles;
}

test('rounds take as long as PEs that walk every window', () => {
  fc.assert(
    fc.property(anyWork, (work) => {
      const chunks = chooseChunks(work, pe);
      const { cycles } = runRounds(work, chunks, clusters);
      expect(cycles).toBe(plainCycles(work, { filters: chunks.columns.filters, channels: chunks.channels }));
    }),
    { numRuns: 100 },
  );
});

test('the chunks fit the memories of a PE', () => {
  fc.assert(
    fc.property(anyWork, (work) => {
      const { columns, channels } = chooseChunks(work, pe);
      const { conv, weight } = work;
      const [C, perFilter] = [conv.C / conv.groups, (conv.C / conv.groups) * conv.R * conv.S];
      expect(columns.filters).toBeLessThanOrEqual(pe.psumSpad);
      expect(channels === 1 || channels * conv.S <= pe.ifmapSpad).toBe(true);
      for (let k = 0; k < conv.K / conv.groups; k += columns.filters)
        for (let c = 0; c < C; c += channels)
          for (let r = 0; r < conv.R; r++) {
            let held = 0;
            for (let f = k; f < Math.min(conv.K / conv.groups, k + columns.filters); f++)
              for (let i = c; i < Math.min(C, c + channels); i++)
                for (let s = 0; s < conv.S; s++)
                  if (weight.data[f * perFilter + (i * conv.R + r) * conv.S + s] !== 0) held++;
            expect(held).toBeLessThanOrEqual(pe.weightSpad);
          }
    }),
    { numRuns: 60 },
  );
});

test('a dense layer that fills every cluster keeps every PE busy; zeros make PEs wait for one another', () => {
  const conv = {
    C: 8,
    H: 6,
    W: 16,
    K: 8,
    R: 2,
    S: 1,
    stride: [1, 1],
    pad: [0, 0, 1, 0],
    dilation: [1, 1],
    groups: 1,
  } as const;
  const seeds = { seed: 3, batch: 1, signed: false };
  const busyShare = (density: number): number => {
    const work = randomWork({ ...conv, pad: [0, 0, 0, 0], H: 7 }, { ifmap: density, weight: density }, seeds);
    const chunks = chooseChunks(work, pe);
    const { cycles, busy } = runRounds(work, chunks, clusters);
    return busy / (cycles * clusters.count * clusters.rows * clusters.cols);
  };
  expect(busyShare(1)).toBe(1);
  expect(busyShare(0.4)).toBeLessThan(0.9);
});
