/** A mapped module as a clock sees it: the paths between its registers, and a cell for the modules it stands in. */
import {
  type Arrivals,
  arrivalsIn,
  type CellTiming,
  endsIn,
  keepLatest,
  type Pin,
  stepsOf,
  type Way,
} from './arrivals.ts';
import type { Bit, MappedModule, Port } from './netlist.ts';

export interface ModuleTiming extends CellTiming {
  /** The longest into each of its registers, or into each port of a module in it that leads to one. */
  readonly paths: readonly Way[];
}

export function timeModule(module: MappedModule, cells: readonly CellTiming[]): ModuleTiming {
  const pinOf = new Map<Bit, Pin>();
  for (const [pin, wire] of pinsOf(module.inputs)) pinOf.set(wire, pin);
  const outside = new Map(
    [...pinOf.keys()].map((wire): [Bit, Arrivals] => [wire, new Map([[wire, AT_ONCE]])]),
  );
  const arrivals = arrivalsIn(module, cells, outside);

  const paths: Way[] = [];
  const captures = new Map<string, Way>();
  for (const [wire, end] of endsIn(module, cells))
    for (const [source, arrival] of arrivals(wire)) {
      const way = { time: arrival.time + end.time, steps: [...stepsOf(arrival), ...end.steps] };
      if (source === 'register') paths.push(way);
      else keepLatest(captures, key(pinOf.get(source)!), way);
    }

  const launches = new Map<string, Way>();
  const throughs = new Map<string, readonly (readonly [Pin, Way])[]>();
  for (const [pin, wire] of pinsOf(module.outputs)) {
    const through: (readonly [Pin, Way])[] = [];
    for (const [source, arrival] of arrivals(wire)) {
      const way = { time: arrival.time, steps: stepsOf(arrival) };
      if (source === 'register') launches.set(key(pin), way);
      else through.push([pinOf.get(source)!, way]);
    }
    throughs.set(key(pin), through);
  }
  return {
    paths,
    launch: (pin) => launches.get(key(pin)),
    capture: (pin) => captures.get(key(pin)),
    through: (pin) => throughs.get(key(pin)) ?? [],
  };
}

const AT_ONCE: Way = { time: 0, steps: [] };
const OUT_OF_A_REGISTER = 303;

/** All paths of a module whose ports lead to registers outside. */
export function* pathsOf(module: MappedModule, timing: ModuleTiming, wire: number): Iterable<Way> {
  const into = { time: OUT_OF_A_REGISTER, steps: [{ module: module.name, cell: 'input' }] };
  const out = (pin: Pin): Way => ({
    time: wire,
    steps: [{ module: module.name, cell: `output ${key(pin)}` }],
  });
  yield* timing.paths;
  for (const [pin] of pinsOf(module.inputs)) {
    const capture = timing.capture(pin);
    if (capture !== undefined) yield joined(into, capture);
  }
  for (const [pin] of pinsOf(module.outputs)) {
    const launch = timing.launch(pin);
    if (launch !== undefined) yield joined(launch, out(pin));
    for (const [, way] of timing.through(pin)) yield joined(into, way, out(pin));
  }
}

/** A module that is known by its name alone: each of its ports is a register. */
export const registeredPorts = (name: string, wire: number): ModuleTiming => {
  const step = (cell: string, time: number): Way => ({ time, steps: [{ module: name, cell }] });
  return {
    paths: [],
    launch: (pin) => step(`output ${key(pin)}`, OUT_OF_A_REGISTER),
    capture: (pin) => step(`input ${key(pin)}`, wire),
    through: () => [],
  };
};

const key = ([port, bit]: Pin): string => `${port}[${bit}]`;

function* pinsOf(ports: readonly Port[]): Iterable<readonly [Pin, Bit]> {
  for (const [port, bits] of ports) for (const [i, bit] of bits.entries()) yield [[port, i], bit];
}

const joined = (...ways: readonly Way[]): Way => ({
  time: ways.reduce((sum, { time }) => sum + time, 0),
  steps: ways.flatMap(({ steps }) => steps),
});
