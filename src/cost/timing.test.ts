import fc from 'fast-check';
import { expect, test } from 'vitest';
import { zcu102 } from '../arch/presets/zcu102.ts';
import { dealer } from '../schedule/waves.ts';
import { dealTile } from './dealt-tile.ts';
import { BANK_SWITCH, chainTiles, timeTile } from './timing.ts';

const arch = { ...zcu102, array: { rows: 4, cols: 4 } };
const channel = fc.record({ n: fc.integer({ min: 0, max: 36 }), k: fc.integer({ min: 0, max: 9 }) });

interface Wave {
  readonly compute: number;
  readonly load: number;
}

/** The same tile written as the formulas stand in the design page, wave by wave. */
function wavesPlain(channels: readonly { n: number; k: number }[]): readonly Wave[] {
  const busy = channels.filter(({ n, k }) => n * k > 0).sort((a, b) => b.n * b.k - a.n * a.k);
  const waves: Wave[] = [];
  for (let from = 0; from < busy.length; from += arch.array.rows) {
    const rows = busy.slice(from, from + arch.array.rows);
    waves.push({
      compute: Math.max(...rows.map(({ n, k }) => n * k)) + arch.pe.channelGap,
      load: Math.ceil(rows.reduce((sum, { k }) => sum + k, 0) / arch.pe.weightLanes) + BANK_SWITCH,
    });
  }
  return waves;
}

const time = (channels: readonly { n: number; k: number }[], psums = 64) => {
  const nonZeros = Uint16Array.from(channels, ({ n }) => n);
  const taps = Uint8Array.from(channels, ({ k }) => k);
  const order = dealer(channels.length).byWork(nonZeros, taps);
  const dealt = dealTile({ nonZeros, taps }, order, { arch, psums });
  return { ...timeTile(dealt, arch), slots: dealt.slots };
};

test('a tile takes the sum of its waves, each as long as its slowest row or the next load', () => {
  fc.assert(
    fc.property(fc.array(channel, { minLength: 1, maxLength: 30 }), (channels) => {
      const waves = wavesPlain(channels);
      const tile = time(channels);
      const sum = waves.reduce(
        (total, { compute }, g) => total + Math.max(compute, waves[g + 1]?.load ?? 0),
        0,
      );
      expect(tile.open + tile.last).toBe(sum);
      expect(tile.load).toBe(waves[0]?.load ?? 0);
      expect(tile.waves).toBe(waves.length);
      expect(tile.slots).toBe(channels.reduce((total, { n, k }) => total + n * k, 0));
    }),
  );
});

test('with two psum banks a drain hides under the next tile; with one it does not', () => {
  const tiles = [time([{ n: 10, k: 4 }]), time([{ n: 10, k: 4 }])];
  const [load, compute, drain] = [Math.ceil(4 / 3) + 2, 42, 66];
  expect(chainTiles(tiles, arch).cycles).toBe(load + compute + drain + drain);
  const oneBank = { ...arch, pe: { ...arch.pe, psumBanks: 1 as const } };
  expect(chainTiles(tiles, oneBank).cycles).toBe(load + 2 * (compute + drain));
});

test('psums leave from the end of the last wave on, not from the end of the load behind it', () => {
  const [few, many] = [
    time([{ n: 1, k: 1 }]),
    time([
      { n: 1, k: 9 },
      { n: 1, k: 9 },
    ]),
  ]; // 3 slots; 11 after a load of 8
  const cycles = (psumBanks: 1 | 2) =>
    chainTiles([few, many], { ...arch, pe: { ...arch.pe, psumBanks } }).cycles;
  expect(many.load).toBeGreaterThan(few.last);
  expect(cycles(1)).toBe(few.load + few.last + few.drain + many.last + many.drain);
  expect(cycles(2)).toBe(few.load + few.last + few.drain + many.drain);
});

test('rearranged channels never take more issue slots than the array has', () => {
  fc.assert(
    fc.property(fc.array(channel, { minLength: 1, maxLength: 30 }), (channels) => {
      const tile = time(channels);
      expect(tile.slots).toBeLessThanOrEqual(tile.compute * arch.array.rows);
    }),
  );
});
