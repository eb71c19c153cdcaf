/** `sense list`: models, machines, rules, architectures, formats and preprocessing by name; and the JSON Schemas of our files. */
import { fail } from '../../src/errors.ts';
import type { Command, Session } from '../command.ts';
import { didYouMean } from '../did-you-mean.ts';
import { checkOutputs } from '../files.ts';
import type { Library } from '../library.ts';
import { oneOf } from '../options.ts';
import { SHIPPED } from '../shipped.ts';
import { at, deliver, jsonTarget } from './shared.ts';

const SCHEMAS = ['arch', 'preprocess', 'sidecar'] as const;

const RULES: readonly Named[] = [
  { name: 'none', says: 'weights as they are' },
  { name: 'magnitude', says: 'the smallest weights of a layer, wherever they lie' },
  { name: 'equal-per-kernel', says: 'the same number of zeros in every kernel slice, over all filters' },
  { name: 'column-block', says: 'whole input channels, the same for all filters that share a pass' },
  { name: 'n-of-m', says: 'of every m input channels of a filter n stay: 2 of 4 at one half' },
  { name: 'pattern', says: 'kernels up to 3x3 choose among at most eight fixed sets of taps; others stay' },
  { name: 'group', says: 'the same taps for all filters that share a block' },
];

interface Named {
  readonly name: string;
  readonly says: string;
}

type Listing = Readonly<Record<string, readonly (Named & Readonly<Record<string, unknown>>)[]>>;

export const list: Command = {
  name: 'list',
  summary: 'list models, machines, rules, architectures, formats, preprocessing and files',
  args: '[what]',
  options: [
    {
      flags: '--schema <file>',
      says: `the JSON Schema of a file: ${SCHEMAS.join(', ')}`,
      parse: oneOf(SCHEMAS),
    },
  ],
  examples: ['sense list', 'sense list machines', 'sense list --schema arch'],

  async run([what], options, session) {
    const json = jsonTarget(options);
    if (json !== undefined && json !== 'stdout') checkOutputs([at(session, json)]);
    const schema = options.schema as (typeof SCHEMAS)[number] | undefined;
    if (schema !== undefined) return printSchema(schema, options, session);
    const everything = await listing(await session.library());
    if (what !== undefined && !(what in everything))
      fail(`there is no list of "${what}"`, { hint: didYouMean(what, Object.keys(everything)) });
    const chosen: Listing = what === undefined ? everything : { [what]: everything[what]! };
    await deliver(
      { json: { schema: 'sense.list/1', ...chosen }, text: () => textOf(chosen) },
      options,
      session,
    );
    return 0;
  },
};

async function listing({ zoo, machines, presets, formats }: Library): Promise<Listing> {
  const { PRESETS } = await import('../inputs/recipe.ts');
  return {
    models: zoo.map(({ name, title, cite }) => ({ name, says: title, cite })),
    trained: SHIPPED.map((model) => ({ ...model })),
    machines: machines.map(({ name, summary, cite }) => ({ name, says: summary, cite })),
    rules: RULES.map((rule) => ({ ...rule })),
    presets: presets.map((arch) => ({ says: archLine(arch), ...arch })),
    preprocess: [...PRESETS].map(([name, { says, ...recipe }]) => ({ name, says, ...recipe })),
    formats: formats.map(({ name, summary }) => ({ name, says: summary })),
    files: [
      { name: 'onnx', says: 'networks in (opset 7 and newer, external data too) and out' },
      { name: 'png, jpg, webp', says: 'pictures, one or a folder of them' },
      { name: 'npy', says: 'arrays: values of the input as they are, or uint8 pictures' },
      { name: 'idx', says: 'MNIST, gzipped or not' },
      { name: 'c10', says: 'CIFAR-10 packed without loss, gzipped or not' },
      { name: 'json, csv, trace, html', says: 'reports out' },
    ],
  };
}

const archLine = ({ array, clock, pe, dram }: Library['presets'][number]): string =>
  `${array.rows}x${array.cols} PEs at ${clock / 1e6} MHz, ${pe.psumBanks} x ${pe.psumDepth} psums a PE, ` +
  `DRAM ${dram.bytesPerSecond / 1e9} GB/s`;

function textOf(lists: Listing): string {
  const sections = Object.entries(lists).map(([title, entries]) => {
    const width = Math.max(...entries.map(({ name }) => name.length));
    const lines = entries.map(({ name, says }) => `  ${name.padEnd(width)}  ${says}`);
    return `${title}\n${lines.join('\n')}\n`;
  });
  return sections.join('\n');
}

async function printSchema(
  which: (typeof SCHEMAS)[number],
  options: Parameters<Command['run']>[1],
  session: Session,
): Promise<number> {
  const [{ z }, { ARCH_FILE }, { RECIPE, SIDECAR }] = await Promise.all([
    import('zod'),
    import('../arch-file.ts'),
    import('../inputs/recipe-file.ts'),
  ]);
  const schema = z.toJSONSchema({ arch: ARCH_FILE, preprocess: RECIPE, sidecar: SIDECAR }[which], {
    io: 'input',
  });
  await deliver({ json: schema, text: () => `${JSON.stringify(schema, null, 2)}\n` }, options, session);
  return 0;
}
