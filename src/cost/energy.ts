/** Energy = Activity x EnergyTable, plus static power x time; nothing else in the house computes joules. */
import type { EnergyTable } from '../arch/energy/table.ts';
import type { Activity } from './activity.ts';

export interface Energy {
  readonly mac: number; // all in picojoules
  readonly pe: number; // weight and psum memories, and hops between neighbours
  readonly buffer: number;
  readonly dram: number;
  readonly static: number;
  readonly total: number;
}

export function energyOf(activity: Activity, table: EnergyTable, seconds: number): Energy {
  const { mac, weightAccess, psumAccess, hop, bufferBit, dramBit } = table.actions;
  const { bufferBits, dramBits } = activity;
  const parts = {
    mac: activity.macs * mac.picojoules,
    pe:
      activity.weightAccesses * weightAccess.picojoules +
      activity.psumAccesses * psumAccess.picojoules +
      activity.hops * hop.picojoules,
    buffer: (bufferBits.ifmap + bufferBits.weight + bufferBits.ofmap) * bufferBit.picojoules,
    dram: (dramBits.read + dramBits.write) * dramBit.picojoules,
    static: table.staticWatts.watts * seconds * 1e12,
  };
  return { ...parts, total: parts.mac + parts.pe + parts.buffer + parts.dram + parts.static };
}
