/** `sense train`: adaptive weight training beside its yardsticks, from scratch or from a model; checkpoints, figures, exports. */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fail } from '../../src/errors.ts';
import type { Command, OptionValues, Session } from '../command.ts';
import { checkOutputs } from '../files.ts';
import { whyNot } from '../io.ts';
import { SETTING_OPTIONS } from '../training/settings.ts';
import { at, deliver, jsonTarget, textOption } from './shared.ts';

export const train: Command = {
  name: 'train',
  summary: 'train a network so that its weights obey a rule, and measure what that costs in accuracy',
  args: '<dataset>',
  options: [
    ...SETTING_OPTIONS,
    { flags: '--data <dir>', says: 'where data sets lie (default: SENSE_DATA_DIR)' },
    {
      flags: '--download',
      says: 'fetch mnist, fashion-mnist or cifar10 into the cache folder (XDG_CACHE_HOME) if it is not there',
    },
    { flags: '--out <dir>', says: 'keep the network, its masks, figures and a checkpoint there' },
    { flags: '--resume <dir>', says: 'go on from the checkpoint that an earlier run left there' },
  ],
  examples: [
    'sense train glyphs --model lenet5 --epochs 4',
    'sense train mnist --model lenet5 --data data --out lenet5-half',
    'sense train cifar10 --model resnet20.onnx --data data --epochs 20 --lr 0.01 --exempt first,last --out half',
    'sense train mnist --resume lenet5-half --data data',
  ],

  async run([dataset = ''], options, session) {
    const json = jsonTarget(options);
    if (json !== undefined && json !== 'stdout') checkOutputs([at(session, json)]);
    session.progress.step({ stage: 'loading', done: 0, total: 1 });
    const { runTraining } = await import('../training/run.ts');
    const { trainedFiles } = await import('../training/exports.ts');
    const { trainingTable } = await import('../training/table.ts');
    const out = outFolder(options, session);
    const { outcome, recipe, classes, library } = await runTraining(
      {
        dataset: /[\\/]/.test(dataset) ? at(session, dataset) : dataset,
        ...{ options, out, resume: folderOf(options, 'resume', session) },
      },
      session,
    );
    const { report } = outcome;
    const files = out === undefined ? [] : await trainedFiles({ ...outcome, recipe, classes }, library);
    await deliver(
      {
        json: report,
        text: () => trainingTable(report, { colour: session.io.colour }),
        files: files.map(({ path, content }) => ({ path: join(out!, path), content })),
      },
      options,
      session,
    );
    if (out === undefined) session.progress.note('note: nothing was kept; --out <dir> keeps the network');
    return 0;
  },
};

const folderOf = (options: OptionValues, name: string, session: Session): string | undefined => {
  const path = textOption(options, name);
  return path === undefined ? undefined : resolve(at(session, path));
};

/** --out, or where the run that is resumed kept its results; made if need be, before anything is computed. */
function outFolder(options: OptionValues, session: Session): string | undefined {
  const out = folderOf(options, 'out', session) ?? folderOf(options, 'resume', session);
  if (out === undefined) return undefined;
  try {
    mkdirSync(out, { recursive: true });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why = code === 'EEXIST' ? 'it is a file' : whyNot(error);
    return fail(`cannot make the folder for results: ${why}`, { at: out, hint: '--out another-folder' });
  }
  return out;
}
