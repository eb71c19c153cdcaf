/** A mapped netlist as Yosys writes it (write_json): modules of vendor cells and of instances of other modules. */

/** A wire's number within its module, or a constant. */
export type Bit = number | '0' | '1' | 'x' | 'z';

export type Port = readonly [name: string, bits: readonly Bit[]];

export interface MappedCell {
  readonly type: string;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
}

export interface MappedModule {
  readonly name: string;
  readonly cells: readonly MappedCell[];
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** A readable name for some wires. */
  readonly wires: ReadonlyMap<number, string>;
}

export interface Netlist {
  readonly top: string;
  /** The modules that have cells, by the name that cells have as their type. */
  readonly modules: ReadonlyMap<string, MappedModule>;
}

interface YosysCell {
  readonly type: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly port_directions: Readonly<Record<string, string>>;
  readonly connections: Readonly<Record<string, readonly Bit[]>>;
}
interface YosysModule {
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly ports?: Readonly<Record<string, { readonly direction: string; readonly bits: readonly Bit[] }>>;
  readonly cells?: Readonly<Record<string, YosysCell>>;
  readonly netnames?: Readonly<Record<string, { readonly hide_name: number; readonly bits: readonly Bit[] }>>;
}

/** Vendor cells come along as modules of their own: boxes, whose insides are a simulation model. */
const isBox = ({ attributes = {} }: YosysModule): boolean =>
  ['blackbox', 'whitebox', 'abc9_box'].some((mark) => mark in attributes);

export function parseNetlist(json: string): Netlist {
  const { modules } = JSON.parse(json) as { readonly modules?: Readonly<Record<string, YosysModule>> };
  if (modules === undefined) throw new Error('not a netlist of Yosys: it has no modules');
  const ours = Object.entries(modules).filter(([, module]) => !isBox(module));
  const top = ours.find(([, { attributes = {} }]) => Number.parseInt(String(attributes.top ?? '0'), 2) === 1);
  if (top === undefined) throw new Error('the netlist has no top module');
  return { top: top[0], modules: new Map(ours.map(([name, module]) => [name, mappedModule(name, module)])) };
}

function mappedModule(name: string, { ports = {}, cells = {}, netnames = {} }: YosysModule): MappedModule {
  const edge = (way: string): readonly Port[] =>
    Object.entries(ports).flatMap(([port, { direction, bits }]) =>
      direction === way ? [[port, bits] as const] : [],
    );
  return {
    name: plainName(name),
    cells: Object.values(cells).map(mappedCell),
    inputs: edge('input'),
    outputs: edge('output'),
    wires: wireNames(netnames),
  };
}

/** A multiplier with its registers inside, as mac_dsp48 sets it, is another cell to the clock than one without. */
export const PIPELINED_DSP = 'DSP48E2 with registers';

const mappedCell = ({ type, parameters = {}, port_directions, connections }: YosysCell): MappedCell => ({
  type: type === 'DSP48E2' && Number.parseInt(parameters.PREG ?? '0', 2) === 1 ? PIPELINED_DSP : type,
  inputs: Object.entries(connections).filter(([port]) => port_directions[port] !== 'output'),
  outputs: Object.entries(connections).filter(([port]) => port_directions[port] === 'output'),
});

function wireNames(netnames: NonNullable<YosysModule['netnames']>): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const [name, { hide_name, bits }] of Object.entries(netnames))
    for (const [i, bit] of bits.entries())
      if (typeof bit === 'number' && hide_name === 0 && !names.has(bit))
        names.set(bit, bits.length > 1 ? `${name}[${i}]` : name);
  return names;
}

/** `$paramod$…\pe` is a pe with its parameters set. */
export const plainName = (name: string): string =>
  name.startsWith('$paramod') ? name.split('\\')[1]! : name.replace(/^\\/, '');

/** Whether a cell of this type is a module of ours: vendors write theirs in capitals. */
export const isInstance = (type: string): boolean => type.startsWith('$paramod') || /^[a-z]/.test(type);
