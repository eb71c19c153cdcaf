/** Files of the field's other tools: layer tables, SCALE-Sim configurations, Accelergy energies. Read, hashed and handed on. */
import { createHash } from 'node:crypto';
import type { Arch } from '../src/arch/arch.ts';
import { UserError, within } from '../src/errors.ts';
import { checkFits } from './arch-file.ts';
import { readBounded, stem } from './files.ts';
import type { Accelerator, EnergyTable, Library, Model } from './library.ts';

type Peers = Awaited<ReturnType<Library['peers']>>;

const MAX_FILE = 2 ** 22;

/** A SCALE-Sim topology (.csv), a Timeloop problem or a ZigZag workload (.yaml), with what its reader remarked. */
export function tableModel(
  path: string,
  { importTopology, importLayers }: Peers,
): { readonly model: Model; readonly notes: readonly string[] } {
  const bytes = readBounded(path, MAX_FILE, 'table of layers');
  const read = /\.csv$/i.test(path) ? importTopology : importLayers;
  const imported = readFrom(path, () => read(bytes, stem(path)));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const [{ madeBy }, ...remarks] = imported.receipts as [Model['receipts'][number]];
  return {
    model: { ...imported, receipts: [{ madeBy, from: `sha256:${sha256}` }, ...remarks] },
    notes: imported.receipts.flatMap(({ note }) => (note === undefined ? [] : [note])),
  };
}

interface Configured {
  readonly machine: Accelerator;
  readonly arch: Arch;
  readonly notes: readonly string[];
}

/** A SCALE-Sim configuration: the machine of its dataflow, unless one is named. */
export async function configured(
  path: string,
  named: Accelerator | undefined,
  library: Library,
): Promise<Configured> {
  const { readScaleSimConfig, archOf } = await library.peers();
  const bytes = readBounded(path, MAX_FILE, 'SCALE-Sim configuration');
  const config = readFrom(path, () => readScaleSimConfig(bytes, stem(path)));
  const meant = library.machineByDataflow[config.dataflow];
  const machine = named ?? meant;
  const arch = archOf(config, machine.arch);
  const dense = Object.values(library.machineByDataflow).includes(machine);
  return {
    machine,
    arch: dense ? arch : checkFits(arch, path),
    notes: [
      ...(machine === meant
        ? []
        : [`the dataflow "${config.dataflow}" is that of ${meant.name}; the machine is ${machine.name}`]),
      ...config.notes,
    ],
  };
}

/** An Accelergy energy reference table, laid over the table the architecture would have used. */
export function energyFile(
  path: string,
  map: string | undefined,
  { base, peers }: { readonly base: EnergyTable; readonly peers: Peers },
): { readonly table: EnergyTable; readonly notes: readonly string[] } {
  const bytes = readBounded(path, MAX_FILE, 'energy reference table');
  const parsed = map === undefined ? undefined : within('--energy-map', () => peers.parseEnergyMap(map));
  return readFrom(path, () => peers.importErt(bytes, { name: stem(path), map: parsed, base }));
}

/** A place inside a file, such as a line, gets the file's name in front. */
function readFrom<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const at = error.at === undefined ? path : `${path}, ${error.at}`;
    throw new UserError(error.message, { at, hint: error.hint });
  }
}
