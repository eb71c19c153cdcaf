/** The closed form over waves: against the sequencer, on time and late, and against the cost model's form over tiles. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Arch } from '../../arch/arch.ts';
import { zcu102 } from '../../arch/presets/zcu102.ts';
import { Sequencer, type WaveRecord } from '../../blocks/sequencer/sequencer.ts';
import { chainTiles, type TileTime } from '../../cost/timing.ts';
import { wavesTime } from './wave-time.ts';

interface Wave {
  readonly slots: number;
  readonly words: number;
  readonly wait: number; // cycles that its record is late
}

interface Tile {
  readonly waves: readonly Wave[];
  readonly psums: number;
}

const upTo = (max: number) => fc.oneof(fc.constant(0), fc.integer({ min: 0, max }));
const anyTile: fc.Arbitrary<Tile> = fc.record({
  waves: fc.array(fc.record({ slots: upTo(60), words: upTo(43), wait: upTo(80) }), {
    minLength: 1,
    maxLength: 4,
  }),
  psums: fc.integer({ min: 1, max: 64 }),
});
const anyProgram = fc.array(anyTile, { minLength: 1, maxLength: 6 });

const withBanks = (psumBanks: 1 | 2): Arch => ({ ...zcu102, pe: { ...zcu102.pe, psumBanks } });

const recordsOf = (tiles: readonly Tile[]): readonly WaveRecord[] =>
  tiles.flatMap(({ waves, psums }, t) =>
    waves.map(({ slots, words }, g) => ({
      ...{ final: t === tiles.length - 1 && g === waves.length - 1, endsTile: g === waves.length - 1 },
      ...{ slots, words, psums, base: 0, header: 0, tap: 0, entry: 0, tag: 0 },
      place: { psumBank: t % 2, halo: 0, origin: 0, reciprocal: 0 },
    })),
  );

/** Cycles from the first load to the end of the last drain on the sequencer. */
function sequencerTime(tiles: readonly Tile[], { pe }: Arch, late: boolean): number {
  const sequencer = new Sequencer(pe);
  const [records, waits] = [recordsOf(tiles), tiles.flatMap(({ waves }) => waves.map(({ wait }) => wait))];
  let [next, waited, begun] = [0, 0, 0];
  for (let t = 0; t < 10_000; t++) {
    if (sequencer.running && begun === 0) begun = t;
    if (sequencer.finish) return t - begun;
    const record = !late || waited >= waits[next]! ? records[next] : undefined;
    waited++;
    if (record && sequencer.recordReady) [next, waited] = [next + 1, 0];
    sequencer.tick({ record });
    sequencer.commit();
  }
  throw new Error('the sequencer is stuck');
}

const plainTile = ({ waves, psums }: Tile, { pe }: Arch): TileTime => {
  const compute = waves.map(({ slots }) => slots + pe.channelGap);
  const open = compute
    .slice(0, -1)
    .reduce((sum, each, g) => sum + Math.max(each, waves[g + 1]!.words + 2), 0);
  const nothing = { compute: 0, loads: 0, waves: waves.length, slots: 0, loaded: 0 };
  return { ...nothing, load: waves[0]!.words + 2, open, last: compute.at(-1)!, drain: psums + 2 };
};

describe.each([1, 2] as const)('with %i psum banks the closed form', (banks) => {
  const arch = withBanks(banks);

  test('is exact where no record is late', () => {
    fc.assert(
      fc.property(anyProgram, (tiles) => {
        expect(sequencerTime(tiles, arch, false)).toBe(wavesTime(recordsOf(tiles), arch));
      }),
      { numRuns: 300 },
    );
  });

  test('is a lower bound where records are late', () => {
    let above = 0;
    fc.assert(
      fc.property(anyProgram, (tiles) => {
        const [took, closed] = [sequencerTime(tiles, arch, true), wavesTime(recordsOf(tiles), arch)];
        expect(took).toBeGreaterThanOrEqual(closed);
        if (took > closed) above++;
      }),
      { numRuns: 300 },
    );
    expect(above).toBeGreaterThan(100);
  });

  test('is the sum that the cost model makes of the same tiles', () => {
    fc.assert(
      fc.property(anyProgram, (tiles) => {
        const times = tiles.map((tile) => plainTile(tile, arch));
        expect(wavesTime(recordsOf(tiles), arch)).toBe(chainTiles(times, arch).cycles);
      }),
      { numRuns: 300 },
    );
  });
});

test('a tile drains while the weights of the next one load', () => {
  const wave = { wait: 0, slots: 4, words: 40 };
  const tiles: readonly Tile[] = Array.from({ length: 2 }, () => ({ waves: [wave], psums: 50 }));
  // One bank: load 42; 6 slots, then 52 of drain, over the 42 of the next load; 6 slots, 52 of drain.
  expect(wavesTime(recordsOf(tiles), withBanks(1))).toBe(42 + (6 + 52) + (6 + 52));
  // Two banks: the next tile begins at 84, and ends when the psums of the first are out, at 42 + 6 + 52; then its own.
  expect(wavesTime(recordsOf(tiles), withBanks(2))).toBe(42 + 6 + 52 + 52);
});
