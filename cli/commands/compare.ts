/** `sense compare`: the same networks on every machine, side by side. */
import { fail } from '../../src/errors.ts';
import type { Command } from '../command.ts';
import { checkOutputs } from '../files.ts';
import type { Report } from '../library.ts';
import { activations, commaList, whole } from '../options.ts';
import { fileOrName } from './run.ts';
import {
  at,
  deliver,
  jsonTarget,
  machineOf,
  RULE_OPTION,
  ruleFor,
  SPARSITY_OPTION,
  textOption,
  workloadOf,
} from './shared.ts';

export const compare: Command = {
  name: 'compare',
  summary: 'run networks on every machine, side by side',
  args: '<model...>',
  options: [
    { flags: '--machines <a,b,…>', says: 'only these machines (default: all)' },
    {
      flags: '--batch <n>',
      says: 'images that go through a layer together',
      parse: whole(1, 1024),
      fallback: 1,
    },
    RULE_OPTION,
    SPARSITY_OPTION,
    {
      flags: '--activations <kind>',
      says: 'published, dense or a density from 0 to 1 (default: published, else dense)',
      parse: activations,
    },
    { flags: '--layers <glob>', says: 'only layers whose names match, such as "conv*"' },
  ],
  examples: [
    'sense compare alexnet vgg16',
    'sense compare resnet50 --machines sense,dense-ws --json resnet50.json',
  ],

  async run(names, options, session) {
    const json = jsonTarget(options);
    if (json !== undefined && json !== 'stdout')
      checkOutputs(
        [at(session, json)],
        names.map((name) => at(session, name)),
      );
    session.progress.step({ stage: 'loading', done: 0, total: 1 });
    const library = await session.library();
    const { loadModel } = await import('../model-file.ts');
    const asked = textOption(options, 'machines');
    const machines =
      asked === undefined ? library.machines : commaList(asked).map((name) => machineOf(library, name));
    if (machines.length === 0) fail('--machines names no machine', { hint: 'sense list machines' });

    const reports: Report[] = [];
    const density = options.activations as 'published' | 'dense' | number | undefined;
    for (const name of names) {
      const loaded = loadModel(fileOrName(name, session), library);
      const workload = workloadOf(loaded, density, name);
      for (const machine of machines)
        reports.push(
          library.run({
            ...workload,
            machine,
            arch: machine.arch,
            batch: options.batch as number,
            rule: ruleFor(machine, options),
            layers: textOption(options, 'layers'),
            seed: options.seed as number,
            onProgress: ({ stage, ...rest }) =>
              session.progress.step({
                stage: `${workload.model.name} on ${machine.name}: ${stage}`,
                ...rest,
              }),
          }),
        );
    }
    const compared = library.comparison(reports);
    const { colour } = session.io;
    await deliver(
      { json: compared, text: () => library.comparisonTable(compared, { colour }) },
      options,
      session,
    );
    return 0;
  },
};
