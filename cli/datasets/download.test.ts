/** Downloads against a server on this machine: right, wrong, cut off, too long, silent and absent. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { dataDir, dataFile } from '../../test/data.ts';
import { freshFolder } from '../../test/fixtures/command-line.ts';
import type { Progress } from '../progress.ts';
import { cacheFolder, download } from './download.ts';
import { loadDataset } from './index.ts';
import { SOURCES, type SourceFile } from './sources.ts';
import { tarMembers } from './tar.ts';

const cwd = freshFolder();
const steps: string[] = [];
const progress: Progress = { step: ({ stage }) => steps.push(stage), note: () => {}, clear: () => {} };
const files = new Map<string, Buffer>();
let asked: string[] = [];
let server: Server;
let base = '';

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url!);
    const content = files.get(request.url!);
    if (request.url === '/silent') return; // never answers
    if (!content) {
      response.statusCode = 404;
      response.end();
    } else response.end(content);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(cwd, { recursive: true, force: true });
});
beforeEach(() => {
  rmSync(cwd, { recursive: true, force: true });
  mkdirSync(cwd);
  files.clear();
  asked = [];
});

const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');
/** A file as it should be; `served` is what the server has instead. */
const source = (path: string, right: Buffer, served: Buffer | undefined = right): SourceFile => {
  if (served) files.set(path, served);
  return { url: base + path, bytes: right.length, sha256: sha256(right) };
};
const get = (...list: SourceFile[]) =>
  download('set', { folder: cwd, progress, sources: new Map([['set', list]]), patienceMs: 300 });
const content = Buffer.from('a'.repeat(100_000));

test('what arrives whole is kept under its name, with progress, and is not fetched twice', async () => {
  const file = source('/some/file.gz', content);
  await get(file);
  expect(readFileSync(join(cwd, 'file.gz')).equals(content)).toBe(true);
  expect(steps.some((stage) => stage.startsWith('fetching file.gz'))).toBe(true);
  await get(file);
  expect(asked).toEqual(['/some/file.gz']);
  expect(readdirSync(cwd)).toEqual(['file.gz']);
});

describe('nothing is kept of', () => {
  const wrong = Buffer.from('b'.repeat(100_000));
  test.each([
    ['wrong bytes', () => source('/f', content, wrong), 'f is not the file it should be: its SHA-256 is'],
    [
      'a file cut off',
      () => source('/f', content, content.subarray(0, 777)),
      'f ended after 777 of 100000 bytes',
    ],
    [
      'one that is too long',
      () => source('/f', content.subarray(0, 9), content),
      'f is longer than the 9 bytes',
    ],
    ['none at all', () => source('/f', content, undefined as never), 'the server answered 404 for f'],
    [
      'a server that says nothing',
      () => source('/silent', content),
      'cannot fetch silent: nothing came for 0.3 s',
    ],
  ])('%s', async (_, make, sentence) => {
    const file = make();
    if (sentence.includes('404')) files.clear();
    await expect(get(file)).rejects.toThrow(sentence);
    expect(readdirSync(cwd)).toEqual([]);
  });

  test('and offline it is told what to do instead', async () => {
    const file = { ...source('/f', content), url: 'http://127.0.0.1:1/f' };
    await expect(get(file)).rejects.toMatchObject({
      message: expect.stringContaining('cannot fetch f: '),
      hint: expect.stringMatching(/by other means into .*, or name a folder that has it with --data/),
    });
  });
});

test('a disk that takes nothing is named', async () => {
  mkdirSync(join(cwd, 'file.gz.partial'));
  await expect(get(source('/file.gz', content))).rejects.toThrow('cannot keep file.gz');
});

/** ustar, as tar writes it. */
const tar = (members: readonly (readonly [string, Buffer])[]): Buffer =>
  Buffer.concat([
    ...members.flatMap(([name, bytes]) => {
      const header = Buffer.alloc(512);
      header.write(name, 0);
      header.write(bytes.length.toString(8).padStart(11, '0'), 124);
      header.write('0', 156);
      return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
    }),
    Buffer.alloc(1024),
  ]);
/** A red-nosed picture of class `label` in the official form: a label and three planes. */
const record = (label: number): Buffer => Buffer.from([label, ...new Array(3072).fill(label)]);

test('CIFAR-10 comes as an archive: its batches are unpacked, nothing else, wherever the archive would put them', async () => {
  const batches = [1, 2, 3, 4, 5].map((n) => [`cifar/data_batch_${n}.bin`, record(n)] as const);
  const others = [
    ['cifar/test_batch.bin', record(7)],
    ['../../outside.bin', record(0)],
    ['cifar/readme.html', record(0)],
  ] as const;
  const archive = gzipSync(tar([...batches, ...others]));
  const file = { ...source('/c.tar.gz', archive), members: /^(data_batch_\d|test_batch)\.bin$/ };
  const options = {
    ...{ resolve: (path: string) => path, env: { XDG_CACHE_HOME: cwd }, shape: [3, 32, 32] as const },
    ...{ limit: 1e6, seed: 1, progress, sources: new Map([['cifar10', [file]]]) },
  };
  await expect(loadDataset('cifar10', options)).rejects.toMatchObject({
    hint: expect.stringContaining('--download'),
  });
  const { dataset } = await loadDataset('cifar10', { ...options, download: true });
  expect([dataset.train.count, dataset.test.count, dataset.test.label(0)]).toEqual([5, 1, 7]);
  expect(readdirSync(join(cwd, 'sense-cnn/datasets/cifar10'))).toHaveLength(7); // six batches and a mark
  expect(existsSync(join(cwd, 'outside.bin'))).toBe(false);
  await loadDataset('cifar10', { ...options, download: true });
  expect(asked).toEqual(['/c.tar.gz']);
  // From then on the cache is looked into without being asked for.
  expect((await loadDataset('cifar10', options)).dataset.train.count).toBe(5);
});

test('an archive cut off is told, not read over its end', () => {
  const whole = tar([['a', record(1)]]);
  expect(() => [...tarMembers(whole.subarray(0, 1000))]).toThrow('the archive is cut off inside "a"');
  expect([...tarMembers(whole)].map(({ name, bytes }) => [name, bytes.length])).toEqual([['a', 3073]]);
});

test('the cache is where XDG says', () => {
  expect(cacheFolder({ XDG_CACHE_HOME: '/x' })).toBe('/x/sense-cnn/datasets');
  expect(cacheFolder({ XDG_CACHE_HOME: '' })).toMatch(/\.cache\/sense-cnn\/datasets$/);
});

test.skipIf(!dataDir())(
  'MNIST as it is known here has the sums of the files at hand (data: datasets/mnist)',
  () => {
    for (const { url, bytes, sha256: sum } of SOURCES.get('mnist')!) {
      const file = readFileSync(dataFile(`datasets/mnist/${url.split('/').at(-1)}`));
      expect([file.length, sha256(file)]).toEqual([bytes, sum]);
    }
  },
);

test('every other source has a size and a sum', () => {
  writeFileSync(join(cwd, 'x'), '');
  for (const list of SOURCES.values())
    for (const { url, bytes, sha256: sum } of list) {
      expect(url).toMatch(/^https?:\/\/[\w.-]+\/[\w~/.-]+\.gz$/);
      expect(bytes).toBeGreaterThan(1000);
      expect(sum).toMatch(/^[0-9a-f]{64}$/);
    }
});
