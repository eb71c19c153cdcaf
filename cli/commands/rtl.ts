/** `sense rtl verify|synth|emit`: the machine in SystemVerilog, simulated, synthesised and counted, written out. */
import type { Lean } from '../../rtl/lean.ts';
import { fail } from '../../src/errors.ts';
import type { Command, OptionValues, Session } from '../command.ts';
import { checkOutputs } from '../files.ts';
import { oneOf, whole } from '../options.ts';
import { coreRunner, ENGINES, engineOf, needs, simulatorName } from './rtl-tools.ts';
import { at, deliver, jsonTarget } from './shared.ts';

const ACTIONS = ['verify', 'synth', 'emit'] as const;
const LEAN = ['none', 'bram', 'lut'] as const satisfies readonly Lean[];

/** Layers a simulation takes at a time, so that there is progress to show. */
const BATCH = 25;

export const rtl: Command = {
  name: 'rtl',
  summary:
    'check the SystemVerilog against the models (verify), count what it takes of an FPGA (synth), write a layer of it (emit)',
  args: `<${ACTIONS.join('|')}> [model]`,
  options: [
    { flags: '--rows <n>', says: 'rows of the array (verify, emit: 8, synth: 32)', parse: whole(1, 64) },
    { flags: '--cols <n>', says: 'columns of the array (verify, emit: 8, synth: 32)', parse: whole(1, 64) },
    { flags: '--cases <n>', says: 'verify: random layers to run', parse: whole(1, 100_000), fallback: 200 },
    {
      flags: '--engine <engine>',
      says: 'verify: verilator, or npm, which needs Node alone (default: verilator where it is installed)',
      parse: oneOf(ENGINES),
    },
    {
      flags: '--network <model>',
      says: 'verify: the layers of this network, pruned by half, instead of random ones; its ifmaps are drawn at published densities or one half',
    },
    { flags: '--layers <glob>', says: 'verify --network: only layers whose names match' },
    { flags: '--whole', says: 'verify: networks on the whole machine, DRAM to DRAM, not layers on its core' },
    {
      flags: '--lean <what>',
      says: 'synth, verify --whole: the fast machine, one sparing with bram (a bank of psums a PE) or with lut (psums in block RAM)',
      parse: oneOf(LEAN),
      fallback: 'none',
    },
    { flags: '--power <model>', says: 'synth: also what it draws while it runs this network, estimated' },
    { flags: '-o, --output <folder>', says: 'emit: the folder to write' },
    { flags: '--layer <name>', says: 'emit: the layer (default: the first one)' },
    { flags: '--force', says: 'emit: write into a folder that is not empty' },
  ],
  examples: [
    'sense rtl verify --cases 200 --rows 8 --cols 8',
    "sense rtl verify --network alexnet --layers 'conv*'",
    'sense rtl synth --json',
    'sense rtl emit lenet5 --layer conv2 -o lenet5-conv2',
  ],

  async run([action, model], options, session) {
    const json = jsonTarget(options);
    if (json !== undefined && json !== 'stdout') checkOutputs([at(session, json)]);
    if (action === 'verify' && options.network !== undefined) {
      const { verifyNetworkLayers } = await import('./rtl-network.ts');
      return verifyNetworkLayers(sizeOf(options, 8), options, session);
    }
    if (action === 'verify' && options.whole) {
      const { verifyWhole } = await import('./rtl-machine.ts');
      const engine = await engineOf(options);
      return verifyWhole({ ...sizeOf(options, 4), lean: leanOf(options), engine }, options, session);
    }
    if (action === 'verify') return verify(options, session);
    if (action === 'synth') return synth(options, session);
    if (action === 'emit') {
      const { emit } = await import('./rtl-emit.ts');
      const name = model ?? fail('emit takes a model', { hint: 'sense rtl emit lenet5 -o lenet5-rtl' });
      return emit({ name, ...sizeOf(options, 8) }, options, session);
    }
    return fail(`sense rtl cannot "${action}"`, { hint: `sense rtl ${ACTIONS.join(', sense rtl ')}` });
  },
};

const sizeOf = (options: OptionValues, otherwise: number) => ({
  rows: (options.rows as number | undefined) ?? otherwise,
  cols: (options.cols as number | undefined) ?? otherwise,
});

const leanOf = ({ lean }: OptionValues) => lean as Lean;

async function verify(options: OptionValues, session: Session): Promise<number> {
  const engine = await engineOf(options);
  const run = await coreRunner(engine, session);
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
      run,
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
    `${counts.cases} random layers on a ${rows} x ${cols} compute core, ${cycles} cycles in ${simulatorName(engine)}\n` +
    `  ${counts.valueMismatches} with a value that differs from the plain convolution\n` +
    `  ${counts.cycleMismatches} with a cycle count that differs from the closed form\n`;
  await deliver(
    { json: { schema: 'sense.rtl/1', ...counts, rows, cols, seed, cycles, engine }, text },
    options,
    session,
  );
  return right ? 0 : 1;
}

async function synth(options: OptionValues, session: Session): Promise<number> {
  await needs(['yosys']);
  const [{ archOf }, { synthesise }, { synthesisTable }, { networkPower, powerTable }] = await Promise.all([
    import('../../rtl/lean.ts'),
    import('../../rtl/synth/synth.ts'),
    import('../../rtl/synth/table.ts'),
    import('./rtl-power.ts'),
  ]);
  const size = { ...sizeOf(options, 32), lean: leanOf(options) };
  session.progress.step({ stage: 'synthesis, a minute or two', done: 0, total: 1 });
  const synthesis = await synthesise(size);
  const name = options.power as string | undefined;
  const mapped = { ...size, resources: synthesis, pe: archOf(size).pe };
  const power = name === undefined ? undefined : await networkPower(name, mapped, options, session);
  await deliver(
    {
      json: power === undefined ? synthesis : { ...synthesis, power },
      text: () => synthesisTable(synthesis) + (power === undefined ? '' : powerTable(power)),
    },
    options,
    session,
  );
  return synthesis.fits ? 0 : 1;
}
