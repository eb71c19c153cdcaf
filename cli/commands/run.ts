/** `sense run`: one network on one machine, reported. */
import { fail } from '../../src/errors.ts';
import type { Command, OptionValues, Session } from '../command.ts';
import { checkOutputs, type OutputFile } from '../files.ts';
import type { Arch, Library, NetworkTask, Report, RunRequest } from '../library.ts';
import type { LoadedModel } from '../model-file.ts';
import { activations, oneOf, whole } from '../options.ts';
import { ENERGY_OPTIONS, machineAndArch, withEnergies } from './architecture.ts';
import { ENGINES } from './rtl-tools.ts';
import { allEqual, checkFidelity, execute, type Fidelity, hardwareArch } from './run-machine.ts';
import {
  at,
  deliver,
  jsonTarget,
  RULE_OPTION,
  ruleFor,
  SPARSITY_OPTION,
  textOption,
  told,
  workloadOf,
} from './shared.ts';

export const run: Command = {
  name: 'run',
  summary:
    'run one network, or one table of layers, on one machine and report cycles, DRAM traffic and energy, layer by layer',
  args: '<model>',
  options: [
    {
      flags: '--machine <name>',
      says: 'the machine; see sense list (default: sense, or the dense array of a .cfg)',
    },
    {
      flags: '--arch <preset|file>',
      says: "its architecture: a preset, a .json file or a SCALE-Sim .cfg (default: the machine's own)",
    },
    { flags: '--rows <n>', says: 'rows of its array instead', parse: whole(1, 256) },
    { flags: '--cols <n>', says: 'columns of its array instead', parse: whole(1, 256) },
    ...ENERGY_OPTIONS,
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
      says: 'published, dense or a density from 0 to 1, where no --input is given (default: published, else dense)',
      parse: activations,
    },
    {
      flags: '--input <path...>',
      says: 'real inputs: pictures, folders of them, .npy arrays, MNIST (idx) or CIFAR-10 (c10) files',
      many: true,
    },
    { flags: '--limit <n>', says: 'at most so many inputs', parse: whole(1, 1_000_000), fallback: 100 },
    {
      flags: '--preprocess <name|file.json>',
      says: 'caffe, torchvision, mobilenet, raw, unit, lenet or a JSON file',
    },
    { flags: '--labels <file>', says: 'class names, one a line (synset_words.txt will do)' },
    {
      flags: '--truth <file.json>',
      says: 'right classes by file name; <folder>.json beside a folder is found by itself',
    },
    {
      flags: '--calibrate <how>',
      says: 'how the range of int8 activations is chosen: max, percentile or mse',
      parse: oneOf(['max', 'percentile', 'mse']),
      fallback: 'percentile',
    },
    {
      flags: '--fidelity <level>',
      says: 'cost: the closed form; sim: also step the whole machine, channels in one order a layer; rtl: also its silicon, simulated',
      parse: oneOf(['cost', 'sim', 'rtl']),
      fallback: 'cost',
    },
    {
      flags: '--engine <engine>',
      says: 'with rtl: verilator, or npm, which needs Node alone and suits small arrays: 8 x 8 builds for 9 minutes (default: verilator)',
      parse: oneOf(ENGINES),
    },
    { flags: '--layers <glob>', says: 'only layers whose names match, such as "conv*"' },
    { flags: '--verify', says: "also run every layer in the machine's own order and compare bit for bit" },
    { flags: '--csv <file>', says: 'one row a layer' },
    { flags: '--trace <file>', says: 'a Chrome trace for Perfetto' },
    { flags: '--html <file>', says: 'the report as one file with figures' },
    { flags: '--vcd <file>', says: 'with sim or rtl: the wires of the first layers, for a waveform viewer' },
  ],
  examples: [
    'sense run vgg16',
    'sense run squeezenet.onnx --input photo.jpg --preprocess caffe --labels synset_words.txt',
    'sense run topology.csv --arch scale.cfg',
    'sense run lenet5-half --input digit.png --rule none --fidelity rtl --rows 8 --cols 8',
    'sense run resnet50 --arch my-arch.json --sparsity 0.6 --csv layers.csv --json report.json',
  ],

  async run([name = ''], options, session) {
    const fidelity = options.fidelity as Fidelity;
    const engine = await checkFidelity(fidelity, options);
    const files = outputsOf(options);
    const json = jsonTarget(options);
    const paths = [...files.keys(), ...(json === undefined || json === 'stdout' ? [] : [json])];
    checkOutputs(
      paths.map((path) => at(session, path)),
      [at(session, name)],
    );

    session.progress.step({ stage: 'loading', done: 0, total: 1 });
    const library = await session.library();
    const request = await requestOf(name, options, session, library);
    const tasks: NetworkTask[] = [];
    const gathering =
      fidelity === 'cost' ? {} : { onTasks: (more: readonly NetworkTask[]) => tasks.push(...more) };
    const outcome = checked({ ...request, ...gathering }, library);
    if (outcome instanceof Error) {
      session.progress.clear();
      session.io.stderr.write(`✖ the check does not hold: ${outcome.message}\n`);
      return 1;
    }
    const ran =
      fidelity === 'cost'
        ? undefined
        : await execute(
            outcome,
            tasks,
            { fidelity, engine, arch: request.arch, trace: options.vcd !== undefined },
            session,
            library,
          );
    const report = ran?.report ?? outcome;
    const written: OutputFile[] = [...files].map(([path, render]) => ({
      path,
      content: render(report, library, ran?.vcd ?? ''),
    }));
    const { columns, colour } = session.io;
    const verdict = request.verify === true ? VERIFIED : '';
    const look = { colour, ...(columns === undefined ? {} : { width: Math.max(80, columns) }) };
    await deliver(
      {
        json: report,
        text: () => library.reportTable(report, look) + verdict + (ran ? library.executionTable(report) : ''),
        files: written,
      },
      options,
      session,
    );
    return allEqual(report) ? 0 : 1;
  },
};

