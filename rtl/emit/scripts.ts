/** What stands beside the sources of an emitted layer: constraint, Vivado script, README. */
import type { Arch } from '../../src/arch/arch.ts';
import { coreParameters } from '../compute/widths.ts';
import { MOST_TRACED } from './trace.ts';

export const constraints = ({ clock }: Arch): string =>
  `# ${clock / 1e6} MHz. Ports have no pins: the core is a part of a design, and is built out of context.
create_clock -name clk -period ${(1e9 / clock).toFixed(3)} [get_ports clk]
`;

export function vivadoScript(arch: Arch, sources: readonly string[]): string {
  const generics = Object.entries(coreParameters(arch)).map(([name, value]) => `${name}=${value}`);
  return `# Vivado project for the ZCU102's device.
# NOT RUN where this was made: no Vivado was at hand. The sources are checked with Verilator and Yosys; this script is not.
#   vivado -mode batch -source vivado.tcl
set here [file dirname [file normalize [info script]]]
create_project compute_core $here/vivado -part xczu9eg-ffvb1156-2-e -force
add_files [list ${sources.map((file) => `$here/${file}`).join(' ')}]
add_files -fileset constrs_1 $here/clock.xdc
add_files -fileset sim_1 $here/testbench.sv
set_property top compute_core [current_fileset]
set_property generic {${generics.join(' ')}} [current_fileset]
set_property top testbench [get_filesets sim_1]
set_property -name {xsim.simulate.runtime} -value {all} -objects [get_filesets sim_1]
set_property -name {xsim.simulate.xsim.more_options} -value "-testplusarg images=$here/images" -objects [get_filesets sim_1]

launch_simulation
close_sim

synth_design -top compute_core -part xczu9eg-ffvb1156-2-e -mode out_of_context
report_utilization -file $here/utilization.txt
opt_design
place_design
route_design
report_timing_summary -file $here/timing.txt
`;
}

export interface Described {
  readonly name: string;
  readonly shape: string;
  readonly cycles: number;
  readonly psums: number;
  readonly note: string;
}

export const readme = (arch: Arch, { name, shape, cycles, psums, note }: Described): string =>
  `# ${name} on a compute core of ${arch.array.rows} x ${arch.array.cols}

${shape}. ${note}
It takes ${cycles} cycles, and ${psums} psums leave each column.

    verilator --binary --timing --timescale 1ns/1ps --top-module testbench -f sources.f testbench.sv    # Verilator 5
    ./obj_dir/Vtestbench    # ends with PASS

| file | |
|---|---|
| \`rtl/\` | the core in SystemVerilog; \`sources.f\` lists its files |
| \`images/*.hex\` | what the stream memories hold, a word a line: records of the waves; bitmaps (entries) and non-zeros (values) of the rows; taps of the columns and their headers |
| \`images/expected.hex\` | {address, psum} of each column in the order in which they leave, from the plain convolution's twin |
| \`testbench.sv\` | feeds the images, compares psums, addresses and cycles |
| \`trace.vcd\` | what the wires carry, from the stepped model: operations, drains, psums of the first ${MOST_TRACED} cycles, for GTKWave and the like |
| \`clock.xdc\` | ${arch.clock / 1e6} MHz |
| \`vivado.tcl\` | simulation, synthesis and routing for the XCZU9EG; not run where this was made |
`;
