/** `sense rtl verify|synth`: the machine in SystemVerilog, co-simulated by Verilator, synthesised and counted by Yosys. */
import { fail } from '../../src/errors.ts';
import type { Command, OptionValues, Session } from '../command.ts';
import { checkOutputs } from '../files.ts';
import { whole } from '../options.ts';
import { at, deliver, jsonTarget } from './shared.ts';

const ACTIONS = ['verify', 'synth'] as const;

/** Layers a simulation takes at a time, so that there is progress to show. */
const BATCH = 25;

export const rtl: Command = {
  name: 'rtl',
  summary: 'check the SystemVerilog against the models (verify), or count what it takes of an FPGA (synth)',
  args: `<${ACTIONS.join('|')}>`,
  options: [
    { flags: '--rows <n>', says: 'rows of the array (verify: 8, synth: 32)', parse: whole(1, 64) },
    { flags: '--cols <n>', says: 'columns of the array (verify: 8, synth: 32)', parse: whole(1, 64) },
    { flags: '--cases <n>', says: 'verify: random layers to run', parse: whole(1, 100_000), fallback: 200 },
  ],
  examples: ['sense rtl verify --cases 200 --rows 8 --cols 8', 'sense rtl synth --json'],

  run([action], options, session) {
    const json = jsonTarget(options);
    if (json !== undefined && json !== 'stdout') checkOutputs([at(session, json)]);
    if (action === 'verify') return verify(options, session);
    if (action === 'synth') return synth(options, session);
    return fail(`sense rtl cannot "${action}"`, { hint: `sense rtl ${ACTIONS.join(', sense rtl ')}` });
  },
};

async function needs(tools: readonly string[], packages: string): Promise<void> {
  const { isInstalled } = await import('../../rtl/tool.ts');
  const absent = tools.filter((tool) => !isInstalled(tool));
  if (absent.length > 0)
    fail(`not installed: ${absent.join(', ')}`, {
      hint: `apt-get install ${packages}, or your system's packages of these names`,
    });
}

const sizeOf = (options: OptionValues, otherwise: number) => ({
  rows: (options.rows as number | undefined) ?? otherwise,
  cols: (options.cols as number | undefined) ?? otherwise,
});

async function verify(options: OptionValues, session: Session): Promise<number> {
  await needs(['verilator', 'make', 'g++'], 'verilator make g++');
  const { verifyCompute } = await import('../../rtl/compute/verify.ts');
  const { rows, cols } = sizeOf(options, 8);
  const [cases, seed] = [options.cases as number, options.seed as number];
  let total = { cases: 0, valueMismatches: 0, cycleMismatches: 0, cycles: 0 };
  session.progress.step({ stage: 'building the simulator', done: 0, total: 1 });
  for (let batch = 0; total.cases < cases; batch++) {
    const { cases: ran, ...found } = await verifyCompute({
      cases: Math.min(BATCH, cases - total.cases),
      rows,
      cols,
      seed: (seed + batch * 0x9e3779b1) >>> 0, // a batch's own draw, and the user's for the first
    });
    total = {
      cases: total.cases + ran,
      valueMismatches: total.valueMismatches + found.valueMismatches,
      cycleMismatches: total.cycleMismatches + found.cycleMismatches,
      cycles: total.cycles + found.cycles,
    };
    session.progress.step({ stage: 'layers', done: total.cases, total: cases });
  }
  const { cycles, ...counts } = total;
  const right = counts.valueMismatches === 0 && counts.cycleMismatches === 0;
  const text = (): string =>
    `${counts.cases} random layers on a ${rows} x ${cols} compute core, ${cycles} cycles in Verilator\n` +
    `  ${counts.valueMismatches} with a value that differs from the plain convolution\n` +
    `  ${counts.cycleMismatches} with a cycle count that differs from the closed form\n`;
  await deliver(
    { json: { schema: 'sense.rtl/1', ...counts, rows, cols, seed, cycles }, text },
    options,
    session,
  );
  return right ? 0 : 1;
}

async function synth(options: OptionValues, session: Session): Promise<number> {
  await needs(['yosys'], 'yosys');
  const [{ synthesise }, { synthesisTable }] = await Promise.all([
    import('../../rtl/synth/synth.ts'),
    import('../../rtl/synth/table.ts'),
  ]);
  const synthesis = await synthesise({
    ...sizeOf(options, 32),
    progress: (stage, done, total) => session.progress.step({ stage: `synthesis: ${stage}`, done, total }),
  });
  await deliver({ json: synthesis, text: () => synthesisTable(synthesis) }, options, session);
  return synthesis.fits ? 0 : 1;
}
