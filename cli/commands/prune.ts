/** `sense prune`: make a network's weights obey a rule, in one shot, and write it as ONNX. */
import { fail } from '../../src/errors.ts';
import type { Command } from '../command.ts';
import { checkOutputs } from '../files.ts';
import type { Library, Model, Pruning } from '../library.ts';
import { oneOf } from '../options.ts';
import { at, deliver, jsonTarget, machineOf, RULES, ruleFor, SPARSITY_OPTION } from './shared.ts';

export const prune: Command = {
  name: 'prune',
  summary: "prune a network's weights to a machine's rule, in one shot, and write it as ONNX",
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
  ],
  examples: ['sense prune squeezenet.onnx -o squeezenet-half.onnx --sparsity 0.5'],

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

    session.progress.step({ stage: 'loading', done: 0, total: 1 });
    const library = await session.library();
    const { loadModel } = await import('../model-file.ts');
    const machine = machineOf(library, options.machine as string);
    const { model } = loadModel(at(session, name), library);
    const rule = ruleFor(machine, options);
    session.progress.step({ stage: `pruning to ${rule.kind}`, done: 0, total: 1 });
    const { model: pruned, zerosPerKernel } = library.pruneModel(model, machine, rule);
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
    await deliver(
      {
        json: pruning,
        text: () => library.pruningTable(pruning, { colour: session.io.colour }),
        files: [{ path: output, content: library.exportOnnx(pruned) }],
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
