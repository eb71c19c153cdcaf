/**
 * A SCALE-Sim configuration (.cfg, scale_config.py of v3 @ fab89b7): its array, its three SRAMs, its dataflow and, where
 * the user states it, its bandwidth. Words are bytes there, and the clock is nowhere: that and the rest stay the machine's.
 */
import type { Arch } from '../arch/arch.ts';
import { fail, within } from '../errors.ts';
import { type IniEntry, readIni } from './ini.ts';
import { listed, quoted, textOf, wholeNumber } from './text.ts';

const DATAFLOWS = ['os', 'ws', 'is'] as const;

export interface ScaleSimConfig {
  readonly name: string;
  readonly array: Arch['array'];
  readonly buffers: Arch['buffers'];
  readonly dataflow: (typeof DATAFLOWS)[number];
  /** Words a cycle of each of the three ports to DRAM; absent where SCALE-Sim is to compute what it would need. */
  readonly bandwidth?: number;
  readonly notes: readonly string[];
}

const MAX_SIDE = 2 ** 16; // rows or columns
const MAX_KB = 2 ** 20;

export function readScaleSimConfig(file: Uint8Array, otherwise: string): ScaleSimConfig {
  const entries = readIni(textOf(file, 'SCALE-Sim configuration'));
  const used = new Set<IniEntry>();
  const find = (section: string, ...keys: readonly string[]): IniEntry | undefined => {
    const found = keys.map((key) => entries.get(`${section}/${key}`)).find((entry) => entry !== undefined);
    if (found) used.add(found);
    return found;
  };
  const asked = (...keys: readonly string[]): IniEntry =>
    find('architecture_presets', ...keys) ??
    fail(`[architecture_presets] has no ${keys[0]}`, { hint: 'is this a SCALE-Sim configuration?' });
  const count = (most: number, ...keys: readonly string[]): number => {
    const entry = asked(...keys);
    return within(`line ${entry.line}`, () => bounded(entry, most));
  };
  const kilobytes = (...keys: readonly string[]): number => 1024 * count(MAX_KB, ...keys);

  const flow = asked('dataflow');
  const dataflow =
    DATAFLOWS.find((word) => word === flow.value.toLowerCase()) ??
    fail(`the dataflow is ${quoted(flow.value)}, expected ${DATAFLOWS.join(', ')}`, {
      at: `line ${flow.line}`,
    });
  const bandwidth = bandwidthOf(
    find('run_presets', 'interfacebandwidth'),
    find('architecture_presets', 'bandwidth'),
  );
  const named =
    find('general', 'run_name')
      ?.value.replace(/^"(.*)"$/, '$1')
      .slice(0, 100) ?? '';
  const config = {
    name: /^[\x20-\x7e]+$/.test(named) ? named : otherwise,
    array: { rows: count(MAX_SIDE, 'arrayheight'), cols: count(MAX_SIDE, 'arraywidth') },
    buffers: {
      ifmapBytes: kilobytes('ifmapsramszkb', 'ifmapsramsz'),
      weightBytes: kilobytes('filtersramszkb', 'filtersramsz'),
      ofmapBytes: kilobytes('ofmapsramszkb', 'ofmapsramsz'),
    },
    dataflow,
    ...(bandwidth === undefined ? {} : { bandwidth }),
  };
  const left = [...entries.values()].filter((entry) => !used.has(entry)).map(({ key }) => key);
  return {
    ...config,
    notes: [
      bandwidth === undefined
        ? "SCALE-Sim computes the bandwidth that never stalls; here DRAM is the machine's own, and its cycles without DRAM are those of SCALE-Sim"
        : `${bandwidth} words a cycle on each of three ports: here one DRAM of ${3 * bandwidth} bytes a cycle that they share`,
      ...(left.length > 0 ? [`not used: ${listed(left, 40)}`] : []),
    ],
  };
}

function bounded({ key, value }: IniEntry, most: number): number {
  const n = wholeNumber(value, key);
  if (n < 1 || n > most) fail(`${key} is ${n}, expected a whole number from 1 to ${most}`);
  return n;
}

/** SCALE-Sim uses the first number of the list, for each port. */
function bandwidthOf(mode: IniEntry | undefined, listing: IniEntry | undefined): number | undefined {
  if (mode === undefined || mode.value.toUpperCase() === 'CALC') return undefined;
  if (mode.value.toUpperCase() !== 'USER')
    fail(`InterfaceBandwidth is ${quoted(mode.value)}, expected USER or CALC`, { at: `line ${mode.line}` });
  if (listing === undefined)
    return fail('InterfaceBandwidth is USER, but [architecture_presets] has no Bandwidth');
  return within(`line ${listing.line}`, () =>
    bounded({ ...listing, value: listing.value.split(',')[0]! }, MAX_KB),
  );
}

/** The architecture of a machine with what the configuration says of it. */
export const archOf = ({ name, array, buffers, bandwidth }: ScaleSimConfig, machine: Arch): Arch => ({
  ...machine,
  name,
  array,
  buffers,
  ...(bandwidth === undefined
    ? {}
    : {
        dram: {
          name: `${3 * bandwidth} bytes a cycle`,
          bytesPerSecond: 3 * bandwidth * machine.clock,
          efficiency: 1,
          burstBytes: 1,
          source: 'Bandwidth of a SCALE-Sim configuration, three ports of it, a word a byte',
        },
      }),
});
