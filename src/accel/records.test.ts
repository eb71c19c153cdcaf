/** Published points: all that is converted fits the device, and nothing stands without where it is from. */
import { describe, expect, test } from 'vitest';
import { zoo } from '../model/zoo/index.ts';
import { converted, fpgaRecords, gopsPerWatt, zcu102Device } from './records.ts';

describe.each(fpgaRecords)('$key', (record) => {
  test('cites a text of a year, and names networks that we have', () => {
    expect(record.cite).toMatch(/\b20\d\d\b/);
    expect(record.results).not.toHaveLength(0);
    for (const { low, high, network } of record.results) {
      expect(low).toBeLessThanOrEqual(high);
      if (network !== undefined) expect(zoo.map(({ name }) => name)).toContain(network);
    }
  });

  test('in common units it fits its device', () => {
    const { luts = 0, bram36 = 0, dsp = 0 } = converted(record);
    expect(luts).toBeLessThanOrEqual(zcu102Device.luts);
    expect(bram36).toBeLessThanOrEqual(zcu102Device.bram36);
    expect(dsp).toBeLessThanOrEqual(zcu102Device.dsp);
  });

  test('a count above the device was converted, and a count that fits was left alone', () => {
    const { logic, blockRam } = record.printed;
    const { how } = converted(record);
    if (logic) expect(how.some((line) => line.includes('LUTs'))).toBe(logic.count > zcu102Device.luts);
    if (blockRam) expect(how.some((line) => line.includes('BRAM36'))).toBe(blockRam.kbits === 18);
    if (blockRam && blockRam.count > zcu102Device.bram36) expect(blockRam.kbits).toBe(18);
  });
});

const keyed = (key: string) => fpgaRecords.find((record) => record.key === key)!;

test('conversions are printed with their numbers', () => {
  // 599,550 logic cells on 274,080 LUTs: 2.19 (AMD DS891).
  expect(converted(keyed('zhu-2020-16')).how).toEqual([
    '390000 logic cells / 2.19 = 178286 LUTs',
    '1460 BRAM18 / 2 = 730 BRAM36',
  ]);
  expect(converted(keyed('dpu-3xb4096')).how).toEqual([]);
});

test('operations a watt: of the one that prints both', () => {
  // Lu et al. 2019: 223.4 to 309.0 GOP/s at 23.6 W.
  const [low, high] = gopsPerWatt(keyed('lu-2019'))!;
  expect(low).toBeCloseTo(9.47, 2);
  expect(high).toBeCloseTo(13.09, 2);
  expect(gopsPerWatt(keyed('spec-2023'))).toBeUndefined();
});
