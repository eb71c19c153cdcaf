/** A quantised network on the machine: every layer's ofmap against the network in integers, silicon against the stepped machine. */
import type { Arch } from '../../src/arch/arch.ts';
import { UserError } from '../../src/errors.ts';
import { type CompiledNetwork, compileNetwork } from '../../src/sim/machine/compile.ts';
import { DramImage, type DramTiming, idealDram } from '../../src/sim/machine/dram.ts';
import { type LayerShare, layerMeter } from '../../src/sim/machine/layer-meter.ts';
import { readIfmap, writeIfmap } from '../../src/sim/machine/layout.ts';
import type { NetworkTask } from '../../src/sim/machine/network-tasks.ts';
import { machineShape } from '../../src/sim/machine/shape.ts';
import { smaller } from '../../src/sim/machine/smaller.ts';
import { type Machine, type MachineRun, stepMachine } from '../../src/sim/machine/step-machine.ts';
import { type MachineRunner, runMachine } from './build.ts';
import { same, sameTime } from './verify.ts';

export interface ChainVerification {
  /** The values that the layers write, and what each layer took of the run. */
  readonly layers: readonly string[];
  readonly names: readonly string[];
  readonly shares: readonly LayerShare[];
  readonly run: MachineRun;
  /** Layers whose ofmap in memory is not that of the network in integers. */
  readonly wrong: readonly string[];
  /** Silicon left the same memory in the same cycles; undefined where it was not asked. */
  readonly silicon: boolean | undefined;
  /** The two halves of that. */
  readonly memory: boolean | undefined;
  readonly time: boolean | undefined;
}

export interface NetworkVerifyOptions {
  readonly arch: Arch;
  readonly timing?: DramTiming;
  readonly engines?: 'stepped' | 'both';
  /** The simulator of the silicon; Verilator where left out. */
  readonly run?: MachineRunner;
  /** Before each cycle of the stepped machine: which task, and its cycle. */
  readonly watch?: (task: number, cycle: number, machine: Machine) => void;
}

/** A task as the machine holds it: its layers in one go, or one after another where that is all it can. */
export interface FittedTask {
  readonly task: NetworkTask;
  readonly net: CompiledNetwork;
}

/** Fails, naming the layer, where the machine cannot hold a layer even by itself and in parts. */
export function fitTasks(tasks: readonly NetworkTask[], arch: Arch): readonly FittedTask[] {
  const shape = machineShape(arch);
  const fit = (task: NetworkTask): readonly FittedTask[] => {
    try {
      const net = compileNetwork(task.chain.layers, arch, shape);
      writeIfmap(net.dram, net.input, task.ifmap);
      return [{ task, net }];
    } catch (error) {
      const parts = error instanceof UserError && smaller(task, arch, shape);
      if (!parts) throw error;
      return parts.flatMap(fit);
    }
  };
  return tasks.flatMap(fit);
}

export async function verifyNetwork(
  tasks: readonly NetworkTask[],
  options: NetworkVerifyOptions,
): Promise<readonly ChainVerification[]> {
  return verifyFitted(fitTasks(tasks, options.arch), options);
}

export async function verifyFitted(
  tasks: readonly FittedTask[],
  { arch, timing = idealDram, engines = 'both', run: runSilicon = runMachine, watch }: NetworkVerifyOptions,
): Promise<readonly ChainVerification[]> {
  const images = tasks.map(({ net: { dram, first } }) => {
    const copy = new DramImage(dram.beats);
    copy.words.set(dram.words);
    return { dram: copy, first, timing };
  });
  const silicon = engines === 'both' ? await runSilicon(images, arch) : [];
  return tasks.map(({ task, net }, i) => {
    const meter = layerMeter();
    const run = stepMachine(net.dram, arch, {
      ...{ first: net.first, timing },
      watch(cycle, machine) {
        meter.watch(cycle, machine);
        watch?.(i, cycle, machine);
      },
    });
    const rtl = silicon[i];
    const memory = rtl && same(rtl.dram.words, net.dram.words);
    const time = rtl?.finished && sameTime(rtl, run);
    return {
      layers: task.chain.values,
      names: task.chain.layers.map(({ name }) => name),
      shares: meter.shares(run),
      run,
      wrong: run.overflow ? task.chain.values : wrongLayers(net, task),
      ...{ memory, time, silicon: rtl && memory === true && time === true },
    };
  });
}

const wrongLayers = ({ dram, placed }: CompiledNetwork, { chain, ofmaps }: NetworkTask): readonly string[] =>
  chain.values.filter((_, i) => {
    const signed = chain.layers[i]!.low < 0;
    return !same(readIfmap(dram, placed[i + 1]!, signed), ofmaps[i]!);
  });
