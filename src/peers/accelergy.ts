/**
 * An Accelergy energy reference table (ERT.yaml) as an energy table of ours. Accelergy lists pJ for each action of each
 * component; ours lists pJ for six actions. Which is which goes by the component's own name (the last part of its path):
 *
 *   ours           a component called        its actions, mean of those it has    bits, where the map says none
 *   mac            mac, multiplier, alu      compute, or mac_random, multiply     8
 *   weightAccess   weight... spad, reg       read                                 16
 *   psumAccess     psum, accu, output ...    read, write or update                16
 *   bufferBit      glb, shared, ... sram     read, write or update                64
 *   dramBit        dram, main memory, hbm    read, write or update                64
 *   hop            noc, wire, link, router   transfer, or read and write          16
 *
 * An ERT holds no widths. The defaults are those of the Eyeriss-like example of Accelergy's exercises, and are estimates.
 */
import type { Action, EnergyEntry, EnergyTable } from '../arch/energy/table.ts';
import { fail, within } from '../errors.ts';
import type { ChosenAction, EnergyMap } from './energy-map.ts';
import { lineAt } from './layer-table.ts';
import { listed, quoted } from './text.ts';
import { listOf, mapOf, readYaml, stringOf, type YamlFile, type YamlMap } from './yaml.ts';

interface Kind {
  readonly action: Action;
  readonly called: RegExp;
  readonly actions: readonly RegExp[];
  readonly bits: number;
}

const MEMORY = [/^(read|write|update)$/] as const;

/** The first that fits counts. */
const KINDS: readonly Kind[] = [
  { action: 'dramBit', called: /dram|main_?mem|off_?chip|hbm|ddr/, actions: MEMORY, bits: 64 },
  {
    action: 'mac',
    called: /(^|_)(int|fp)?macs?(\d*)($|_)|multiplier|(^|_)alu($|_)/,
    actions: [/^compute$/, /^mac(_random)?$/, /^mult(iply)?(_random)?$/],
    bits: 8,
  },
  { action: 'hop', called: /noc|wire|link|router/, actions: [/^transfer/, /^(read|write)$/], bits: 16 },
  { action: 'weightAccess', called: /weight|filter/, actions: [/^read$/], bits: 16 },
  { action: 'psumAccess', called: /psum|accu|partial|output/, actions: MEMORY, bits: 16 },
  { action: 'bufferBit', called: /glb|global|shared|sram/, actions: MEMORY, bits: 64 },
];
/** Memories of a PE for ifmaps: no machine here counts their accesses apart. */
const WITHOUT_COUNTERPART = /ifmap|input|activation|iact/;
/** Without these a table says too little to be one. */
const NEEDED: readonly Action[] = ['mac', 'bufferBit', 'dramBit'];

const MAX_PATH = 400; // characters

export interface ImportedEnergy {
  readonly table: EnergyTable;
  readonly notes: readonly string[];
}

interface Component {
  readonly path: string;
  readonly name: string; // its last part, without the range
  readonly energies: ReadonlyMap<string, number>; // pJ by action
}

export interface ErtOptions {
  readonly name: string;
  /** What the user says of components that no name tells, or that several share. */
  readonly map?: EnergyMap | undefined;
  /** Stands in for small memories and hops that an ERT may lack; marked so. */
  readonly base: EnergyTable;
}

export function importErt(bytes: Uint8Array, { name, map, base }: ErtOptions): ImportedEnergy {
  const file = readYaml(bytes, 'energy reference table');
  const components = componentsOf(file);
  const chosen = choose(components, map);
  const missing = NEEDED.filter((action) => !chosen.has(action));
  if (missing.length > 0)
    fail(`no component of the table stands for ${missing.join(', ')}`, {
      hint: `its components: ${listed(
        components.map((component) => component.name),
        12,
      )}; say which with --energy-map ${missing[0]}=<component>:<action>/<bits>`,
    });
  const actions = Object.fromEntries(
    (Object.keys(base.actions) as Action[]).map((action) => [
      action,
      chosen.get(action) ?? borrowed(base, action),
    ]),
  ) as EnergyTable['actions'];
  const used = new Set([...chosen.values()].map(({ component }) => component));
  const left = components.filter((component) => !used.has(component)).map((component) => component.name);
  return {
    table: {
      name,
      node: 'as estimated by Accelergy',
      actions,
      staticWatts: {
        watts: 0,
        source:
          'left out: leakage in an ERT is per cycle and component, and the clock it was made for is not in it',
        quality: 'estimate',
      },
    },
    notes: [
      ...(Object.keys(actions) as Action[]).map(
        (action) =>
          `${action}: ${Number(actions[action].picojoules.toPrecision(4))} pJ for ${actions[action].bits} bits (${actions[action].source})`,
      ),
      ...(left.length > 0 ? [`components of the table not used: ${listed(left, 12)}`] : []),
    ],
  };
}

function componentsOf({ value, lineOf }: YamlFile): readonly Component[] {
  const tables = listOf(mapOf(mapOf(value, 'the file').get('ERT'), '"ERT"').get('tables'), '"tables"');
  return tables.map((entry, i) =>
    within(lineAt(lineOf('ERT', 'tables', i)), () => {
      const table: YamlMap = mapOf(entry, 'a component');
      const path = stringOf(table.get('name'), 'the name of a component');
      if (path.length > MAX_PATH) fail(`the name of a component has more than ${MAX_PATH} characters`);
      return {
        path,
        name: path
          .replace(/\[[^\]]*\]/g, '')
          .split('.')
          .at(-1)!,
        energies: new Map(
          listOf(table.get('actions'), `the actions of ${quoted(path)}`).map((each) => energyOf(each, path)),
        ),
      };
    }),
  );
}

