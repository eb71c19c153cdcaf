/**
 * What a mapped netlist takes of an UltraScale+ device, cell by cell.
 *
 *   lut      every LUT1 .. LUT6 is one; none are paired in one LUT6_2, which Vivado does: an upper bound
 *            an inverter is one, once a wire; into clock and reset pins it is none: slices invert these themselves
 *            plus lutram: a LUT that is a memory is not free for logic
 *   lutram   RAM64M8 and RAM32M16 fill a slice: 8; RAM64M and RAM32M: 4; a shift register: 1
 *   ff       every FD*
 *   free     carry chains and wide multiplexers, which lie beside the LUTs
 *
 * Cells as in the UltraScale architecture libraries guide (AMD UG974). A cell this table lacks stops the count.
 */
import { addResources, NOTHING, type Resources } from '../../src/cost/resources.ts';
import { type MappedModule, type Netlist, PIPELINED_DSP } from './netlist.ts';

const memory = (luts: number): Partial<Resources> => ({ lut: luts, lutram: luts });

const CELLS: ReadonlyMap<string, Partial<Resources>> = new Map([
  ...['LUT1', 'LUT2', 'LUT3', 'LUT4', 'LUT5', 'LUT6'].map((type) => [type, { lut: 1 }] as const),
  ...['SRL16E', 'SRLC32E', 'RAM32X1S', 'RAM64X1S'].map((type) => [type, memory(1)] as const),
  ...['RAM32X1D', 'RAM64X1D', 'RAM128X1S'].map((type) => [type, memory(2)] as const),
  ...['RAM32M', 'RAM64M', 'RAM128X1D', 'RAM256X1S'].map((type) => [type, memory(4)] as const),
  ...['RAM32M16', 'RAM64M8', 'RAM256X1D', 'RAM512X1S', 'RAM64X8SW'].map((type) => [type, memory(8)] as const),
  ...['FDRE', 'FDSE', 'FDCE', 'FDPE'].map((type) => [type, { ff: 1 }] as const),
  ['DSP48E2', { dsp: 1 }],
  [PIPELINED_DSP, { dsp: 1 }],
  ['RAMB18E2', { bram36: 0.5 }],
  ['RAMB36E2', { bram36: 1 }],
  ...['CARRY4', 'CARRY8', 'MUXF7', 'MUXF8', 'MUXF9', 'BUFG', 'GND', 'VCC'].map((type) => [type, {}] as const),
]);

/** A module's own cells, without those of the modules that stand in it. */
export function countOwn(netlist: Netlist, type: string): Resources {
  const module = netlist.modules.get(type);
  if (module === undefined) throw new Error(`the netlist has no module ${type}`);
  let total: Resources = { ...NOTHING, lut: inverters(module) };
  for (const [kind, count] of kindsOf(module)) {
    if (netlist.modules.has(kind)) continue;
    const cell = CELLS.get(kind);
    if (cell === undefined) throw new Error(`no counting rule for the cell ${kind}`);
    total = addResources(total, { ...NOTHING, ...cell }, count);
  }
  return total;
}

/** How often each module stands in the whole design, the top one included. */
export function instances(netlist: Netlist): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const visit = (type: string, times: number): void => {
    counts.set(type, (counts.get(type) ?? 0) + times);
    for (const [kind, count] of kindsOf(netlist.modules.get(type)!))
      if (netlist.modules.has(kind)) visit(kind, times * count);
  };
  visit(netlist.top, 1);
  return counts;
}

export const countDesign = (netlist: Netlist): Resources =>
  [...instances(netlist)].reduce(
    (total, [type, count]) => addResources(total, countOwn(netlist, type), count),
    NOTHING,
  );

/** How many of each kind of cell, inverters apart. */
function kindsOf({ cells }: MappedModule): ReadonlyMap<string, number> {
  const kinds = new Map<string, number>();
  for (const { type } of cells) if (type !== 'INV') kinds.set(type, (kinds.get(type) ?? 0) + 1);
  return kinds;
}

const INVERTS_ITSELF = new Set(['C', 'R', 'S', 'WCLK', 'CLK']);

function inverters({ cells }: MappedModule): number {
  const outputs = new Map<unknown, unknown>(); // from the inverter's output to its input
  for (const { type, inputs, outputs: out } of cells)
    if (type === 'INV') outputs.set(out[0]![1][0], inputs[0]![1][0]);
  const needed = new Set<unknown>();
  for (const { type, inputs } of cells)
    for (const [port, bits] of inputs)
      if (
        !(type.startsWith('FD') || type.startsWith('RAM') || type.startsWith('SRL')) ||
        !INVERTS_ITSELF.has(port)
      )
        for (const bit of bits) if (outputs.has(bit)) needed.add(outputs.get(bit));
  return needed.size;
}
