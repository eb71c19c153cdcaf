import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fed, type GatherOptions, gatherInputs } from './gather.ts';

const dir = mkdtempSync(join(tmpdir(), 'sense-gather-'));
const at = (name: string): string => join(dir, name);
const notes: string[] = [];
const quiet = { step: () => {}, clear: () => {}, note: (line: string) => void notes.push(line) };

const network = (shape: readonly number[], classes = 2): Fed => ({
  inputs: [{ name: 'x', shape }],
  outputs: ['y'],
  layers: [{ name: 'y', shape: [1, classes] }],
});
const gather = (model: Fed, options: Partial<GatherOptions>) => {
  notes.length = 0;
  return gatherInputs(model, { paths: [], limit: 100, progress: quiet, ...options });
};

beforeAll(async () => {
  mkdirSync(at('pets'));
  const save = (name: string, background: string) =>
    sharp({ create: { width: 8, height: 6, channels: 3, background } }).toFile(at(name));
  await save('pets/n00000002_dog.png', '#0000ff');
  await save('pets/n00000001_cat.png', '#ff0000');
  await save('red.png', '#ff0000');
  writeFileSync(at('pets/notes.txt'), 'not a picture');
  writeFileSync(at('words.txt'), 'n00000001 cat, house cat\nn00000002 dog\n');
  writeFileSync(at('plain.txt'), 'cat\ndog\n');
  writeFileSync(at('truth.json'), '{ "n00000001_cat.png": 1 }');
  writeFileSync(at('broken.png'), 'this is no picture');
  const whole = await sharp(at('red.png')).jpeg().toBuffer();
  writeFileSync(at('cut.jpg'), whole.subarray(0, whole.length / 2));
  writeFileSync(at('picture.svg.png'), '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
  writeFileSync(at('empty.png'), '');
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test('a folder is read in order of names, classes come from WordNet ids', async () => {
  const model = network([1, 3, 4, 4]);
  const { inputs, labels } = await gather(model, {
    ...{ paths: [at('pets')], preprocess: 'raw', labels: at('words.txt') },
  });
  expect(inputs.map(({ name, label }) => [name, label])).toEqual([
    ['n00000001_cat.png', 0],
    ['n00000002_dog.png', 1],
  ]);
  expect(labels).toEqual(['cat, house cat', 'dog']);
  const cat = inputs[0]!.values.get('x')!;
  expect(cat.shape).toEqual([1, 3, 4, 4]);
  expect([cat.data[0], cat.data[16], cat.data[32]]).toEqual([255, 0, 0]);
});

test('--truth overrules the name; networks with a background class count one further', async () => {
  const model = network([1, 3, 4, 4], 3);
  const { inputs, labels } = await gather(model, {
    ...{ paths: [at('pets')], preprocess: 'raw', labels: at('words.txt'), truth: at('truth.json') },
  });
  expect(inputs.map(({ label }) => label)).toEqual([2, 2]);
  expect(labels![0]).toBe('background');
});

test('what is assumed or left out is said', async () => {
  await gather(network([1, 3, 4, 4]), { paths: [at('pets')], limit: 1 });
  expect(notes.join('\n')).toContain('the first 1 inputs only');
  expect(notes.join('\n')).toContain('preprocessing torchvision is assumed');
});

test('the sidecar says how, the command line overrules it', async () => {
  const sidecar = { path: at('net.sense.json'), content: { preprocess: 'raw', labels: 'plain.txt' } };
  const model = network([1, 3, 4, 4]);
  const { inputs, labels } = await gather(model, { paths: [at('red.png')], sidecar });
  expect(labels).toEqual(['cat', 'dog']);
  expect(inputs[0]!.values.get('x')!.data[0]).toBe(255);
  const unit = await gather(model, { paths: [at('red.png')], sidecar, preprocess: 'unit' });
  expect(unit.inputs[0]!.values.get('x')!.data[0]).toBe(1);
  expect(notes).toEqual([]);
});

const npyFloat = (shape: string, values: readonly number[]): Buffer => {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape}), }\n`;
  const head = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, text.length, 0]);
  return Buffer.concat([head, Buffer.from(text), Buffer.from(Float32Array.from(values).buffer)]);
};

test('an array is taken as it is, several of them one by one', async () => {
  writeFileSync(at('two.npy'), npyFloat('2, 1, 1, 2', [1, 2, 3, 4]));
  const { inputs } = await gather(network([1, 1, 1, 2]), { paths: [at('two.npy')] });
  expect(inputs.map(({ name, values }) => [name, ...values.get('x')!.data])).toEqual([
    ['two.npy#0', 1, 2],
    ['two.npy#1', 3, 4],
  ]);
});

test.each<[string, Fed, Partial<GatherOptions>, string]>([
  ['a missing file', network([1, 3, 4, 4]), { paths: ['nowhere.png'] }, 'there is no such file or folder'],
  ['no picture', network([1, 3, 4, 4]), { paths: ['broken.png'] }, 'cannot be decoded'],
  ['an empty file', network([1, 3, 4, 4]), { paths: ['empty.png'] }, 'the picture is an empty file'],
  ['a cut JPEG', network([1, 3, 4, 4]), { paths: ['cut.jpg'] }, 'cannot be decoded'],
  ['an SVG in disguise', network([1, 3, 4, 4]), { paths: ['picture.svg.png'] }, 'the picture is svg'],
  ['a folder without pictures', network([1, 3, 4, 4]), { paths: ['.empty'] }, 'has no pictures'],
  ['no picture network', network([1, 490]), { paths: ['red.png'] }, 'which is no picture'],
  [
    'two inputs',
    {
      ...network([1, 3, 4, 4]),
      inputs: [
        { name: 'a', shape: [1] },
        { name: 'b', shape: [1] },
      ],
    },
    { paths: ['red.png'] },
    'the network has 2 inputs',
  ],
  [
    'an unknown recipe',
    network([1, 3, 4, 4]),
    { paths: ['red.png'], preprocess: 'cafe' },
    'unknown preprocessing "cafe"',
  ],
  [
    'labels of another network',
    network([1, 3, 4, 4], 10),
    { paths: ['red.png'], labels: 'words.txt' },
    'has 2 lines, the network has 10 outputs',
  ],
  [
    'an array of another shape',
    network([1, 3, 4, 4]),
    { paths: ['two.npy'] },
    'the array has shape [2,1,1,2], the network wants [3,4,4]',
  ],
  ['an array with NaN', network([1, 1, 1, 2]), { paths: ['nan.npy'] }, 'no finite numbers'],
])('%s is refused in words, with its place', async (_, model, options, sentence) => {
  mkdirSync(at('.empty'), { recursive: true });
  writeFileSync(at('two.npy'), npyFloat('2, 1, 1, 2', [1, 2, 3, 4]));
  writeFileSync(at('nan.npy'), npyFloat('1, 1, 2', [1, Number.NaN]));
  const { labels } = options;
  const full = {
    ...options,
    paths: options.paths!.map(at),
    labels: labels === undefined ? undefined : at(labels),
  };
  const refused = expect(gather(model, full)).rejects;
  await refused.toThrow(sentence);
  await refused.toMatchObject({ name: 'UserError' });
});
