/** `sense prune`: make a network's weights obey a rule, in one shot or while fine-tuning, and write it as ONNX. */
import { fail } from '../../src/errors.ts';
import type { Command } from '../command.ts';
import { checkOutputs } from '../files.ts';
import type { Library, Model, Pruning } from '../library.ts';
import { oneOf, whole } from '../options.ts';
import { DATASETS, FINE_TUNING_OPTIONS, fineTuned, fineTuningOf } from '../training/fine-tune.ts';
import { at, deliver, jsonTarget, machineOf, RULES, ruleFor, SPARSITY_OPTION } from './shared.ts';

export const prune: Command = {
  name: 'prune',
  summary: "prune a network's weights to a machine's rule, in one shot or while fine-tuning; write ONNX",
  args: '<in.onnx>',
  options: [
    { flags: '-o, --output <out.onnx>', says: 'the file to write' },
    { flags: '--machine <name>', says: 'the machine whose slices the rule speaks of', fallback: 'sense' },
    {
      flags: '--rule <rule>',
      says: `${RULES.slice(1).join(', ')} (default: the machine's own)`,
      parse: oneOf(RULES.slice(1)),
    },
    SPARSITY_OPTION,
    { flags: '--epochs <n>', says: 'fine-tune so many epochs while pruning', parse: whole(1, 100_000) },
    { flags: '--data <set>', says: `what to fine-tune on: ${DATASETS}, or a folder` },
    { flags: '--download', says: 'fetch that data set into the cache folder if it is not there' },
    ...FINE_TUNING_OPTIONS,
  ],
  examples: [
    'sense prune squeezenet.onnx -o squeezenet-half.onnx --sparsity 0.5',
    'sense prune lenet5.onnx -o lenet5-half.onnx --epochs 2 --lr 0.01 --data mnist',
  ],

  async run([name = ''], options, session) {
    const output = options.output;
    if (typeof output !== 'string')
      fail('-o names the file to write, and is missing', { hint: `sense prune ${name} -o pruned.onnx` });
    if (!/\.onnx$/i.test(name))
      fail(`"${name}" is no .onnx file: networks of the zoo have no weights to prune`, {
        hint: 'sense prune model.onnx -o pruned.onnx',
      });
    const json = jsonTarget(options);
    checkOutputs(
      [output, ...(json === undefined || json === 'stdout' ? [] : [json])].map((path) => at(session, path)),
      [at(session, name)],
    );

    const tuning = fineTuningOf(options);
    session.progress.step({ stage: 'loading', done: 0, total: 1 });
    const library = await session.library();
    const { loadModel } = await import('../model-file.ts');
    const machine = machineOf(library, options.machine as string);
    const { model } = await loadModel(at(session, name), library);
    const rule = ruleFor(machine, options);
    session.progress.step({ stage: `pruning to ${rule.kind}`, done: 0, total: 1 });
    const tuned =
      tuning === undefined ? undefined : await fineTuned(at(session, name), tuning, { options, session });
    const { model: pruned, zerosPerKernel } = tuned ?? library.pruneModel(model, machine, rule);
    const before = zerosOf(model, library);
    const layers = [...zerosOf(pruned, library)].map(([layer, counts]) => ({
      name: layer,
      ...counts,
      zerosBefore: before.get(layer)?.zeros ?? 0,
    }));
    if (layers.length === 0) fail('the model has no conv or FC weights to prune', { at: name });
    session.progress.step({ stage: 'writing', done: 0, total: 1 });
    const pruning: Pruning = {
      ...{ schema: 'sense.prune/1', model: model.name, machine: machine.name },
      ...{ rule, zerosPerKernel, output, layers },
    };
    const accuracy = tuned && { accuracy: tuned.report.accuracy, accuracyInt8: tuned.report.accuracyInt8 };
    await deliver(
      {
        json: { ...pruning, ...accuracy },
        text: () =>
          library.pruningTable(pruning, { colour: session.io.colour }) + (tuned ? `\n${tuned.table}` : ''),
        files: [{ path: output, content: (await library.onnx()).exportOnnx(pruned) }],
      },
      options,
      session,
    );
    return 0;
  },
};

interface Counts {
  readonly op: 'conv' | 'fc';
  readonly weights: number;
  readonly zeros: number;
}

/** By layer, where weights are there. */
function zerosOf({ layers }: Model, { isConv, countNonZeros }: Library): ReadonlyMap<string, Counts> {
  const counts = new Map<string, Counts>();
  for (const layer of layers) {
    if (!isConv(layer) || layer.weight === undefined) continue;
    const { data } = layer.weight;
    counts.set(layer.name, { op: layer.op, weights: data.length, zeros: data.length - countNonZeros(data) });
  }
  return counts;
}
