/** `sense compare`: the same networks on every machine, side by side, made alike as far as it is asked for. */
import { fail } from '../../src/errors.ts';
import type { Command, OptionValues, Session } from '../command.ts';
import { checkFigureName, figureContent } from '../figure-file.ts';
import { checkOutputs } from '../files.ts';
import type { Comparison, Library, Report } from '../library.ts';
import { activations, commaList, oneOf, whole } from '../options.ts';
import { ENERGY_OPTIONS, machineAndArch, withEnergies } from './architecture.ts';
import { fileOrName } from './run.ts';
import {
  at,
  deliver,
  jsonTarget,
  machineOf,
  RULES,
  type RuleKind,
  ruleFor,
  SPARSITY_OPTION,
  textOption,
  told,
  workloadOf,
} from './shared.ts';

const SAMENESS = ['macs', 'clock', 'bits', 'dram'] as const;
const FIGURE_KINDS = ['bar', 'radar', 'roofline'] as const;

export const compare: Command = {
  name: 'compare',
  summary: 'run networks on every machine, side by side, and say in which settings they differ',
  args: '<model...>',
  options: [
    { flags: '--machines <a,b,…>', says: 'only these machines, the first to compare with (default: all)' },
    {
      flags: '--same <a,b,…>',
      says: `build every machine as the first one in these: ${SAMENESS.join(', ')}, or all (default: none)`,
      parse: sameness,
    },
    {
      flags: '--arch <preset|file>',
      says: "architecture of the first machine, after which --same builds the others: a preset, a .json file or a SCALE-Sim .cfg (default: the machine's own)",
    },
    ...ENERGY_OPTIONS,
    {
      flags: '--batch <n>',
      says: 'images that go through a layer together',
      parse: whole(1, 1024),
      fallback: 1,
    },
    {
      flags: '--rule <rule>',
      says: `own (each machine's own), ${RULES.join(', ')}`,
      parse: oneOf(['own', ...RULES]),
      fallback: 'own',
    },
    SPARSITY_OPTION,
    {
      flags: '--activations <kind>',
      says: 'published, dense or a density from 0 to 1 (default: published, else dense)',
      parse: activations,
    },
    { flags: '--layers <glob>', says: 'only layers whose names match, such as "conv*"' },
    { flags: '--figure <file>', says: 'a figure, .svg or .png' },
    { flags: '--kind <kind>', says: FIGURE_KINDS.join(', '), parse: oneOf(FIGURE_KINDS), fallback: 'bar' },
  ],
  examples: [
    'sense compare alexnet vgg16',
    'sense compare vgg16 --machines sense,dense-ws --same all --figure vgg16.svg',
    'sense compare resnet50 --machines sense,dense-ws --arch my-arch.json --json resnet50.json',
  ],

  async run(names, options, session) {
    const figure = textOption(options, 'figure');
    if (figure !== undefined) checkFigureName(figure);
    const json = jsonTarget(options);
    const outputs = [figure, json === 'stdout' ? undefined : json].filter((path) => path !== undefined);
    checkOutputs(
      outputs.map((path) => at(session, path)),
      names.map((name) => at(session, name)),
    );
    session.progress.step({ stage: 'loading', done: 0, total: 1 });
    const library = await session.library();
    const compared = await comparisonOf(names, options, { session, library });
    const drawn =
      figure === undefined
        ? undefined
        : library.compareFigure(compared, options.kind as (typeof FIGURE_KINDS)[number]);
    await deliver(
      {
        json: compared,
        text: () => library.comparisonTable(compared, { colour: session.io.colour }),
        files: drawn === undefined ? [] : [{ path: figure!, content: await figureContent(figure!, drawn) }],
      },
      options,
      session,
    );
    return 0;
  },
};

async function comparisonOf(
  names: readonly string[],
  options: OptionValues,
  { session, library }: { readonly session: Session; readonly library: Library },
): Promise<Comparison> {
  const { loadModel } = await import('../model-file.ts');
  const asked = textOption(options, 'machines');
  const machines =
    asked === undefined
      ? library.machines
      : [...new Set(commaList(asked))].map((name) => machineOf(library, name));
  const [first] = machines;
  if (first === undefined) fail('--machines names no machine', { hint: 'sense list machines' });

  const rule = options.rule === 'own' ? undefined : (options.rule as RuleKind);
  const sparsity = options.sparsity as number | undefined;
  const same = (options.same as readonly Sameness[] | undefined) ?? [];
  const door = { session, library };
  const { arch: like } = await machineAndArch(
    { machine: first.name, arch: textOption(options, 'arch') },
    first.name,
    door,
  );
  const built = machines.map((machine) => ({
    machine,
    arch: machine === first ? like : library.archLike(machine, like, same),
    rule: ruleFor(machine, { rule, sparsity }),
  }));
  const contestants = await withEnergies(built, options, door);
  const density = options.activations as 'published' | 'dense' | number | undefined;
  const reports: Report[] = [];
  for (const name of names) {
    const workload = workloadOf(
      told(await loadModel(fileOrName(name, session), library), session),
      density,
      name,
    );
    const onProgress = ({ stage, ...rest }: { stage: string; done: number; total: number }): void =>
      session.progress.step({ stage: `${workload.model.name}: ${stage}`, ...rest });
    reports.push(
      ...library.contest(
        {
          ...{ ...workload, batch: options.batch as number, seed: options.seed as number, onProgress },
          layers: textOption(options, 'layers'),
        },
        contestants,
      ),
    );
  }
  return library.comparison(reports, machines, same);
}

type Sameness = (typeof SAMENESS)[number];

/** "macs,clock", or "all". */
function sameness(text: string, flag: string): readonly Sameness[] {
  if (text === 'all') return SAMENESS;
  const parse = oneOf(SAMENESS);
  const words = [...new Set(commaList(text))];
  if (words.length === 0)
    fail(`${flag} names nothing`, { hint: `${flag} ${SAMENESS.join(',')}, or ${flag} all` });
  return words.map((word) => parse(word, flag));
}
