/** `sense rtl verify --network <model>`: the layers of a network on the compute core, or on the whole machine. */
import { fail } from '../../src/errors.ts';
import type { Model } from '../../src/model/model.ts';
import type { LayerWork } from '../../src/model/work.ts';
import type { OptionValues, Session } from '../command.ts';
import type { Arch } from '../library.ts';
import { coreRunner, engineOf, machineRunner, simulatorName } from './rtl-tools.ts';
import { at, deliver, textOption, told } from './shared.ts';

interface Found {
  readonly valueMismatches: number;
  readonly cycleMismatches: number;
  readonly cycles: number;
}

type Verify = (work: LayerWork) => Promise<Found>;

export async function verifyNetworkLayers(
  { rows, cols }: { readonly rows: number; readonly cols: number },
  options: OptionValues,
  session: Session,
): Promise<number> {
  const engine = await engineOf(options);
  const name = textOption(options, 'network')!;
  const seed = options.seed as number;
  const library = await session.library();
  const [{ loadModel }, { prunedWorks }, { zcu102 }] = await Promise.all([
    import('../model-file.ts'),
    import('../../rtl/emit/work.ts'),
    import('../../src/arch/presets/zcu102.ts'),
  ]);
  const { model, zoo } = told(
    await loadModel(/\.|[\\/]/.test(name) ? at(session, name) : name, library),
    session,
  );
  const arch: Arch = { ...zcu102, array: { rows, cols } };
  const layers = textOption(options, 'layers');
  const { works, total } = prunedWorks({ model, densities: zoo?.densities, layers, arch, seed });
  if (total === 0)
    fail('no conv or fully connected layer is left to run', { at: name, hint: 'check --layers' });
  const verify: Verify = options.whole
    ? await onMachine(model, arch, await machineRunner(engine, session))
    : await onCore(arch, seed, await coreRunner(engine, session));
  const ran: (Found & { readonly layer: string })[] = [];
  for (const work of works) {
    session.progress.step({ stage: work.name, done: ran.length, total });
    ran.push({ layer: work.name, ...(await verify(work)) });
  }
  const sum = (of: (found: Found) => number): number => ran.reduce((all, found) => all + of(found), 0);
  const counts = {
    cases: ran.length,
    valueMismatches: sum((found) => found.valueMismatches),
    cycleMismatches: sum((found) => found.cycleMismatches),
  };
  const cycles = sum((found) => found.cycles);
  const what = options.whole ? 'machine, DRAM to DRAM' : 'compute core';
  const text = (): string =>
    `${ran.length} layer${ran.length === 1 ? '' : 's'} of ${model.name} on a ${rows} x ${cols} ${what}, ${cycles} cycles in ${simulatorName(engine)}\n` +
    `${ran.map(lineOf).join('')}` +
    `  ${counts.valueMismatches} with a byte that differs\n  ${counts.cycleMismatches} with a cycle count that differs\n`;
  const json = {
    ...{ schema: 'sense.rtl/1', ...counts, rows, cols, seed, cycles, engine },
    ...{ network: model.name, whole: options.whole === true, layers: ran },
  };
  await deliver({ json, text }, options, session);
  return counts.valueMismatches === 0 && counts.cycleMismatches === 0 ? 0 : 1;
}

const lineOf = ({ layer, cycles, valueMismatches, cycleMismatches }: Found & { layer: string }): string =>
  `  ${layer.padEnd(24)} ${String(cycles).padStart(12)} cycles  ${valueMismatches + cycleMismatches === 0 ? 'equal' : 'DIFFERS'}\n`;

/** Psums, addresses and cycles: silicon, stepped core, plain convolution and closed form. */
async function onCore(
  arch: Arch,
  seed: number,
  run: Awaited<ReturnType<typeof coreRunner>>,
): Promise<Verify> {
  const { verifyWorks } = await import('../../rtl/compute/verify.ts');
  return (work) => verifyWorks([work], arch, { seed, run });
}

/** Every byte and cycle: silicon, stepped machine and integers; channels in an order by their taps. */
async function onMachine(
  model: Model,
  arch: Arch,
  run: Awaited<ReturnType<typeof machineRunner>>,
): Promise<Verify> {
  const [{ verifyNetwork }, { layerTasks }, { channelOrders }] = await Promise.all([
    import('../../rtl/core/verify-network.ts'),
    import('../../src/sim/machine/layer-tasks.ts'),
    import('../../src/workload/channel-orders.ts'),
  ]);
  const orders = channelOrders(model, { ...arch, rearrange: 'static' }, 0);
  return async (work) => {
    const order = orders.orderOf(work, [0, 0]);
    const chains = await verifyNetwork(layerTasks({ ...work, order }), { arch, run });
    return {
      valueMismatches: chains.some(({ wrong, memory }) => wrong.length > 0 || !memory) ? 1 : 0,
      cycleMismatches: chains.some(({ time }) => !time) ? 1 : 0,
      cycles: chains.reduce((sum, chain) => sum + chain.run.cycles, 0),
    };
  };
}
