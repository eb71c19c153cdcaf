/** `sense rtl synth --power <model>`: what the mapped machine draws while it runs a network, and at its peak. */
import { zcu102 } from '../../src/arch/presets/zcu102.ts';
import type { LayerCost } from '../../src/cost/layer-cost.ts';
import { type Power, peakWork, powerOf, type Working, workOf } from '../../src/cost/power.ts';
import type { Resources } from '../../src/cost/resources.ts';
import type { OptionValues, Session } from '../command.ts';
import { at, ruleFor, told, workloadOf } from './shared.ts';

export interface NetworkPower {
  readonly model: string;
  readonly cycles: number;
  readonly working: Working; // over the whole run
  readonly running: Power;
  readonly peak: Power;
  readonly publishedWatts: number;
}

/** The paper's abstract, claim C6. */
const PUBLISHED_WATTS = 11.2;

export interface Mapped {
  readonly resources: Resources;
  readonly pe: typeof zcu102.pe;
  readonly rows: number;
  readonly cols: number;
}

export async function networkPower(
  name: string,
  { resources, pe, rows, cols }: Mapped,
  options: OptionValues,
  session: Session,
): Promise<NetworkPower> {
  const library = await session.library();
  const [{ loadModel }, { run }, { sense }] = await Promise.all([
    import('../model-file.ts'),
    import('../../src/flow.ts'),
    import('../../src/accel/sense.ts'),
  ]);
  const loaded = told(await loadModel(/\.|[\\/]/.test(name) ? at(session, name) : name, library), session);
  const arch = { ...zcu102, array: { rows, cols }, pe };
  const costs: LayerCost[] = [];
  const machine: typeof sense = {
    ...sense,
    cost: (work, on) => {
      const cost = sense.cost(work, on);
      costs.push(cost);
      return cost;
    },
  };
  run({
    ...workloadOf(loaded, undefined, name),
    ...{ machine, arch, batch: 1, rule: ruleFor(sense, {}), seed: options.seed as number },
  });
  const cycles = costs.reduce((sum, cost) => sum + cost.cycles, 0);
  const shape = { pes: rows * cols, bram36: resources.bram36, hertz: arch.clock };
  // Each layer counts as long as it takes.
  const layers = costs.map((cost) => ({
    share: cost.cycles / cycles,
    working: workOf(cost.activity, { ...shape, cycles: cost.cycles }),
  }));
  const mean = (of: keyof Working): number =>
    layers.reduce((sum, { share, working }) => sum + share * working[of], 0);
  const working = {
    logic: mean('logic'),
    lutram: mean('lutram'),
    bram: mean('bram'),
    dramBitsPerSecond: mean('dramBitsPerSecond'),
  };
  return {
    model: loaded.model.name,
    cycles,
    working,
    running: powerOf(resources, working, arch.clock),
    peak: powerOf(resources, peakWork(arch.dram.bytesPerSecond), arch.clock),
    publishedWatts: PUBLISHED_WATTS,
  };
}

const PARTS = [
  'static',
  'processingSystem',
  'clock',
  'logic',
  'nets',
  'lutram',
  'bram',
  'dsp',
  'dram',
  'total',
] as const;

export function powerTable({ model, running, peak, publishedWatts, working }: NetworkPower): string {
  const watts = (value: number): string => value.toFixed(2).padStart(10);
  return [
    '',
    `power, watts: an estimate, +-30 %${`running ${model}`.padStart(30)}${'at peak'.padStart(10)}`,
    ...PARTS.map((part) => `  ${part.padEnd(51)}${watts(running[part])}${watts(peak[part])}`),
    `  the paper's abstract says${''.padEnd(26)}${watts(publishedWatts)}`,
    `multipliers and their logic work ${(100 * working.logic).toFixed(0)} % of the cycles; coefficients of one public`,
    'post-route report of the family; static, processing system and DRAM are estimates; nothing is fitted to the total',
    '',
  ].join('\n');
}
