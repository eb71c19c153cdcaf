import { machineShape } from './src/sim/machine/shape.ts';
import { machineParameters } from './rtl/core/build.ts';
import { archOf, type Lean } from './rtl/lean.ts';
import { MACHINE_SOURCES } from './rtl/synth/sources.ts';
import { mapDesign } from './rtl/synth/yosys.ts';
import { crossingsOf, partsOf } from './rtl/synth/synth.ts';
import { longestPath } from './rtl/synth/timing.ts';
import { CONGESTED } from './rtl/synth/delays.ts';
import { countDesign } from './rtl/synth/count.ts';
import { plainName } from './rtl/synth/netlist.ts';
const size = Number(process.argv[2]);
for (const lean of process.argv.slice(3) as Lean[]) {
  const arch = archOf({ rows: size, cols: size, lean });
  const n = await mapDesign({ top: 'sense_core', sources: MACHINE_SOURCES, parameters: { ...machineParameters(arch, machineShape(arch)), DSP48: 1 } });
  console.log(lean, JSON.stringify(countDesign(n)));
  for (const [type, m] of n.modules) { const c = longestPath(m, CONGESTED); if (c.megahertz < 208) console.log(plainName(type), c.megahertz, c.levels, c.path.join(' ')); }
  for (const c of crossingsOf(n).filter((c) => c.congestedMHz < 212)) console.log(c.congestedMHz, c.levels, c.name, '::', c.path.join(' '));
  if (process.env.PARTS) for (const p of partsOf(n)) console.log(p.name, p.count, JSON.stringify(p.each));
}
