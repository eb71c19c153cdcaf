/**
 * A design mapped to UltraScale+ cells by Yosys, module by module: each is mapped once and counted as often as it
 * stands, so that 32 x 32 PEs cost no more than one.
 *
 * The steps are those of `synth_xilinx -family xcup` with one change: its ABC prices a LUT6 as two and a half LUT2,
 * since Vivado pairs small ones; we count cells, and so ask for the fewest (`abc -lut 6`).
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { runWell } from '../tool.ts';
import { type Netlist, parseNetlist } from './netlist.ts';

export interface Mapping {
  readonly top: string;
  readonly sources: readonly string[];
  readonly parameters?: Readonly<Record<string, number>>;
  /** Modules that count as part of those that they stand in. */
  readonly within?: readonly string[];
  /** Into one module: before it is mapped, or after, which leaves the cells as they are. */
  readonly flatten?: 'before' | 'after';
}

const WITHIN_PE = ['psum_banks', 'psum_single', 'mac_portable', 'mac_dsp48'];

const script = ({ top, sources, flatten, within = [] }: Mapping, file: string): string => {
  const synth = `synth_xilinx -family xcup -top ${top} -noiopad -noclkbuf`;
  return [
    `read_verilog -sv ${sources.map((source) => `"${source}"`).join(' ')}`,
    `read_verilog -lib -specify +/xilinx/cells_xtra.v`,
    `hierarchy -check -top ${top}`,
    // What only stands in a PE counts as the PE's.
    `flatten ${[...WITHIN_PE, ...within].map((name) => `t:*${name}`).join(' ')}`,
    `${synth}${flatten === 'before' ? ' -flatten' : ''} -run begin:map_luts`,
    'opt_expr -mux_undef -noclkinv; abc -lut 6; clean',
    'techmap -map +/xilinx/ff_map.v; xilinx_srl -fixed -minlen 3',
    'techmap -map +/xilinx/lut_map.v -map +/xilinx/cells_map.v -D LUT_WIDTH=6',
    'xilinx_dffopt; opt_lut_ins -tech xilinx; clean; hierarchy -check',
    ...(flatten === 'after' ? ['flatten'] : []),
    `write_json "${file}"`,
  ].join('; ');
};

export async function mapDesign(mapping: Mapping): Promise<Netlist> {
  const folder = await mkdtemp(`${tmpdir()}/sense-synth-`);
  try {
    const sources = await withParameters(mapping, folder);
    await runWell('yosys', ['-q', '-p', script({ ...mapping, sources }, `${folder}/netlist.json`)]);
    return parseNetlist(await readFile(`${folder}/netlist.json`, 'utf8'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Yosys 0.23 trips over -chparam on a large top module: its defaults are rewritten in a copy of its file instead. */
async function withParameters(
  { top, sources, parameters = {} }: Mapping,
  folder: string,
): Promise<readonly string[]> {
  const file = sources.find((source) => source.endsWith(`/${top}.sv`));
  if (file === undefined) throw new Error(`no file of ${top} among the sources`);
  let text = await readFile(file, 'utf8');
  for (const [name, value] of Object.entries(parameters)) {
    const changed = text.replace(
      new RegExp(`(parameter (?:int|bit) ${name} = )[^,\\s)]+`),
      (_, head) => `${head}${value}`,
    );
    if (changed === text && !text.includes(`${name} = ${value}`))
      throw new Error(`${top} has no parameter ${name}`);
    text = changed;
  }
  await writeFile(`${folder}/${top}.sv`, text);
  return sources.map((source) => (source === file ? `${folder}/${top}.sv` : source));
}
