/** A quantised network on the machine: every layer's ofmap against the network in integers, silicon against the stepped machine. */
import type { Arch } from '../../src/arch/arch.ts';
import { type CompiledNetwork, compileNetwork } from '../../src/sim/machine/compile.ts';
import { DramImage, type DramTiming, idealDram } from '../../src/sim/machine/dram.ts';
import { readIfmap, writeIfmap } from '../../src/sim/machine/layout.ts';
import type { NetworkTask } from '../../src/sim/machine/network-tasks.ts';
import { type MachineRun, stepMachine } from '../../src/sim/machine/step-machine.ts';
import { type RtlMachineRun, runMachine } from './build.ts';
import { same, sameTime } from './verify.ts';

export interface ChainVerification {
  readonly layers: readonly string[];
  readonly run: MachineRun;
  /** Layers whose ofmap in memory is not that of the network in integers. */
  readonly wrong: readonly string[];
  /** Silicon left the same memory in the same cycles; undefined where it was not asked. */
  readonly silicon: boolean | undefined;
}

export interface NetworkVerifyOptions {
  readonly arch: Arch;
  readonly timing?: DramTiming;
  readonly engines?: 'stepped' | 'both';
}

export async function verifyNetwork(
  tasks: readonly NetworkTask[],
  { arch, timing = idealDram, engines = 'both' }: NetworkVerifyOptions,
): Promise<readonly ChainVerification[]> {
  const nets = tasks.map(({ chain, ifmap }) => {
    const net = compileNetwork(chain.layers, arch);
    writeIfmap(net.dram, net.input, ifmap);
    return net;
  });
  const images = nets.map(({ dram, first }) => {
    const copy = new DramImage(dram.beats);
    copy.words.set(dram.words);
    return { dram: copy, first, timing };
  });
  const silicon = engines === 'both' ? await runMachine(images, arch) : [];
  return tasks.map((task, i) => {
    const net = nets[i]!;
    const run = stepMachine(net.dram, arch, { first: net.first, timing });
    const rtl = silicon[i];
    return {
      layers: task.chain.values,
      run,
      wrong: run.overflow ? task.chain.values : wrongLayers(net, task),
      silicon: rtl && equalRuns(rtl, run, net.dram),
    };
  });
}

const equalRuns = (silicon: RtlMachineRun, stepped: MachineRun, left: DramImage): boolean =>
  silicon.finished && sameTime(silicon, stepped) && same(silicon.dram.words, left.words);

const wrongLayers = ({ dram, placed }: CompiledNetwork, { chain, ofmaps }: NetworkTask): readonly string[] =>
  chain.values.filter((_, i) => {
    const signed = chain.layers[i]!.low < 0;
    return !same(readIfmap(dram, placed[i + 1]!, signed), ofmaps[i]!);
  });
