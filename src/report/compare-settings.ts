/** What machines of a comparison are built of: made alike where the user asks for it, and every difference left is listed. */
import type { Accelerator } from '../accel/accelerator.ts';
import { type Arch, multipliers } from '../arch/arch.ts';
import type { DramPorts } from '../arch/dram.ts';
import { energyTables } from '../arch/energy/index.ts';
import type { Report } from './report.ts';

export const SAMENESS = ['macs', 'clock', 'bits', 'dram'] as const;
export type Sameness = (typeof SAMENESS)[number];

/** The machine's own architecture, with what is asked for taken from `like`. */
export function archLike({ arch, shape }: Accelerator, like: Arch, same: readonly Sameness[]): Arch {
  return {
    ...arch,
    ...(same.includes('macs') && { array: sameArray(arch, like, shape) }),
    ...(same.includes('clock') && { clock: like.clock }),
    ...(same.includes('bits') && { wordBits: like.wordBits }),
    // Its own ports, where its text has any: the bandwidth is what is made alike.
    ...(same.includes('dram') && { dram: { ...like.dram, ports: arch.dram.ports } }),
  };
}

/** A machine that has that many multipliers keeps the shape of its text. */
const sameArray = (arch: Arch, like: Arch, shape: Accelerator['shape']): Arch['array'] =>
  multipliers(arch) === multipliers(like) ? arch.array : shape(multipliers(like));

/** One thing that machines of a comparison do not have in common. */
export interface Difference {
  readonly setting: string;
  readonly unit: string;
  /** In the order of the machines. */
  readonly values: readonly { readonly machine: string; readonly value: string | number }[];
}

const KIB = 1024;

type Fact = readonly [setting: string, unit: string, of: (arch: Arch, report: Report) => string | number];

const FACTS: readonly Fact[] = [
  ['multipliers', '', (arch) => multipliers(arch)],
  ['clock', 'MHz', (arch) => arch.clock / 1e6],
  ['ifmap word', 'bits', ({ wordBits }) => wordBits.ifmap],
  ['weight word', 'bits', ({ wordBits }) => wordBits.weight],
  ['ofmap word', 'bits', ({ wordBits }) => wordBits.ofmap],
  ['buffers', 'KiB', ({ buffers: b }) => rounded((b.ifmapBytes + b.weightBytes + b.ofmapBytes) / KIB)],
  ['DRAM', 'GB/s', ({ dram }) => rounded((dram.bytesPerSecond * dram.efficiency) / 1e9)],
  ['DRAM ports', '', ({ dram: { ports } }) => (ports === undefined ? 'shared' : portsText(ports))],
  ['requantising lanes', '', ({ ofmLanes }) => ofmLanes ?? 'any'],
  // A table of the user's own is known by its name alone.
  ['energy table', '', ({ energy }) => energyTables.find(({ name }) => name === energy)?.node ?? energy],
  ['rule', '', (_, { rule }) => (rule.kind === 'none' ? 'none' : `${rule.kind} ${rule.zeros}`)],
  ['batch', 'images', (_, { batch }) => batch],
  ['activations', '', (_, { source }) => source.activations],
];

/** Of ifmaps, weights and ofmaps. */
const portsText = ({ bytesPerCycle, ifmap, weight, ofmap }: DramPorts): string =>
  `${ifmap} + ${weight} + ${ofmap} x ${bytesPerCycle} B`;

const rounded = (n: number): number => Math.round(n * 100) / 100;

/** Settings in which the machines of a comparison differ; the first report of each machine speaks for it. */
export function differencesOf(reports: readonly Report[]): readonly Difference[] {
  const firsts = [...new Map([...reports].reverse().map((report) => [report.machine, report])).values()];
  const ordered = firsts.sort((a, b) => reports.indexOf(a) - reports.indexOf(b));
  return FACTS.flatMap(([setting, unit, of]) => {
    const values = ordered.map((report) => ({
      machine: report.machine,
      value: of(report.arch as unknown as Arch, report),
    }));
    return values.every(({ value }) => value === values[0]!.value) ? [] : [{ setting, unit, values }];
  });
}
