/**
 * An estimate of the longest path between registers in a mapped module: cell delays plus a fixed delay a wire, no
 * placement, no fan-out, no clock skew. It is an argument, not a sign-off: nothing open routes UltraScale+.
 *
 *   register ─▶ wire ─▶ LUT ─▶ wire ─▶ carry chain ─▶ wire ─▶ register
 *   303         W       127..642  W    114 a 4 bits   W       setup
 *
 * A module's ports count as registers of its neighbours. That holds where modules register their outputs; paths that
 * run from an input straight to an output are told apart (`passesThrough`).
 */
import { CLOCK_TO_OUTPUT, type Corner, setup, staysInSlice, through } from './delays.ts';
import type { Bit, MappedModule } from './netlist.ts';

export interface LongestPath {
  readonly picoseconds: number;
  readonly megahertz: number;
  /** LUTs, multiplexers, memories and multipliers on the way; a carry chain counts once. */
  readonly levels: number;
  /** The cells on the way, and the wire it ends in where it has a name. */
  readonly path: readonly string[];
  readonly passesThrough: boolean;
}

interface Arrival {
  readonly time: number;
  readonly cell: string;
  readonly from: Arrival | undefined;
}

export function longestPath(module: MappedModule, { wire }: Corner): LongestPath {
  const drivers = new Map<Bit, { readonly cell: number; readonly port: string; readonly bit: number }>();
  for (const [cell, { outputs }] of module.cells.entries())
    for (const [port, bits] of outputs)
      for (const [bit, name] of bits.entries()) drivers.set(name, { cell, port, bit });
  const inputs = new Set(module.inputs);
  const known = new Map<Bit, Arrival | undefined>();
  const open = new Set<Bit>();

  const arrivalAt = (bit: Bit): Arrival | undefined => {
    if (typeof bit === 'string') return undefined; // a constant
    if (known.has(bit)) return known.get(bit);
    if (open.has(bit)) throw new Error(`a loop without a register through ${module.wires.get(bit) ?? bit}`);
    open.add(bit);
    const arrival = inputs.has(bit) ? { time: 303, cell: 'input', from: undefined } : driven(bit);
    open.delete(bit);
    known.set(bit, arrival);
    return arrival;
  };

  const driven = (bit: Bit): Arrival | undefined => {
    const driver = drivers.get(bit);
    if (driver === undefined) return undefined;
    const { type, inputs: ports } = module.cells[driver.cell]!;
    const clocked = CLOCK_TO_OUTPUT.get(type) ?? (isInstance(type) ? 303 : undefined);
    let latest: Arrival | undefined =
      clocked === undefined ? undefined : { time: clocked, cell: type, from: undefined };
    for (const [port, bits] of ports)
      for (const [i, input] of bits.entries()) {
        const delay = through(type, [port, i], [driver.port, driver.bit]);
        const before = delay === undefined ? undefined : arrivalAt(input);
        if (before === undefined) continue;
        const time = before.time + (staysInSlice(type, port) ? 0 : wire) + delay!;
        if (latest === undefined || time > latest.time) latest = { time, cell: type, from: before };
      }
    return latest;
  };

  let worst: { readonly time: number; readonly arrival: Arrival; readonly end: string } | undefined;
  const end = (bit: Bit, before: number, name: string): void => {
    const arrival = arrivalAt(bit);
    if (arrival === undefined) return;
    const time = arrival.time + wire + before;
    if (worst === undefined || time > worst.time) worst = { time, arrival, end: name };
  };
  for (const { type, inputs: ports, outputs } of module.cells)
    for (const [port, bits] of ports) {
      const before = isInstance(type) ? 0 : setup(type, port);
      const target = outputs[0]?.[1][0];
      const name = typeof target === 'number' ? (module.wires.get(target) ?? type) : type;
      if (before !== undefined) for (const bit of bits) end(bit, before, `${type}.${port} of ${name}`);
    }
  for (const bit of module.outputs)
    end(bit, 0, `output ${typeof bit === 'number' ? (module.wires.get(bit) ?? '') : ''}`);
  return worst === undefined ? NO_PATH : described(worst);
}

const NO_PATH: LongestPath = {
  picoseconds: 0,
  megahertz: Number.POSITIVE_INFINITY,
  levels: 0,
  path: [],
  passesThrough: false,
};

function described(worst: {
  readonly time: number;
  readonly arrival: Arrival;
  readonly end: string;
}): LongestPath {
  const cells: string[] = [];
  for (let at: Arrival | undefined = worst.arrival; at !== undefined; at = at.from) cells.unshift(at.cell);
  const levels = cells.slice(1).filter((cell, i) => cell !== 'CARRY4' || cells[i] !== 'CARRY4').length;
  return {
    picoseconds: worst.time,
    megahertz: Math.floor(1e6 / worst.time),
    levels,
    path: [...cells, worst.end],
    passesThrough: cells[0] === 'input' && worst.end.startsWith('output'),
  };
}

const isInstance = (type: string): boolean => type.startsWith('$paramod') || /^[a-z]/.test(type);
