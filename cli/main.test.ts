import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { zcu102 } from '../src/arch/presets/zcu102.ts';
import { comparison, comparisonTable } from '../src/report/compare.ts';
import type { Contestant, ContestRequest } from '../src/report/compare-runs.ts';
import { archLike } from '../src/report/compare-settings.ts';
import { reportCsv } from '../src/report/csv.ts';
import { compareFigure } from '../src/report/figures/compare-figure.ts';
import { reportHtml } from '../src/report/html.ts';
import { reportTable } from '../src/report/table.ts';
import { reportTrace } from '../src/report/trace.ts';
import { filesIn, freshFolder, sense } from '../test/fixtures/command-line.ts';
import { sampleReport } from '../test/fixtures/report.ts';
import type { Accelerator, Library, Model, RunRequest } from './library.ts';

const cwd = freshFolder();
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const tiny: Model = {
  ...{ schema: 'sense.model/1', name: 'tiny', inputs: [{ name: 'x', shape: [1, 3, 4, 4] }] },
  ...{ layers: [], outputs: ['x'], receipts: [] },
};
const machine = (name: string): Accelerator =>
  ({
    ...{ name, summary: `the ${name}`, cite: 'nobody, 2020', fidelity: 'made up', arch: zcu102 },
    shape: () => zcu102.array,
    rule: (zeros: number) => ({ kind: 'equal-per-kernel', zeros, blockFilters: 1, slicesOf: () => [] }),
  }) as unknown as Accelerator;

const run = vi.fn((request: RunRequest) => {
  request.onProgress?.({ stage: 'layers', done: 1, total: 3 });
  return sampleReport({ machine: request.machine.name, model: request.model.name });
});
const contest = vi.fn(({ model, batch }: ContestRequest, contestants: readonly Contestant[]) =>
  contestants.map(({ machine: { name }, arch, rule }) =>
    sampleReport({
      ...{ machine: name, model: model.name, batch, rule },
      arch: { ...arch, rows: 1, cols: 1, clockHz: 1 },
    }),
  ),
);
/** A library that answers at once; the real one is asked in real.test.ts. */
const library = {
  ...{ run, contest, archLike, comparison, comparisonTable, compareFigure },
  ...{ reportCsv, reportHtml, reportTable, reportTrace },
  machines: [machine('sense'), machine('dense-ws')],
  presets: [zcu102],
  energyTables: [{ name: zcu102.energy }],
  formats: [{ name: 'bitmap', summary: 'a bit a value' }],
  zoo: [{ name: 'vgg16', title: 'VGG-16', cite: 'nobody' }],
  findZoo: () => ({ build: () => tiny, densities: new Map(), ofmapDensities: new Map() }),
  onnx: async () => ({ importOnnx: () => tiny }),
  peers: async () => ({}),
  isConv: () => false,
} as unknown as Partial<Library>;

const call = (...argv: string[]) => sense(argv, { cwd, library });
const asked = (): RunRequest => run.mock.lastCall![0];

beforeEach(() => {
  rmSync(cwd, { recursive: true, force: true });
  mkdirSync(cwd);
  run.mockClear();
});

describe('help', () => {
  test('sense alone and sense --help tell the commands', async () => {
    const { code, out } = await call('--help');
    expect(code).toBe(0);
    for (const name of ['run', 'compare', 'paper', 'prune', 'list'])
      expect(out).toMatch(new RegExp(`^  ${name} `, 'm'));
    expect((await call()).out).toContain('Usage: sense');
    expect(await call('--version')).toEqual({ code: 0, out: '1.2.3\n', err: '' });
  });

  test.each(['run', 'compare', 'paper', 'prune', 'list'])(
    'sense %s --help has an example and the common options',
    async (name) => {
      const { code, out, err } = await call(name, '--help');
      expect([code, err]).toEqual([0, '']);
      expect(out).toMatch(new RegExp(`Examples?:\\n  sense ${name}`));
      for (const flag of ['--json [file]', '--seed <n>', '--quiet']) expect(out).toContain(flag);
      expect(out).not.toMatch(/--parquet/); // not offered before it works
    },
  );
});

