/**
 * Running one SystemVerilog block under Verilator on a table of inputs, a row a cycle.
 *
 *   const rows = await cosimulate({ top: 'fifo', sources: [...], parameters: { DEPTH: 4 }, vectors });
 *
 * The compiled model is kept under .cache/rtl/, by a hash of sources, parameters and tool, so a second run costs
 * milliseconds. Whole tables are exchanged, never single cycles.
 */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { fail } from '../../src/errors.ts';
import { fromRoot, runWell } from '../tool.ts';
import { harness, rowWords, wordsOf } from './harness.ts';
import { type Design, type Port, type Ports, portsOf, verilatorArguments } from './ports.ts';

export type { Design } from './ports.ts';

/** Bits on a port: a number where they fit 32 bits, else a bigint; negative on signed ports. */
export type PortValue = number | bigint;

/** One cycle's inputs by port name. A port that is left out is 0. */
export type InputRow = Readonly<Record<string, PortValue | boolean>>;

/** One cycle's outputs by port name. */
export type OutputRow = Readonly<Record<string, PortValue>>;

export interface Cosimulation extends Design {
  readonly vectors: readonly InputRow[];
  /** Of the random bits that registers and memories hold before the first cycle. */
  readonly seed?: number;
}

/** What stood on each output in each cycle, before the clock edge that ends it. */
export async function cosimulate({
  vectors,
  seed = 1,
  ...design
}: Cosimulation): Promise<readonly OutputRow[]> {
  const model = await build(design);
  const folder = await mkdtemp(`${model.folder}/run-`);
  try {
    await writeFile(`${folder}/in`, encodeRows(vectors, model.ports.inputs));
    await runWell(`${model.folder}/V${design.top}`, [`${folder}/in`, `${folder}/out`, String(seed)]);
    return decodeRows(await readFile(`${folder}/out`), model.ports.outputs);
  } finally {
    await rm(folder, { recursive: true });
  }
}

interface Built {
  readonly folder: string;
  readonly ports: Ports;
}

const cache = fromRoot('.cache/rtl');
const under = new Map<string, Promise<Built>>(); // one build at a time for each key in this process

async function build(design: Design): Promise<Built> {
  const key = await hashOf(design);
  const known = under.get(key) ?? buildOnce(design, `${cache}/${design.top}-${key}`);
  under.set(key, known);
  return known;
}

async function buildOnce(design: Design, folder: string): Promise<Built> {
  const ports = await readFile(`${folder}/ports.json`, 'utf8').catch(() => undefined);
  if (ports !== undefined) return { folder, ports: JSON.parse(ports) };
  await mkdir(cache, { recursive: true });
  const draft = await mkdtemp(`${folder}-`);
  try {
    const found = await compileModel(design, draft);
    // Another process may have finished the same build first: then its folder stands and ours goes.
    await rename(draft, folder).catch(() => rm(draft, { recursive: true }));
    return { folder, ports: found };
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}

async function compileModel(design: Design, draft: string): Promise<Ports> {
  const found = await portsOf(design, draft);
  await runWell('verilator', [
    ...['--cc', '-O3', '--x-assign', 'unique', '--x-initial', 'unique', '--Mdir', draft],
    ...verilatorArguments(design),
  ]);
  const parts = (await readdir(draft)).filter((file) => file.endsWith('.cpp')).sort();
  await writeFile(`${draft}/main.cpp`, harness(design.top, { ports: found, parts }));
  const objects = await runtime();
  await compile([`${draft}/main.cpp`, ...objects, '-o', `${draft}/V${design.top}`, '-pthread', '-latomic']);
  await writeFile(`${draft}/ports.json`, JSON.stringify(found));
  return found;
}

/** Verilator's own run-time library, compiled once for all models. */
async function runtime(): Promise<readonly string[]> {
  const version = (await runWell('verilator', ['--version'])).trim().replace(/\W+/g, '-');
  return Promise.all(
    ['verilated', 'verilated_threads'].map(async (part) => {
      const object = `${cache}/${part}-${version}-${process.arch}.o`;
      if (await stat(object).catch(() => undefined)) return object;
      const draft = await mkdtemp(`${cache}/runtime-`);
      await compile(['-c', `${await include()}/${part}.cpp`, '-o', `${draft}/${part}.o`]);
      await rename(`${draft}/${part}.o`, object);
      await rm(draft, { recursive: true });
      return object;
    }),
  );
}

const include = async (): Promise<string> =>
  `${(await runWell('verilator', ['--getenv', 'VERILATOR_ROOT'])).trim()}/include`;

async function compile(args: readonly string[]): Promise<void> {
  const folder = await include();
  const defines = ['COVERAGE', 'SC', 'TRACE', 'THREADS'].map((name) => `-DVM_${name}=0`);
  await runWell('c++', ['-O1', '-std=gnu++17', `-I${folder}`, `-I${folder}/vltstd`, ...defines, ...args]);
}

async function hashOf({ top, sources, parameters = {} }: Design): Promise<string> {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([top, parameters, process.platform, process.arch]));
  hash.update(await runWell('verilator', ['--version']));
  for (const source of sources) hash.update(await readFile(fromRoot(source))).update('\0');
  for (const part of ['cosim', 'harness', 'ports'])
    hash.update(await readFile(new URL(`./${part}.ts`, import.meta.url)));
  return hash.digest('hex').slice(0, 16);
}

function encodeRows(rows: readonly InputRow[], ports: readonly Port[]): Uint8Array {
  const words = new Uint32Array(rows.length * rowWords(ports));
  const names = new Set(ports.map((port) => port.name));
  let at = 0;
  for (const [t, row] of rows.entries()) {
    for (const name in row)
      if (!names.has(name))
        fail(`no input is named "${name}"`, { at: `cycle ${t}`, hint: `inputs: ${[...names].join(', ')}` });
    for (const port of ports) {
      const value = row[port.name] ?? 0;
      if (typeof value !== 'bigint') words[at] = Number(value);
      if (typeof value !== 'bigint' && port.width > 32 && Number(value) < 0)
        words.fill(0xffffffff, at + 1, at + wordsOf(port));
      if (typeof value !== 'bigint' && Number(value) >= 2 ** 32)
        words[at + 1] = Math.floor(Number(value) / 2 ** 32);
      if (typeof value === 'bigint')
        for (let i = 0; i < wordsOf(port); i++)
          words[at + i] = Number(BigInt.asUintN(32, value >> BigInt(32 * i)));
      at += wordsOf(port);
    }
  }
  return new Uint8Array(words.buffer);
}

function decodeRows(bytes: Buffer, ports: readonly Port[]): readonly OutputRow[] {
  const words = new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const rows: Record<string, PortValue>[] = [];
  for (let at = 0; at < words.length; ) {
    const row: Record<string, PortValue> = {};
    for (const port of ports) {
      row[port.name] = decode(words.subarray(at, at + wordsOf(port)), port);
      at += wordsOf(port);
    }
    rows.push(row);
  }
  return rows;
}

function decode(words: Uint32Array, { width, signed }: Port): PortValue {
  if (width <= 32) {
    const value = words[0]!;
    return signed && value >= 2 ** (width - 1) ? value - 2 ** width : value;
  }
  let value = 0n;
  for (let i = words.length - 1; i >= 0; i--) value = (value << 32n) | BigInt(words[i]!);
  return signed ? BigInt.asIntN(width, value) : value;
}
