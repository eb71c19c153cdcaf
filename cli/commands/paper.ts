/** `sense paper`: every claim of the papers beside what we measure; fails where a miss has no written reason. */
import { fail } from '../../src/errors.ts';
import type { Command, OptionValues, Session } from '../command.ts';
import { didYouMean } from '../did-you-mean.ts';
import { checkFigureName, figureContent } from '../figure-file.ts';
import { checkOutputs } from '../files.ts';
import { commaList, whole } from '../options.ts';
import { at, deliver, jsonTarget, textOption } from './shared.ts';

export const paper: Command = {
  name: 'paper',
  summary: 'every claim of the Sense papers: claimed beside measured, and what each idea brings (--ablation)',
  args: '',
  options: [
    { flags: '--claims <C4,C11,…>', says: 'only these claims (default: all)' },
    {
      flags: '--networks <a,b,…>',
      says: 'on these networks (default: alexnet, vgg16, resnet50, googlenet)',
    },
    {
      flags: '--ablation',
      says: 'also the machine without balance, rearrangement, choice of reuse and compression, and with each',
    },
    {
      flags: '--training <file...>',
      says: 'results of training for C3 (default: those in results/)',
      many: true,
    },
    { flags: '--figure <file>', says: 'measured over claimed as a figure, .svg or .png' },
    { flags: '--threads <n>', says: 'networks measured at a time (default: the cores)', parse: whole(1, 64) },
  ],
  examples: ['sense paper', 'sense paper --claims C4,C11 --json', 'sense paper --ablation'],

  async run(_, options, session) {
    const figure = textOption(options, 'figure');
    if (figure !== undefined) checkFigureName(figure);
    const json = jsonTarget(options);
    const outputs = [figure, json === 'stdout' ? undefined : json].filter((path) => path !== undefined);
    checkOutputs(outputs.map((path) => at(session, path)));
    session.progress.step({ stage: 'loading', done: 0, total: 1 });
    const library = await import('../../src/paper/index.ts');
    const claims = asked(textOption(options, 'claims'), library.claimIds, (id) => id.toUpperCase());
    const networks =
      asked(textOption(options, 'networks'), await networksOf(session), (name) => name) ?? library.NETWORKS;
    const paper = await measured({ claims, networks }, options, session);
    const { columns, colour } = session.io;
    const look = { colour, ...(columns === undefined ? {} : { width: Math.max(80, columns) }) };
    const files =
      figure === undefined
        ? []
        : [{ path: figure, content: await figureContent(figure, library.claimsFigure(paper)) }];
    await deliver({ json: paper, text: () => library.paperTable(paper, look), files }, options, session);
    return library.isSound(paper) ? 0 : 1;
  },
};

async function measured(
  { claims, networks }: { claims: readonly string[] | undefined; networks: readonly string[] },
  options: OptionValues,
  session: Session,
) {
  const [{ claimsNamed, labOf, paperOf }, { measureNetworks }, { trainingAtHand }] = await Promise.all([
    import('../../src/paper/index.ts'),
    import('../paper/measure.ts'),
    import('../paper/training-files.ts'),
  ]);
  const ablation = options.ablation === true;
  const seed = options.seed as number;
  const files = options.training as readonly string[] | undefined;
  const training = trainingAtHand(files?.map((path) => at(session, path)));
  const reports = await measureNetworks({
    ...{ claims, ablation, networks, seed, onProgress: session.progress.step },
    ...(options.threads === undefined ? {} : { threads: options.threads as number }),
  });
  return paperOf(labOf({ seed, reports, training }), { claims: claimsNamed(claims), ablation });
}

/** Names with commas between, each one known; undefined where the user named none. */
function asked(
  text: string | undefined,
  known: readonly string[],
  spelling: (name: string) => string,
): readonly string[] | undefined {
  if (text === undefined) return undefined;
  const names = [...new Set(commaList(text).map(spelling))];
  const strange = names.find((name) => !known.includes(name));
  if (strange !== undefined || names.length === 0)
    fail(strange === undefined ? 'nothing is named' : `there is no "${strange}"`, {
      hint: strange === undefined ? known.join(', ') : didYouMean(strange, known),
    });
  return names;
}

const networksOf = async (session: Session): Promise<readonly string[]> =>
  (await session.library()).zoo.map(({ name }) => name);