describe('run', () => {
  test('prints the table on stdout, progress as plain lines on stderr', async () => {
    const { code, out, err } = await call('run', 'vgg16');
    expect(code).toBe(0);
    expect(out).toContain('tiny on sense');
    expect(err).toBe('loading\nlayers 1/3\n');
    expect(asked()).toMatchObject({
      ...{ activations: 'published', batch: 1, seed: 1, verify: false },
      rule: { kind: 'equal-per-kernel', zeros: 0.5 },
    });
  });

  test('--json alone leaves nothing else on stdout; --quiet nothing on stderr', async () => {
    const { out, err } = await call('run', 'vgg16', '--json', '--quiet');
    expect(JSON.parse(out)).toEqual(JSON.parse(JSON.stringify(sampleReport({ model: 'tiny' }))));
    expect(err).toBe('');
  });

  test('files are written whole, the table still printed', async () => {
    const flags = ['--json', 'r.json', '--csv', 'r.csv', '--trace', 'r.trace.json', '--html', 'r.html'];
    const { code, out, err } = await call('run', 'vgg16', ...flags);
    expect([code, filesIn(cwd)]).toEqual([0, ['r.csv', 'r.html', 'r.json', 'r.trace.json']]);
    expect(JSON.parse(readFileSync(join(cwd, 'r.json'), 'utf8')).schema).toBe('sense.report/1');
    expect(JSON.parse(readFileSync(join(cwd, 'r.trace.json'), 'utf8')).traceEvents.length).toBeGreaterThan(9);
    expect(out).toContain('whole network');
    expect(err).toContain('wrote r.csv');
  });

  test('weights obey the rule of the machine at one half unless another is asked for', async () => {
    writeFileSync(join(cwd, 'net.onnx'), 'x');
    await call('run', 'net.onnx');
    expect(asked()).toMatchObject({ rule: { kind: 'equal-per-kernel', zeros: 0.5 }, activations: 'dense' });
    await call('run', 'net.onnx', '--rule', 'none');
    expect(asked().rule).toEqual({ kind: 'none', zeros: 0 });
    await call('run', 'net.onnx', '--sparsity', '0.25');
    expect(asked().rule).toEqual({ kind: 'equal-per-kernel', zeros: 0.25 });
    await call('run', 'net.onnx', '--rule', 'magnitude');
    expect(asked().rule).toEqual({ kind: 'magnitude', zeros: 0.5 });
  });

  test('options reach the library', async () => {
    writeFileSync(join(cwd, 'a.json'), '{ "base": "zcu102", "pe": { "psumDepth": 32 } }');
    const flags = ['--machine', 'dense-ws', '--arch', 'a.json', '--batch', '4', '--activations', '.25'];
    await call(
      'run',
      'vgg16',
      ...flags,
      '--layers',
      'conv*',
      '--seed',
      '7',
      '--verify',
      '--calibrate',
      'mse',
    );
    expect(asked()).toMatchObject({
      ...{ batch: 4, activations: 0.25, layers: 'conv*', seed: 7, verify: true, calibration: 'mse' },
      machine: { name: 'dense-ws' },
      arch: { name: 'a', clock: 200e6, pe: { psumDepth: 32, psumBanks: 2 } },
    });
  });
});

test('a check that does not hold exits 1, and says which', async () => {
  run.mockImplementationOnce(() => {
    throw new Error('layer "conv1", image 0: accumulator 3 is 7, not 8');
  });
  const { code, err } = await call('run', 'vgg16', '--verify', '--quiet', '--csv', 'x.csv');
  expect([code, err]).toEqual([
    1,
    '✖ the check does not hold: layer "conv1", image 0: accumulator 3 is 7, not 8\n',
  ]);
  expect(filesIn(cwd)).toEqual([]);
  expect((await call('run', 'vgg16', '--verify')).out).toContain('verified: every layer');
});

describe('compare', () => {
  const contestants = (): readonly Contestant[] => contest.mock.lastCall![1];

  test('every machine, or those named, each by its own rule', async () => {
    const { out } = await call('compare', 'vgg16', '--json', '-');
    const { schema, reports, machines } = JSON.parse(out);
    expect(schema).toBe('sense.compare/1');
    expect(reports.map((report: { machine: string }) => report.machine)).toEqual(['sense', 'dense-ws']);
    expect(machines[0]).toEqual({ name: 'sense', cite: 'nobody, 2020', fidelity: 'made up' });
    expect(contestants()[0]!.rule).toEqual({ kind: 'equal-per-kernel', zeros: 0.5 });
    const named = await call('compare', 'vgg16', '--machines', 'dense-ws,dense-ws', '--rule', 'magnitude');
    expect(named.out).not.toMatch(/^tiny +sense /m);
    expect(contestants().map(({ machine: { name }, rule }) => [name, rule.kind])).toEqual([
      ['dense-ws', 'magnitude'],
    ]);
  });

  test('--same is refused where it names what cannot be the same, and told in the result', async () => {
    const { code, err } = await call('compare', 'vgg16', '--same', 'macs,price');
    expect([code, err]).toEqual([2, expect.stringContaining('macs, clock, bits, dram')]);
    const { out } = await call('compare', 'vgg16', '--same', 'all', '--json', '--quiet');
    expect(JSON.parse(out).same).toEqual(['macs', 'clock', 'bits', 'dram']);
  });

  test('a figure is drawn as the kind and the file ask for, before anything is computed refused otherwise', async () => {
    const svg = join(cwd, 'a.svg');
    expect((await call('compare', 'vgg16', '--figure', svg, '--kind', 'radar', '--quiet')).code).toBe(0);
    expect(readFileSync(svg, 'utf8')).toMatch(/^<svg .*Share of the best machine/s);
    const png = join(cwd, 'a.png');
    await call('compare', 'vgg16', '--figure', png, '--quiet');
    expect(readFileSync(png).subarray(1, 4).toString()).toBe('PNG');
    contest.mockClear();
    const { code, err } = await call('compare', 'vgg16', '--figure', 'a.gif');
    expect([code, err]).toEqual([2, expect.stringContaining('a figure is an .svg or a .png file')]);
    expect(contest).not.toHaveBeenCalled();
  });
});

