/**
 * When signals arrive on the wires of a mapped module, and where they end.
 *
 * A cell, a vendor's or a whole module, is known by three things: when its outputs leave a register inside it, how long
 * before a register inside it its inputs must be there, and how long its ways from inputs to outputs take.
 */
import { CLOCK_TO_OUTPUT, setup, staysInSlice, through } from './delays.ts';
import type { Bit, MappedCell, MappedModule } from './netlist.ts';

/** A cell that a path runs through, and the module it stands in. */
export interface Step {
  readonly module: string;
  readonly cell: string;
}

/** A stretch of a path, and how long it takes, in picoseconds: a wire counts with the cell it leads to. */
export interface Way {
  readonly time: number;
  readonly steps: readonly Step[];
}

export type Pin = readonly [port: string, bit: number];

export interface CellTiming {
  /** From a register inside to an output. */
  launch(output: Pin): Way | undefined;
  /** From an input to a register inside, its setup included. */
  capture(input: Pin): Way | undefined;
  /** From inputs to an output, with no register between. */
  through(output: Pin): Iterable<readonly [input: Pin, way: Way]>;
}

/** Where a path begins: at some register, or on a wire that comes from outside the module. */
export type Source = 'register' | Bit;

/** The latest of the paths from one source to a wire. */
interface Arrival extends Way {
  readonly before?: Arrival;
}
export type Arrivals = ReadonlyMap<Source, Arrival>;

export const stepsOf = ({ before, steps }: Arrival): readonly Step[] =>
  before === undefined ? steps : [...stepsOf(before), ...steps];

/** What is later than all before it on the way from the same source. */
export function keepLatest<K, W extends Way>(ways: Map<K, W>, from: K, way: W): void {
  const latest = ways.get(from);
  if (latest === undefined || way.time > latest.time) ways.set(from, way);
}

export function vendorCell({ name, wires }: MappedModule, cell: MappedCell, wire: number): CellTiming {
  const { type, inputs, outputs } = cell;
  const steps = [{ module: name, cell: type }];
  const clocked = CLOCK_TO_OUTPUT.get(type);
  const target = outputs[0]?.[1][0];
  const held = typeof target === 'number' ? (wires.get(target) ?? type) : type;
  return {
    launch: () => (clocked === undefined ? undefined : { time: clocked, steps }),
    capture([port]) {
      const before = setup(type, port);
      if (before === undefined) return undefined;
      return { time: wire + before, steps: [{ module: name, cell: `${type}.${port} of ${held}` }] };
    },
    *through(output) {
      for (const [port, bits] of inputs)
        for (const i of bits.keys()) {
          const delay = through(type, [port, i], output);
          if (delay === undefined) continue;
          yield [[port, i], { time: delay + (staysInSlice(type, port) ? 0 : wire), steps }];
        }
    },
  };
}

/** What arrives on any wire of a module whose cells take the times given; `outside` is what comes in at its ports. */
export function arrivalsIn(
  { cells, wires }: MappedModule,
  timings: readonly CellTiming[],
  outside: ReadonlyMap<Bit, Arrivals>,
): (wire: Bit) => Arrivals {
  const drivers = new Map<Bit, readonly [cell: number, output: Pin]>();
  for (const [cell, { outputs }] of cells.entries())
    for (const [port, bits] of outputs)
      for (const [i, bit] of bits.entries()) drivers.set(bit, [cell, [port, i]]);
  const known = new Map(outside);
  const open = new Set<Bit>();

  const arrivalsAt = (bit: Bit): Arrivals => {
    const before = known.get(bit);
    if (before !== undefined) return before;
    if (open.has(bit))
      throw new Error(`a loop without a register through ${wires.get(bit as number) ?? bit}`);
    open.add(bit);
    const arrivals = driven(drivers.get(bit));
    open.delete(bit);
    known.set(bit, arrivals);
    return arrivals;
  };

  const driven = (driver: readonly [cell: number, output: Pin] | undefined): Arrivals => {
    const arrivals = new Map<Source, Arrival>();
    if (driver === undefined) return arrivals;
    const [cell, output] = driver;
    const launch = timings[cell]!.launch(output);
    if (launch !== undefined) arrivals.set('register', launch);
    for (const [pin, { time, steps }] of timings[cell]!.through(output))
      for (const [source, before] of arrivalsAt(wireAt(cells[cell]!, pin)))
        keepLatest(arrivals, source, { time: before.time + time, steps, before });
    return arrivals;
  };

  return (bit) => (typeof bit === 'string' ? NOTHING : arrivalsAt(bit)); // constants never change
}

const NOTHING: Arrivals = new Map();

const wireAt = ({ inputs }: MappedCell, [port, i]: Pin): Bit =>
  inputs.find(([name]) => name === port)![1][i]!;

/** Every register of a module, or port of a cell in it, that a wire ends in. */
export function* endsIn(
  { cells }: MappedModule,
  timings: readonly CellTiming[],
): Iterable<readonly [wire: Bit, end: Way]> {
  for (const [cell, { inputs }] of cells.entries())
    for (const [port, bits] of inputs)
      for (const [i, bit] of bits.entries()) {
        const end = timings[cell]!.capture([port, i]);
        if (end !== undefined) yield [bit, end];
      }
}
