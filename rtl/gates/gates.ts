/**
 * The compute core as the cells of an UltraScale+ device: mapped by `synth_xilinx -family xcup`, and run under Verilator with
 * Yosys's own models of the cells, through the testbench of the RTL. What was lost in synthesis shows as a difference.
 */
import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import type { Arch } from '../../src/arch/arch.ts';
import { fail } from '../../src/errors.ts';
import { type CoreRunner, computeSources, coreMacros, coreTestbench } from '../compute/build.ts';
import { readRuns } from '../compute/images.ts';
import { coreParameters } from '../compute/widths.ts';
import { fromRoot, runWell } from '../tool.ts';

export interface Gates {
  /** How many of each kind of cell. */
  readonly cells: Readonly<Record<string, number>>;
  readonly simulator: string; // path
}

const MODEL = fromRoot('rtl/gates/dsp48e2.v');

/** A text of the netlist replaced: a control, which the comparison must see. */
export interface Damage {
  readonly replace: RegExp;
  readonly by: string;
}

export async function buildGates(arch: Arch, damage?: Damage): Promise<Gates> {
  const parameters = Object.entries(coreParameters(arch));
  const tools = await Promise.all([runWell('yosys', ['-V']), runWell('verilator', ['--version'])]);
  const hash = createHash('sha256');
  hash.update(JSON.stringify([parameters, tools, process.platform, process.arch]));
  if (damage) hash.update(`${damage.replace} ${damage.by}`);
  for (const source of [...computeSources, coreTestbench, MODEL, OWN])
    hash.update(await readFile(source)).update('\0');
  const folder = fromRoot(`.cache/rtl/gates-${hash.digest('hex').slice(0, 16)}`);
  if (!(await stat(folder).catch(() => undefined))) {
    await mkdir(fromRoot('.cache/rtl'), { recursive: true });
    const draft = await mkdtemp(`${folder}-`);
    try {
      if (damage) {
        const whole = dirname((await buildGates(arch)).simulator);
        for (const file of ['netlist.v', 'cells.json'])
          await copyFile(`${whole}/${file}`, `${draft}/${file}`);
        await spoil(`${draft}/netlist.v`, damage);
      } else await map(parameters, draft);
      await compile(arch, draft);
      // Another process may have finished the same build first: then its folder stands and ours goes.
      await rename(draft, folder).catch(() => rm(draft, { recursive: true }));
    } catch (error) {
      await rm(draft, { recursive: true, force: true });
      throw error;
    }
  }
  return {
    cells: JSON.parse(await readFile(`${folder}/cells.json`, 'utf8')),
    simulator: `${folder}/Vcompute_core`,
  };
}

/** This file, as source or as compiled: the steps below are part of what is built. */
const OWN = new URL(import.meta.url);

async function map(parameters: readonly (readonly [string, number])[], folder: string): Promise<void> {
  const set = parameters.map(([name, value]) => ` -chparam ${name} ${value}`);
  const script = [
    `read_verilog -sv ${designSources()
      .map((source) => `"${source}"`)
      .join(' ')}`,
    'read_verilog -lib -specify +/xilinx/cells_xtra.v',
    `hierarchy -check -top compute_core${set.join('')}`,
    'synth_xilinx -family xcup -top compute_core -noiopad -noclkbuf -flatten',
    'write_verilog -noattr netlist.v',
    'tee -q -o stat.txt stat',
  ];
  await runWell('yosys', ['-q', '-p', script.join('; ')], folder);
  const cells = [...(await readFile(`${folder}/stat.txt`, 'utf8')).matchAll(/^ {5}(\w+) +(\d+)$/gm)];
  await writeFile(
    `${folder}/cells.json`,
    JSON.stringify(Object.fromEntries(cells.map(([, cell, count]) => [cell, Number(count)]))),
  );
}

/** Without the simulation model of the cell that synthesis itself puts in. */
const designSources = (): readonly string[] =>
  computeSources.filter((source) => !/DSP48E2\.sv$/.test(source));

async function spoil(netlist: string, { replace, by }: Damage): Promise<void> {
  const text = await readFile(netlist, 'utf8');
  const spoilt = text.replace(replace, by);
  if (spoilt === text) throw new Error(`${replace} is not in the netlist`);
  await writeFile(netlist, spoilt);
}

async function compile(arch: Arch, folder: string): Promise<void> {
  await runWell('verilator', [
    ...['--cc', '--exe', '--build', '-Wno-fatal', '-Wno-lint', '-Wno-UNOPTFLAT', '-Wno-INITIALDLY'],
    ...['--x-assign', 'unique', '--x-initial', 'unique', '--top-module', 'compute_core', '--Mdir', folder],
    ...['--output-split', '5000', '--output-split-cfuncs', '300', '-MAKEFLAGS', 'OPT_FAST=-O1 OPT_SLOW=-O0'],
    ...Object.entries(coreMacros(arch)).flatMap(([name, value]) => ['-CFLAGS', `-D${name}=${value}`]),
    ...[`${folder}/netlist.v`, await cellModels(), MODEL, coreTestbench],
  ]);
}

/** Yosys's models of the cells, where Yosys itself looks for them: in share/ beside the bin/ that it lies in. */
async function cellModels(): Promise<string> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const yosys = await realpath(join(folder, 'yosys')).catch(() => undefined);
    if (yosys !== undefined) return join(dirname(yosys), '../share/yosys/xilinx/cells_sim.v');
  }
  return fail('yosys is not installed', { hint: 'apt-get install yosys' });
}

/** Runs programs on the gates. */
export const gateRunner =
  (damage?: Damage): CoreRunner =>
  async (images, arch, { seed = 1 } = {}) => {
    const { simulator } = await buildGates(arch, damage);
    const folder = await mkdtemp(fromRoot('.cache/rtl/run-'));
    try {
      await writeFile(`${folder}/in`, images);
      await runWell(simulator, [`${folder}/in`, `${folder}/out`, String(seed)]);
      return readRuns(await readFile(`${folder}/out`), arch.array.cols);
    } finally {
      await rm(folder, { recursive: true });
    }
  };
