/** The ports of a SystemVerilog module as Verilator sees them once its parameters are set. */
import { readFile } from 'node:fs/promises';
import { fail } from '../../src/errors.ts';
import { fromRoot, runWell } from '../tool.ts';

export interface Port {
  readonly name: string;
  readonly width: number; // bits
  readonly signed: boolean;
}

export interface Ports {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
}

export interface Design {
  /** Name of the module that is driven. */
  readonly top: string;
  /** Files from the root of the repository: the top's and those of all modules it uses. */
  readonly sources: readonly string[];
  readonly parameters?: Readonly<Record<string, number>>;
}

export const verilatorArguments = ({ top, sources, parameters = {} }: Design): readonly string[] => [
  '--top-module',
  top,
  ...Object.entries(parameters).map(([name, value]) => `-G${name}=${value}`),
  ...sources.map(fromRoot),
];

/** Elaborate the design into `folder` and list its ports but for clk, in the order of the module's header. */
export async function portsOf(design: Design, folder: string): Promise<Ports> {
  const file = `${folder}/${design.top}.xml`;
  await runWell('verilator', [
    '--xml-only',
    '--xml-output',
    file,
    '--Mdir',
    folder,
    ...verilatorArguments(design),
  ]);
  return readPorts(await readFile(file, 'utf8'), design.top);
}

function readPorts(xml: string, top: string): Ports {
  const types = new Map<string, Omit<Port, 'name'>>();
  for (const [, body = ''] of xml.matchAll(/<basicdtype ([^>]*)\/>/g)) {
    const [left, right] = [Number(attribute(body, 'left') ?? 0), Number(attribute(body, 'right') ?? 0)];
    types.set(attribute(body, 'id') ?? '', {
      width: Math.abs(left - right) + 1,
      signed: attribute(body, 'signed') === 'true',
    });
  }
  const [, module = ''] =
    xml.match(new RegExp(`<module [^>]*origName="${top}"[^>]*>([\\s\\S]*?)</module>`)) ?? [];
  // Only ports have a pin; the arguments of functions have directions too.
  const ports = [...module.matchAll(/<var ([^>]*dir="(?:in|out)put" pinIndex[^>]*)\/>/g)].map(
    ([, body = '']) => {
      const name = attribute(body, 'name') ?? '';
      const type = types.get(attribute(body, 'dtype_id') ?? '');
      if (!type) fail(`port ${name} is not a plain vector`, { at: top, hint: 'flatten arrays and structs' });
      return { name, ...type, output: attribute(body, 'dir') === 'output' };
    },
  );
  const plain = (output: boolean) =>
    ports
      .filter((port) => port.output === output && port.name !== 'clk')
      .map(({ name, width, signed }) => ({ name, width, signed }));
  return { inputs: plain(false), outputs: plain(true) };
}

const attribute = (body: string, name: string): string | undefined =>
  body.match(new RegExp(`(?:^| )${name}="([^"]*)"`))?.[1];
