/**
 * A design mapped to UltraScale+ cells by Yosys, module by module: each is mapped once and counted as often as it
 * stands, so that 32 x 32 PEs cost no more than one.
 *
 * The steps are those of `synth_xilinx -family xcup` with one change: its ABC prices a LUT6 as two and a half LUT2,
 * since Vivado pairs small ones; we count cells, and so ask for the fewest (`abc -lut 6`).
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { runWell } from '../tool.ts';
import { type Netlist, parseNetlist } from './netlist.ts';

export interface Mapping {
  readonly top: string;
  readonly sources: readonly string[];
  readonly parameters?: Readonly<Record<string, number>>;
  readonly flatten?: boolean;
}

const script = ({ top, sources, parameters = {}, flatten = false }: Mapping, file: string): string => {
  const set = Object.entries(parameters).map(([name, value]) => ` -chparam ${name} ${value}`);
  const synth = `synth_xilinx -family xcup -top ${top} -noiopad -noclkbuf`;
  return [
    `read_verilog -sv ${sources.map((source) => `"${source}"`).join(' ')}`,
    `hierarchy -check -top ${top}${set.join('')}`,
    `${synth}${flatten ? ' -flatten' : ''} -run begin:map_luts`,
    'opt_expr -mux_undef -noclkinv; abc -lut 6; clean',
    'techmap -map +/xilinx/ff_map.v; xilinx_srl -fixed -minlen 3',
    'techmap -map +/xilinx/lut_map.v -map +/xilinx/cells_map.v -D LUT_WIDTH=6',
    'xilinx_dffopt; opt_lut_ins -tech xilinx; clean; hierarchy -check',
    `write_json "${file}"`,
  ].join('; ');
};

export async function mapDesign(mapping: Mapping): Promise<Netlist> {
  const folder = await mkdtemp(`${tmpdir()}/sense-synth-`);
  try {
    await runWell('yosys', ['-q', '-p', script(mapping, `${folder}/netlist.json`)]);
    return parseNetlist(await readFile(`${folder}/netlist.json`, 'utf8'));
  } finally {
    await rm(folder, { recursive: true });
  }
}