function energyOf(value: Parameters<typeof mapOf>[0], path: string): [string, number] {
  const action = mapOf(value, `an action of ${quoted(path)}`);
  const name = stringOf(action.get('name'), `the name of an action of ${quoted(path)}`);
  const energy = action.get('energy');
  if (typeof energy !== 'number' || !(energy >= 0 && energy <= 1e12))
    return fail(
      `${quoted(path)}, ${quoted(name)}: the energy should be a number of picojoules from 0 to 1e12`,
    );
  return [name, energy];
}

type Chosen = EnergyEntry & { readonly component: Component };

/** Which component stands for which action of ours; one that could be anything is refused by name. */
function choose(components: readonly Component[], map: EnergyMap | undefined): ReadonlyMap<Action, Chosen> {
  const chosen = new Map<Action, Chosen>();
  for (const [action, asked] of map?.chosen ?? []) chosen.set(action, entryAsked(action, asked, components));
  const spoken = new Set([...chosen.values()].map(({ component }) => component));
  const byAction = new Map<Action, Component[]>();
  for (const component of components) {
    if (spoken.has(component) || map?.skipped.includes(component.name)) continue;
    const lower = component.name.toLowerCase();
    const kind = KINDS.find(({ called }) => called.test(lower));
    if (WITHOUT_COUNTERPART.test(lower) && kind?.action !== 'psumAccess') continue;
    if (kind === undefined)
      fail(`the component ${quoted(component.path)} stands for none of our actions`, {
        hint: `--energy-map <action>=${component.name}:<action of it>/<bits>, or --energy-map skip=${component.name}`,
      });
    byAction.set(kind.action, [...(byAction.get(kind.action) ?? []), component]);
  }
  for (const [action, candidates] of byAction) {
    if (chosen.has(action)) continue;
    const [component, ...others] = candidates;
    if (others.length > 0)
      fail(`${candidates.map(({ name }) => quoted(name)).join(' and ')} could each stand for ${action}`, {
        hint: `--energy-map ${action}=${component!.name}:read/8`,
      });
    chosen.set(action, entryByName(component!, KINDS.find((kind) => kind.action === action)!));
  }
  return chosen;
}

function entryAsked(
  action: Action,
  { component: wanted, actions, bits }: ChosenAction,
  components: readonly Component[],
): Chosen {
  const found = components.filter(({ name, path }) => name === wanted || path === wanted);
  if (found.length !== 1)
    fail(`${found.length === 0 ? 'no component' : 'more than one component'} is named ${quoted(wanted)}`, {
      hint: `components: ${listed(
        components.map(({ path }) => path),
        12,
      )}`,
    });
  const component = found[0]!;
  const energies = actions.map(
    (each) =>
      component.energies.get(each) ??
      fail(`${quoted(component.path)} has no action ${quoted(each)}`, {
        hint: `its actions: ${listed([...component.energies.keys()])}`,
      }),
  );
  return entryOf(action, component, { energies, names: actions, bits, assumed: false });
}

function entryByName(component: Component, { action, actions, bits }: Kind): Chosen {
  for (const wanted of actions) {
    const named = [...component.energies].filter(([name]) => wanted.test(name));
    if (named.length > 0)
      return entryOf(action, component, {
        energies: named.map(([, energy]) => energy),
        names: named.map(([name]) => name),
        bits,
        assumed: true,
      });
  }
  return fail(
    `${quoted(component.path)} should stand for ${action}, but has none of the actions that are known`,
    {
      hint: `its actions: ${listed([...component.energies.keys()])}; --energy-map ${action}=${component.name}:<action>/<bits>`,
    },
  );
}

interface Picked {
  readonly energies: readonly number[];
  readonly names: readonly string[];
  readonly bits: number;
  readonly assumed: boolean;
}

/** The widths our entries are for; a memory's energy is taken to go with its width, a multiplier's stays what it is. */
const OUR_BITS: Readonly<Record<Exclude<Action, 'mac'>, number>> = {
  weightAccess: 8,
  psumAccess: 24,
  hop: 16,
  bufferBit: 1,
  dramBit: 1,
};

function entryOf(action: Action, component: Component, { energies, names, bits, assumed }: Picked): Chosen {
  const mean = energies.reduce((sum, energy) => sum + energy, 0) / energies.length;
  const own = action === 'mac' ? bits : OUR_BITS[action];
  const width = `${Number(mean.toPrecision(6))} pJ for ${assumed ? 'what is taken to be ' : ''}${bits} bits`;
  return {
    component,
    picojoules: (mean * own) / bits,
    bits: own,
    source: `Accelergy ERT, ${quoted(component.path).slice(1, -1)}: ${energies.length > 1 ? 'mean of ' : ''}${listed(names)}, ${width}`,
    quality: assumed ? 'estimate' : 'derived',
  };
}

const borrowed = (base: EnergyTable, action: Action): EnergyEntry => ({
  ...base.actions[action],
  source: `not in the ERT, so of the table "${base.name}": ${base.actions[action].source}`,
});