/** With --verify, a plain Error is the check that failed; other errors, and those without it, are what they are. */
function checked(request: RunRequest, { run }: Library): Report | Error {
  try {
    return run(request);
  } catch (error) {
    if (request.verify === true && error instanceof Error && error.constructor === Error) return error;
    throw error;
  }
}

async function requestOf(
  name: string,
  options: OptionValues,
  session: Session,
  library: Library,
): Promise<RunRequest> {
  const named = { machine: textOption(options, 'machine'), arch: textOption(options, 'arch') };
  const door = { session, library };
  const chosen = await machineAndArch(named, 'sense', door);
  const hardware = hardwareArch(options.fidelity as Fidelity, chosen.machine, sized(chosen.arch, options));
  const [built] = await withEnergies([{ ...chosen, arch: hardware }], options, door);
  const { machine, arch, energy } = built!;
  const { loadModel } = await import('../model-file.ts');
  const loaded = told(await loadModel(fileOrName(name, session), library), session);
  const given = options.input as readonly string[] | undefined;
  const density = options.activations as 'published' | 'dense' | number | undefined;
  if (given !== undefined && density !== undefined)
    fail('--activations and --input together: densities are either given or measured', {
      hint: 'leave one of them out',
    });
  const gathered = given === undefined ? undefined : await gathering(loaded, given, options, session);
  return {
    ...workloadOf(loaded, density, name),
    machine,
    arch,
    energy,
    batch: options.batch as number,
    rule: ruleFor(machine, options),
    inputs: gathered?.inputs,
    calibration: options.calibrate as 'max' | 'percentile' | 'mse',
    ...(gathered?.labels === undefined ? {} : { labels: gathered.labels }),
    layers: textOption(options, 'layers'),
    seed: options.seed as number,
    verify: options.verify === true,
    onProgress: session.progress.step,
  };
}

const VERIFIED =
  '\nverified: every layer, computed in the order of the machine, equals the plain convolution bit for bit\n';

/** With rows and columns as asked for. */
const sized = (arch: Arch, { rows = arch.array.rows, cols = arch.array.cols }: OptionValues): Arch => ({
  ...arch,
  array: { rows: rows as number, cols: cols as number },
});

async function gathering(
  { model, sidecar }: LoadedModel,
  given: readonly string[],
  options: OptionValues,
  session: Session,
) {
  const { gatherInputs } = await import('../inputs/gather.ts');
  const file = (option: string): string | undefined => {
    const text = textOption(options, option);
    return text === undefined ? undefined : at(session, text);
  };
  const preprocess = textOption(options, 'preprocess');
  return gatherInputs(model, {
    paths: given.map((path) => at(session, path)),
    limit: options.limit as number,
    preprocess:
      preprocess !== undefined && /\.json$/i.test(preprocess) ? at(session, preprocess) : preprocess,
    labels: file('labels'),
    truth: file('truth'),
    sidecar,
    progress: session.progress,
  });
}

/** A zoo name stays a name; a file is looked for from where the user stands. */
export const fileOrName = (name: string, session: Session): string =>
  /\.(onnx|csv|ya?ml)$/i.test(name) || /[\\/]/.test(name) ? at(session, name) : name;

type Render = (report: Report, library: Library, vcd: string) => string;

/** By path as the user wrote it; the same path twice would lose a result. */
function outputsOf(options: OptionValues): ReadonlyMap<string, Render> {
  const files = new Map<string, Render>();
  const add = (option: string, render: Render): void => {
    const path = textOption(options, option);
    if (path === undefined) return;
    if (files.has(path)) fail('two results would be written to one file', { at: path });
    files.set(path, render);
  };
  add('csv', (report, { reportCsv }) => reportCsv(report));
  add('trace', (report, { reportTrace }) => `${JSON.stringify(reportTrace(report))}\n`);
  add('html', (report, { reportHtml }) => reportHtml(report));
  add('vcd', (_report, _library, vcd) => vcd);
  return files;
}
