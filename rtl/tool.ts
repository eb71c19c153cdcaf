/** Running the hardware tools (Verilator, Yosys, SMT solvers) as child processes, and asking whether they are there. */
import { spawn, spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { fail } from '../src/errors.ts';
import { packageRoot } from './root.ts';

/** A path from the root of the repository, wherever the process was started; absolute ones stay. */
export const fromRoot = (path: string): string => resolve(packageRoot, path);

export interface Finished {
  readonly status: number | null;
  readonly output: string; // stdout and stderr, as they came
}

const known = new Map<string, boolean>();

/** Whether a tool answers to its name; asked once a process. */
export function isInstalled(tool: string): boolean {
  const found = known.get(tool) ?? spawnSync(tool, ['--help'], { stdio: 'ignore' }).error === undefined;
  known.set(tool, found);
  return found;
}

/** What a test prints after its name where tools are missing, or undefined where all are there. */
export function missing(...tools: readonly string[]): string | undefined {
  const absent = tools.filter((tool) => !isInstalled(tool));
  return absent.length === 0 ? undefined : `skipped: ${absent.join(' and ')} not installed`;
}

/** Run to the end, whatever the status. Output is kept up to 16 MiB; a tool that says more than that has gone wrong. */
export function run(tool: string, args: readonly string[], cwd?: string): Promise<Finished> {
  if (!isInstalled(tool))
    fail(`${tool} is not installed`, { hint: `install it, e.g. apt-get install ${tool.split('-')[0]}` });
  return new Promise((done, reject) => {
    const child = spawn(tool, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (text: Buffer): void => {
      if (output.length < 2 ** 24) output += text.toString();
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', reject);
    child.on('close', (status) => done({ status, output }));
  });
}

/** Run to the end and return what it said; a status other than 0 is an error that shows the last lines. */
export async function runWell(tool: string, args: readonly string[], cwd?: string): Promise<string> {
  const { status, output } = await run(tool, args, cwd);
  if (status !== 0)
    throw new Error(
      `${tool} ${args.join(' ')} ended with ${status}:\n${output.split('\n').slice(-30).join('\n')}`,
    );
  return output;
}
