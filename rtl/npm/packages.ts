/**
 * Yosys and Clang from npm, as WebAssembly: fetched on first use into a cache folder of their own, so that nobody who does
 * not ask for them pays for them. Versions are pinned.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { fail } from '../../src/errors.ts';
import { fromRoot, run } from '../tool.ts';

const VERSIONS = { '@yowasp/yosys': '0.55.944', '@yowasp/clang': '22.0.0-git20542-10' };

/** On disk, once unpacked (`du -sm`). */
const MEBIBYTES = 139;

/** Files by name, folders as trees of their own. */
export interface Tree {
  readonly [name: string]: Tree | string | Uint8Array;
}

type Output = (bytes: Uint8Array | null) => void;

/** A program with a file system of its own: files in, files out. */
export type WasmProgram = (
  args: readonly string[],
  files: Tree,
  options: { readonly stdout: Output; readonly stderr: Output },
) => Promise<Tree>;

/** Reads the program into memory and runs nothing; unless asked like this it writes its progress to stdout. */
type Preload = (args: null, files: Tree, options: { readonly fetchProgress: () => void }) => Promise<unknown>;

export interface NpmTools {
  readonly yosys: WasmProgram;
  readonly clang: WasmProgram; // clang++
  /** Yosys's own files: the run-time library of CXXRTL, the models of cells. */
  readonly share: Tree;
}

const home = fromRoot(`.cache/rtl/npm-${Object.values(VERSIONS).join('-')}`);

export const npmToolsInstalled = (): boolean => existsSync(home);

let loaded: Promise<NpmTools> | undefined;

/** `say` hears one line before anything is fetched. */
export function npmTools(say: (line: string) => void = () => {}): Promise<NpmTools> {
  loaded ??= load(say).catch((error) => {
    loaded = undefined; // the next call may find the network up
    throw error;
  });
  return loaded;
}

async function load(say: (line: string) => void): Promise<NpmTools> {
  if (!npmToolsInstalled()) {
    say(`installing Yosys and Clang from npm, once: ${MEBIBYTES} MiB in ${home}`);
    await install();
  }
  const module = (file: string): Promise<unknown> =>
    import(pathToFileURL(`${home}/node_modules/@yowasp/${file}`).href);
  const [yosys, clang, resources] = (await Promise.all([
    module('yosys/gen/bundle.js'),
    module('clang/gen/bundle.js'),
    module('yosys/gen/resources-yosys.js'),
  ])) as [
    { runYosys: WasmProgram },
    { commands: Readonly<Record<'clang++', WasmProgram>>; runLLVM: Preload },
    { filesystem: { share: Tree } },
  ];
  await clang.runLLVM(null, {}, { fetchProgress: () => {} });
  return { yosys: yosys.runYosys, clang: clang.commands['clang++'], share: resources.filesystem.share };
}

async function install(): Promise<void> {
  await mkdir(fromRoot('.cache/rtl'), { recursive: true });
  const draft = await mkdtemp(`${home}-`);
  try {
    await writeFile(`${draft}/package.json`, JSON.stringify({ private: true, dependencies: VERSIONS }));
    const args = ['install', '--no-audit', '--no-fund', '--no-save', '--ignore-scripts', '--prefix', draft];
    // On Windows npm is a script, which only a shell starts; this is npm's own program, without one.
    const npm = process.env.npm_execpath?.endsWith('npm-cli.js')
      ? { tool: process.execPath, first: [process.env.npm_execpath] }
      : { tool: 'npm', first: [] };
    const { status, output } = await run(npm.tool, [...npm.first, ...args], draft);
    if (status !== 0)
      fail(`npm could not install ${Object.keys(VERSIONS).join(' and ')}`, {
        at: output.trim().split('\n').at(-1) ?? '',
        hint: 'check that npm reaches its registry, or install verilator, make and g++ and use --engine verilator',
      });
    // Another process may have installed them meanwhile: then its folder stands and ours goes.
    await rename(draft, home).catch(() => rm(draft, { recursive: true }));
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}

/** Run a program to its end; what it said comes with the error where it fails. */
export async function runProgram(
  program: WasmProgram,
  args: readonly string[],
  files: Tree,
): Promise<{ readonly files: Tree; readonly output: string }> {
  let output = '';
  const text = new TextDecoder();
  const keep: Output = (bytes) => {
    if (bytes && output.length < 2 ** 24) output += text.decode(bytes, { stream: true });
  };
  try {
    return { files: await program(args, files, { stdout: keep, stderr: keep }), output };
  } catch (error) {
    throw new Error(`a tool from npm failed: ${error}\n${output.split('\n').slice(-30).join('\n')}`);
  }
}
