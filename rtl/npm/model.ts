/**
 * A design and its testbench as one WebAssembly program, with nothing but Node and npm: Yosys writes the design as C++
 * (CXXRTL), Clang compiles it, node:wasi runs it. Whole files go in and come out, never single cycles.
 */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Bench } from '../bench.ts';
import { fromRoot, runWell } from '../tool.ts';
import { modelHeader, portsOfModel, VERILATED_HEADER } from './adapter.ts';
import { npmTools, runProgram, type Tree } from './packages.ts';

/** Hears a line before packages are fetched. */
type Say = (line: string) => void;

/** Path of the program, from the cache where it was built before. */
export async function buildWasm(bench: Bench, say?: Say): Promise<string> {
  const file = fromRoot(`.cache/rtl/${bench.top}-${await hashOf(bench)}.wasm`);
  if (await stat(file).catch(() => undefined)) return file;
  await mkdir(fromRoot('.cache/rtl'), { recursive: true });
  const draft = await mkdtemp(`${file}-`);
  try {
    await writeFile(`${draft}/wasm`, await compile(bench, await toCxx(bench, say)));
    await rename(`${draft}/wasm`, file);
  } finally {
    await rm(draft, { recursive: true });
  }
  return file;
}

/** What the top module is called in C++: its own name may still be that of the module without parameters. */
const MODEL = 'model';

/** The design as C++. */
async function toCxx({ top, sources, parameters }: Bench, say?: Say): Promise<string> {
  const { yosys } = await npmTools(say);
  const texts = await Promise.all(
    sources.map(async (source) => [basename(source), await readFile(fromRoot(source), 'utf8')] as const),
  );
  const set = Object.entries(parameters).map(([name, value]) => ` -set ${name} ${value}`);
  const script = [
    `read_verilog -sv ${texts.map(([name]) => name).join(' ')}`,
    ...(set.length > 0 ? [`chparam${set.join('')} ${top}`] : []),
    `hierarchy -check -top ${top}`,
    `rename -top ${MODEL}`,
    // Modules stay apart, so that a PE is compiled once, however many there are.
    `write_cxxrtl -g0 -noflatten ${top}.cc`,
  ].join('; ');
  const { files } = await runProgram(yosys, ['-q', '-p', script], Object.fromEntries(texts));
  return textOf(files, `${top}.cc`);
}

const INCLUDE = ['include', 'backends', 'cxxrtl', 'runtime'];

async function compile(bench: Bench, model: string): Promise<Uint8Array> {
  const { top, testbench, headers = [], macros = {} } = bench;
  const { clang, share } = await npmTools();
  const own = await Promise.all(
    headers.map(async (file) => [basename(file), await readFile(file, 'utf8')] as const),
  );
  const library = INCLUDE.reduce((tree, name) => tree[name] as Tree, share);
  const { files } = await runProgram(
    clang,
    [
      ...['-std=c++17', '-O1', '-fno-exceptions', '-w', '-Iruntime', '-I.'],
      ...Object.entries(macros).map(([name, value]) => `-D${name}=${value}`),
      ...['-Wl,-z,stack-size=8388608', 'testbench.cpp', '-o', 'out.wasm'],
    ],
    {
      runtime: library,
      [`${top}.cc`]: model,
      [`V${top}.h`]: modelHeader(top, { name: MODEL, ports: portsOfModel(model, MODEL) }),
      'verilated.h': VERILATED_HEADER,
      ...Object.fromEntries(own),
      'testbench.cpp': await readFile(fromRoot(testbench), 'utf8'),
    },
  );
  return files['out.wasm'] as Uint8Array;
}

const textOf = (tree: Tree, name: string): string => {
  const file = tree[name];
  return typeof file === 'string' ? file : new TextDecoder().decode(file as Uint8Array);
};

/** Starts the program in a Node of its own: it runs to its end without a pause, and warns that WASI is experimental. */
const START = `
import { readFileSync } from 'node:fs';
import { WASI } from 'node:wasi';
const [file, folder, ...args] = process.argv.slice(1);
const wasi = new WASI({ version: 'preview1', args: ['model', ...args], preopens: { '/': folder }, returnOnExit: true });
const { instance } = await WebAssembly.instantiate(readFileSync(file), { wasi_snapshot_preview1: wasi.wasiImport });
process.exitCode = wasi.start(instance);
`;

/** The program on one file: what it wrote. */
export async function runWasm(
  program: string,
  input: readonly Uint8Array[],
  { seed }: { seed: number },
): Promise<Uint8Array> {
  const folder = await mkdtemp(fromRoot('.cache/rtl/run-'));
  try {
    await writeFile(`${folder}/in`, input);
    const script = ['--no-warnings', '--input-type=module', '-e', START];
    await runWell(process.execPath, [...script, program, folder, '/in', '/out', String(seed)]);
    return await readFile(`${folder}/out`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function hashOf(bench: Bench): Promise<string> {
  const { top, sources, parameters, testbench, headers = [], macros } = bench;
  const hash = createHash('sha256');
  hash.update(JSON.stringify([top, parameters, macros]));
  for (const source of [...sources, testbench, ...headers])
    hash.update(await readFile(fromRoot(source))).update('\0');
  for (const part of ['adapter', 'model', 'packages']) hash.update(await readOwn(part)).update('\0');
  return hash.digest('hex').slice(0, 16);
}

/** This room's own text, as source or as compiled. */
const readOwn = async (part: string): Promise<string> => {
  const read = (ending: string) => readFile(new URL(`./${part}.${ending}`, import.meta.url), 'utf8');
  return read('ts').catch(() => read('js'));
};
