import { describe, expect, test } from 'vitest';
import { ofmLanesOf, weightPortsOf } from './ports.ts';
import { zcu102 } from './presets/zcu102.ts';

const widths = (cols: number, given: { ofmLanes?: number; weight?: number } = {}) => {
  const { weight, ofmLanes } = given;
  const ports = weight === undefined ? undefined : { bytesPerCycle: 16, ifmap: 1, weight, ofmap: 1 };
  const arch = { ...zcu102, array: { rows: 32, cols }, ofmLanes, dram: { ...zcu102.dram, ports } };
  return [ofmLanesOf(arch), weightPortsOf(arch)];
};

describe('lanes and ports of weights', () => {
  test.each([
    // columns, lanes, ports
    [64, 16, 4],
    [32, 16, 4],
    [16, 8, 4],
    [8, 4, 4],
    [4, 2, 4],
    [2, 1, 2],
    [1, 1, 1],
    [6, 2, 2],
    [12, 4, 4],
    [3, 1, 1],
  ])('fit %d columns', (cols, lanes, ports) => expect(widths(cols)).toEqual([lanes, ports]));

  test('are no more than is asked for', () => {
    expect(widths(32, { ofmLanes: 8, weight: 1 })).toEqual([8, 1]);
    expect(widths(32, { ofmLanes: 12, weight: 3 })).toEqual([8, 2]);
    expect(widths(64, { ofmLanes: 32, weight: 8 })).toEqual([32, 8]);
  });
});
