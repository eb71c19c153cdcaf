/** Rows that run ahead: the fold against its plain twin, wave by wave over arrays; and what never makes it faster. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Arch } from '../arch/arch.ts';
import { zcu102 } from '../arch/presets/zcu102.ts';
import { wavesTime, waveTimes } from '../sim/machine/wave-time.ts';
import type { DealtTile } from './dealt-tile.ts';
import { freeRows, psumBanks } from './free-rows.ts';
import type { Pass } from './passes.ts';
import { chainTiles, timeTile } from './timing.ts';

const ROWS = 3;
const archOf = (banks: 1 | 2): Arch => ({
  ...zcu102,
  array: { rows: ROWS, cols: 2 },
  pe: { ...zcu102.pe, psumBanks: banks },
});

interface PlainTile {
  readonly waves: readonly { readonly work: readonly number[]; readonly words: number }[]; // n * K of each row
  readonly psums: number; // 0: they stay
}

const upTo = (max: number) => fc.oneof(fc.constant(0), fc.integer({ min: 0, max }));
const anyWave = fc.record({
  work: fc.array(upTo(60), { minLength: ROWS, maxLength: ROWS }),
  words: upTo(30),
});
const anyTile: fc.Arbitrary<PlainTile> = fc.record({
  waves: fc.array(anyWave, { minLength: 1, maxLength: 5 }),
  psums: fc.integer({ min: 1, max: 64 }),
});
const anyProgram = fc.array(fc.array(anyTile, { maxLength: 3 }), { minLength: 1, maxLength: 4 });
const anyBanks = fc.integer({ min: 2, max: 8 });

const dealt = ({ waves, psums }: PlainTile): DealtTile => ({
  waves: waves.length,
  works: Int32Array.from(waves.flatMap(({ work }) => work)),
  words: Int32Array.from(waves, ({ words }) => words),
  ...{ psums, slots: 0 },
});

const passOf = (tiles: readonly PlainTile[], what: Partial<Pass> = {}): Pass => ({
  ...{
    partition: 0,
    block: 0,
    channels: [0, 1],
    lastChunk: true,
    place: 0,
    firstOfGroup: true,
    stays: false,
  },
  tiles: tiles.map(dealt),
  ...what,
});
const passesOf = (program: readonly (readonly PlainTile[])[]): readonly Pass[] =>
  program.map((tiles) => passOf(tiles));

function plain(program: readonly (readonly PlainTile[])[], arch: Arch, banks: number) {
  const waves = program.flat().flatMap((tile, t) =>
    tile.waves.map(({ work, words }, g) => ({
      ...{ slots: work, words, psums: tile.psums, psumBank: t % arch.pe.psumBanks },
      endsTile: g === tile.waves.length - 1,
    })),
  );
  const done = waveTimes(waves, banks, arch).map(({ over }) => over);
  const cycles = wavesTime(waves, banks, arch);
  let seen = 0;
  const ends = program.map((pass) => {
    seen += pass.reduce((sum, tile) => sum + tile.waves.length, 0);
    return done[seen - 1] ?? 0;
  });
  return { cycles, ends };
}

test.each([1, 2] as const)('with %i psum banks, as its plain twin', (psumBankCount) => {
  const arch = archOf(psumBankCount);
  fc.assert(
    fc.property(anyProgram, anyBanks, (program, banks) => {
      const { cycles, ends } = freeRows(passesOf(program), arch, banks);
      expect({ cycles, ends: [...ends] }).toEqual(plain(program, arch, banks));
    }),
    { numRuns: 400 },
  );
});

test.each([1, 2] as const)(
  'with %i psum banks, more work or fewer banks never take less time',
  (psumBankCount) => {
    const arch = archOf(psumBankCount);
    const time = (program: readonly (readonly PlainTile[])[], banks: number): number =>
      freeRows(passesOf(program), arch, banks).cycles;
    fc.assert(
      fc.property(anyProgram, anyBanks, fc.nat(), fc.nat(20), (program, banks, at, more) => {
        let wave = 0;
        const heavier = program.map((tiles) =>
          tiles.map((tile) => ({
            ...tile,
            waves: tile.waves.map((each) =>
              wave++ === at % 12
                ? { ...each, work: each.work.map((n, r) => (r === at % ROWS ? n + more : n)) }
                : each,
            ),
          })),
        );
        expect(time(heavier, banks)).toBeGreaterThanOrEqual(time(program, banks));
        expect(time(program, banks)).toBeGreaterThanOrEqual(time(program, banks + 1));
      }),
      { numRuns: 300 },
    );
  },
);

test('never before its busiest row, its loads or its drains; rows of equal totals need not be equal wave by wave', () => {
  fc.assert(
    fc.property(anyProgram, anyBanks, (program, banks) => {
      const { cycles, busy } = freeRows(passesOf(program), archOf(2), banks);
      expect(cycles).toBeGreaterThanOrEqual(Math.max(busy.compute, busy.weights, busy.drain));
    }),
  );
  const turn = (w: number) => ({ work: [w % 2 ? 90 : 10, w % 2 ? 10 : 90, 50], words: 1 });
  const tiles = [{ waves: Array.from({ length: 20 }, (_, w) => turn(w)), psums: 20 }];
  const arch = archOf(2);
  const lockStep = chainTiles([timeTile(dealt(tiles[0]!), arch)], arch).cycles;
  expect(lockStep).toBe(3 + 20 * 92 + 22);
  expect(freeRows([passOf(tiles)], arch, 8).cycles).toBeLessThan(0.65 * lockStep);
});

test('the bank of psums changes with every tile that drains; those that stay are where their block has them', () => {
  const banks = (passes: readonly (readonly [Partial<Pass>, readonly boolean[]])[]) => {
    const next = psumBanks(2);
    return passes.flatMap(([what, drains]) => {
      const pass = passOf([], what);
      return drains.map((each) => next(pass, each));
    });
  };
  expect(banks([[{}, [true, true, false, true]]])).toEqual([0, 1, 0, 0]);
  const stays = { stays: true, firstOfGroup: false } as const;
  // A tile before; then two blocks in two chunks, which drain after the second.
  expect(
    banks([
      [{}, [true]],
      [{ ...stays, firstOfGroup: true }, [false]],
      [{ ...stays, place: 1 }, [false]],
      [stays, [true]],
      [{ ...stays, place: 1 }, [true]],
      [{}, [true]],
    ]),
  ).toEqual([0, 1, 0, 1, 0, 1]);
});
