/** What every energy table owes: a source for each entry, and the order that physics gives. */
import { describe, expect, test } from 'vitest';
import { energyTable, energyTables, horowitz45nm, zcu102Energy } from './index.ts';

describe.each(energyTables)('$name', ({ actions, staticWatts }) => {
  test('every entry has a source and a quality', () => {
    for (const entry of [...Object.values(actions), staticWatts]) {
      expect(entry.source.length).toBeGreaterThan(20);
      expect(['published', 'derived', 'estimate']).toContain(entry.quality);
    }
  });

  test('every action costs something, a bit of DRAM more than a bit of a buffer', () => {
    for (const { picojoules, bits } of Object.values(actions)) {
      expect(picojoules).toBeGreaterThan(0);
      expect(bits).toBeGreaterThanOrEqual(1);
    }
    expect(actions.dramBit.picojoules).toBeGreaterThan(10 * actions.bufferBit.picojoules);
  });
});

test("45 nm: Horowitz's figures come out", () => {
  const { mac, bufferBit, dramBit } = horowitz45nm.actions;
  // Horowitz, ISSCC 2014: 0.2 + 0.1 pJ, 20 pJ / 64 bit, (1.3 + 2.6) / 2 nJ / 64 bit.
  expect(mac.picojoules).toBeCloseTo(0.3, 9);
  expect(bufferBit.picojoules * 64).toBeCloseTo(20, 9);
  expect(dramBit.picojoules * 64).toBeCloseTo(1950, 9);
});

test('ZCU102: an array that multiplies every cycle draws less than the 11.2 W claimed, for buffers and DRAM are left out', () => {
  const { mac, weightAccess, psumAccess, hop } = zcu102Energy.actions;
  const perMac = mac.picojoules + weightAccess.picojoules + 2 * psumAccess.picojoules + hop.picojoules / 4;
  const watts = zcu102Energy.staticWatts.watts + 1024 * 200e6 * perMac * 1e-12;
  // Sun et al., Sense, arXiv:2202.00389v1, abstract: 11.2 W.
  expect(watts).toBeGreaterThan(11.2 / 2);
  expect(watts).toBeLessThan(11.2);
});

test('an unknown table gets the nearest one suggested', () => {
  expect(() => energyTable('zcu12')).toThrow(
    expect.objectContaining({ hint: expect.stringContaining('did you mean "zcu102"?') }),
  );
});