describe('list', () => {
  test('everything, one list, and as JSON', async () => {
    expect((await call('list')).out).toMatch(
      /^models\n {2}vgg16 {2}VGG-16\n\ntrained\n {2}lenet5-half .*\n\nmachines\n/,
    );
    const { out } = await call('list', 'machines', '--json');
    expect(JSON.parse(out)).toMatchObject({
      schema: 'sense.list/1',
      machines: [{ name: 'sense' }, { name: 'dense-ws' }],
    });
  });

  test('the JSON Schema of our files', async () => {
    const { out } = await call('list', '--schema', 'arch');
    const schema = JSON.parse(out);
    expect(schema.properties.pe.properties.psumBanks).toBeDefined();
    expect(schema.additionalProperties).toBe(false);
    expect(JSON.parse((await call('list', '--schema', 'sidecar')).out).properties.preprocess).toBeDefined();
  });
});

describe('the mistakes of users: one message, exit 2, no file', () => {
  const arch = (name: string, content: unknown): string => {
    writeFileSync(join(cwd, name), typeof content === 'string' ? content : JSON.stringify(content));
    return name;
  };
  test.each<[string, () => string[], string[]]>([
    ['an unknown command', () => ['rnu', 'vgg16'], ["✖ unknown command 'rnu'", 'try  run']],
    [
      'an unknown option',
      () => ['run', 'vgg16', '--bach', '2'],
      ["✖ unknown option '--bach'", 'try  --batch'],
    ],
    ['no model', () => ['run'], ["✖ missing required argument 'model'"]],
    [
      '--json that eats the model',
      () => ['run', '--json', 'vgg16'],
      ['missing required argument', 'before options such as --json'],
    ],
    ['too many arguments', () => ['run', 'vgg16', 'vgg16'], ['too many arguments']],
    [
      'an unknown model',
      () => ['run', 'vgg17'],
      ['✖ unknown model "vgg17"', 'did you mean vgg16?', 'path to an .onnx, .csv or .yaml file'],
    ],
    ['a hostile name', () => ['run', 'x\u001b[2J'], ['unknown model "x\\u{1b}[2J"']],
    ['a topology that is not there', () => ['run', 'alexnet.csv'], ['cannot read the table of layers']],
    [
      'a missing file',
      () => ['run', 'nowhere.onnx'],
      ['✖ cannot read the model: there is no such file', 'nowhere.onnx'],
    ],
    ['a folder for a model', () => ['run', './'], ['the model is a folder']],
    [
      'an unknown machine',
      () => ['run', 'vgg16', '--machine', 'sence'],
      ['unknown machine "sence"', 'did you mean sense?'],
    ],
    [
      'a batch of none',
      () => ['run', 'vgg16', '--batch', '0'],
      ['--batch takes a whole number from 1 to 1024, got "0"'],
    ],
    ['a batch in words', () => ['run', 'vgg16', '--batch', '1e3'], ['--batch takes a whole number']],
    ['a seed below 0', () => ['run', 'vgg16', '--seed', '-1'], ['--seed takes a whole number from 0']],
    [
      'all zeros',
      () => ['run', 'vgg16', '--sparsity', '1'],
      ['--sparsity takes a share of zeros from 0 to less than 1, got "1"'],
    ],
    ['NaN zeros', () => ['run', 'vgg16', '--sparsity', 'NaN'], ['got "NaN"']],
    [
      'zeros without a rule',
      () => ['run', 'vgg16', '--rule', 'none', '--sparsity', '.5'],
      ['--rule none prunes nothing'],
    ],
    ['an unknown rule', () => ['run', 'vgg16', '--rule', 'random'], ['--rule takes none, magnitude']],
    [
      'a density above 1',
      () => ['run', 'vgg16', '--activations', '1.5'],
      ['a density from 0 to 1, got "1.5"'],
    ],
    [
      'stepping a closed form',
      () => ['run', 'vgg16', '--fidelity', 'sim', '--machine', 'dense-ws'],
      ['dense-ws is a closed form here', '--fidelity cost'],
    ],
    [
      'wires of a closed form',
      () => ['run', 'vgg16', '--vcd', 'wires.vcd'],
      ['--vcd writes the wires of a machine that runs', '--fidelity sim'],
    ],
    ['no such folder', () => ['run', 'vgg16', '--csv', 'a/b.csv'], ['there is no folder', 'create it first']],
    [
      'one file twice',
      () => ['run', 'vgg16', '--csv', 'x', '--html', './x'],
      ['two results would be written to one file'],
    ],
    [
      'an unknown preset',
      () => ['run', 'vgg16', '--arch', 'zcu103'],
      ['unknown architecture "zcu103"', 'did you mean zcu102?'],
    ],
    [
      'broken JSON',
      () => ['run', 'vgg16', '--arch', arch('a.json', '{')],
      ['the architecture is not JSON', 'a.json'],
    ],
    [
      'a stranger field',
      () => ['run', 'vgg16', '--arch', arch('a.json', { base: 'zcu102', pes: 1 })],
      ['Unrecognized key: "pes"'],
    ],
    [
      'a fractional array',
      () => ['run', 'vgg16', '--arch', arch('a.json', { base: 'zcu102', array: { rows: 1.5 } })],
      ['field array.rows'],
    ],
    [
      'half an architecture',
      () => ['run', 'vgg16', '--arch', arch('a.json', { array: { rows: 4, cols: 4 } })],
      ['the architecture is not right', 'a.json, field'],
    ],
    [
      'a tile that fits no buffer',
      () => ['run', 'vgg16', '--arch', arch('a.json', { base: 'zcu102', buffers: { ofmapBytes: 1024 } })],
      [
        'a tile of 64 psums on a 32x32 array drains into the ofmap buffer and needs 8192 bytes of it, there are 1024',
      ],
    ],
    [
      'inputs that are not there',
      () => ['run', 'vgg16', '--input', 'cat.jpg'],
      ['cannot read the input', 'cat.jpg'],
    ],
    [
      'densities and inputs',
      () => ['run', 'vgg16', '--input', 'a', '--activations', 'dense'],
      ['--activations and --input together'],
    ],
    ['a folder as a result', () => ['run', 'vgg16', '--csv', '.'], ['it is a folder']],
    ['prune without a result', () => ['prune', 'a.onnx'], ['-o names the file to write']],
    ['prune of the zoo', () => ['prune', 'vgg16', '-o', 'x.onnx'], ['networks of the zoo have no weights']],
    [
      'an unknown list',
      () => ['list', 'machine'],
      ['there is no list of "machine"', 'did you mean machines?'],
    ],
  ])('%s', async (_, argv, sentences) => {
    const words = argv();
    const before = filesIn(cwd);
    const { code, out, err } = await call(...words, '--quiet');
    expect({ code, out, err }).toMatchObject({ code: 2, out: '' });
    for (const sentence of sentences) expect(err).toContain(sentence);
    expect(err).toMatch(/^✖ /);
    expect(err).not.toMatch(/\n\s+at .*:\d+:\d+/); // no stack
    expect(filesIn(cwd)).toEqual(before);
  });

  test('a result never overwrites its input', async () => {
    writeFileSync(join(cwd, 'net.onnx'), 'x');
    const { code, err } = await call('prune', 'net.onnx', '-o', './net.onnx');
    expect([code, err]).toEqual([2, expect.stringContaining('would overwrite its own input')]);
    expect(readFileSync(join(cwd, 'net.onnx'), 'utf8')).toBe('x');
  });

  test('our own mistakes show a stack and exit 70', async () => {
    run.mockImplementationOnce(() => {
      throw new TypeError('oh no');
    });
    const { code, err } = await call('run', 'vgg16', '--csv', 'x.csv');
    expect(code).toBe(70);
    expect(err).toContain('this is a bug in sense');
    expect(err).toMatch(/TypeError: oh no\n\s+at /);
    expect(filesIn(cwd)).toEqual([]);
  });
});
