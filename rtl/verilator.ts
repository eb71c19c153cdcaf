/** A design and its testbench as one program: Verilated, and kept under .cache/rtl/ by a hash of all that goes in. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import type { Bench } from './bench.ts';
import { fromRoot, runWell } from './tool.ts';

const OPTIONS: readonly string[] = [
  ...['--cc', '--exe', '--build', '--build-jobs', '0'],
  ...['-O3', '--x-assign', 'unique', '--x-initial', 'unique'],
  // A PE is compiled once for all of them: as a class of its own, none of whose ports are wired to a neighbour's.
  ...['--inline-mult', '2000', '-fno-gate'],
  // Large arrays compile in pieces; -O1 is the best trade of compile time for speed.
  ...['--output-split', '5000', '--output-split-cfuncs', '300', '-MAKEFLAGS', 'OPT_FAST=-O1 OPT_SLOW=-O0'],
];

/** Path of the simulator. */
export async function verilated(bench: Bench): Promise<string> {
  const { top, sources, parameters, testbench, headers = [], macros = {} } = bench;
  const options = [
    ...OPTIONS,
    ...['--top-module', top, ...Object.entries(parameters).map(([name, value]) => `-G${name}=${value}`)],
    ...Object.entries(macros).flatMap(([name, value]) => ['-CFLAGS', `-D${name}=${value}`]),
  ];
  const hash = createHash('sha256');
  hash.update(
    JSON.stringify([options, process.platform, process.arch, await runWell('verilator', ['--version'])]),
  );
  for (const source of [...sources, testbench, ...headers]) hash.update(await readFile(source)).update('\0');
  const folder = fromRoot(`.cache/rtl/${top}-${hash.digest('hex').slice(0, 16)}`);
  const program = `${folder}/V${top}`;
  if (await stat(program).catch(() => undefined)) return program;
  await mkdir(fromRoot('.cache/rtl'), { recursive: true });
  const draft = await mkdtemp(`${folder}-`);
  await runWell('verilator', [...options, '--Mdir', draft, ...sources, testbench]);
  // Another process may have finished the same build first: then its folder stands and ours goes.
  await rename(draft, folder).catch(() => rm(draft, { recursive: true }));
  return program;
}

/** The simulator on one file: what it wrote. */
export async function runSimulator(
  program: string,
  input: readonly Uint8Array[],
  seed: number,
): Promise<Uint8Array> {
  const folder = await mkdtemp(fromRoot('.cache/rtl/run-'));
  try {
    await writeFile(`${folder}/in`, input);
    await runWell(program, [`${folder}/in`, `${folder}/out`, String(seed)]);
    return await readFile(`${folder}/out`);
  } finally {
    await rm(folder, { recursive: true });
  }
}
