/**
 * Proofs over the assertions inside a module (its `ifdef FORMAL` part), by Yosys, yosys-smtbmc and z3.
 *
 *   bounded     no assertion fails within `depth` cycles of the start
 *   induction   that, and: where all held for `depth` cycles they hold in the next, so they hold for ever
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename } from 'node:path';
import { fail } from '../src/errors.ts';
import type { Design } from './blocks/ports.ts';
import { fromRoot, run, runWell } from './tool.ts';

export interface Prove extends Design {
  /** Cycles. */
  readonly depth: number;
  readonly mode: 'bounded' | 'induction';
  /** A control: the design with one place of its text changed, which the proof must refute. */
  readonly change?: { readonly replace: string; readonly by: string };
  /** Files of assertions that stand apart: each goes in front of the end of a source's only module, and sees its insides. */
  readonly bind?: Readonly<Record<string, string>>;
}

export interface Verdict {
  readonly holds: boolean;
  /** What the solver said: which assertion failed, in which cycle. */
  readonly log: string;
}

export async function prove(task: Prove): Promise<Verdict> {
  const folder = await mkdtemp(`${tmpdir()}/prove-`);
  try {
    const model = await toSmt(task, folder);
    const bounded = await solve(['-t', String(task.depth), '--presat', model]);
    if (task.mode === 'bounded' || !bounded.holds) return bounded;
    return await solve(['-i', '-t', String(task.depth), model]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function toSmt(
  { top, sources, parameters = {}, change, bind = {} }: Prove,
  folder: string,
): Promise<string> {
  const texts = await Promise.all(sources.map((source) => bound(source, bind[source])));
  const changed = change ? changeOnce(texts, change) : texts;
  const files = sources.map((source) => `${folder}/${basename(source)}`);
  await Promise.all(files.map((file, i) => writeFile(file, changed[i]!)));
  const model = `${folder}/model.smt2`;
  // Yosys 0.23 fails on some designs where `hierarchy` sets the parameters.
  const set = Object.entries(parameters).map(([name, value]) => `chparam -set ${name} ${value} ${top}`);
  const script = [
    `read_verilog -sv -formal ${files.join(' ')}`,
    ...set,
    `hierarchy -check -top ${top}`,
    'proc; flatten; opt -keepdc; async2sync; dffunmap; opt_clean; check -assert',
    'select -assert-min 1 t:$assert', // a proof of nothing is no proof
    'rename -top model; setundef -undriven -anyseq',
    `write_smt2 -wires ${model}`,
  ];
  await runWell('yosys', ['-q', '-p', script.join('; ')]);
  return model;
}

async function bound(source: string, assertions: string | undefined): Promise<string> {
  const text = await readFile(fromRoot(source), 'utf8');
  if (assertions === undefined) return text;
  const [module, ...others] = text.split('endmodule');
  if (others.length !== 1) fail(`${source} has not one module`, { hint: 'bind to a file of one module' });
  return `${module}\n${await readFile(fromRoot(assertions), 'utf8')}\nendmodule\n`;
}

/** Replace a text that occurs exactly once, or the control would test something else than it says. */
function changeOnce(
  texts: readonly string[],
  { replace, by }: { readonly replace: string; readonly by: string },
): readonly string[] {
  const places = texts.reduce((sum, text) => sum + text.split(replace).length - 1, 0);
  if (places !== 1)
    fail(`"${replace}" occurs ${places} times in the sources`, { hint: 'name a text that occurs once' });
  return texts.map((text) => text.split(replace).join(by));
}

/** yosys-smtbmc ends with PASSED or FAILED; anything else is an error, never a verdict. */
async function solve(args: readonly string[]): Promise<Verdict> {
  const { output } = await run('yosys-smtbmc', ['-s', 'z3', '--unroll', ...args]);
  const [, status] = output.match(/Status: (PASSED|FAILED|passed|failed)/) ?? [];
  if (status === undefined) throw new Error(`yosys-smtbmc gave no verdict:\n${output.slice(-2000)}`);
  return { holds: status.toUpperCase() === 'PASSED', log: output };
}
