/** Random networks on the whole machine in silicon, from DRAM to DRAM, held to plain arithmetic and to the stepped machine. */
import fc from 'fast-check';
import type { Arch } from '../../src/arch/arch.ts';
import { type CompiledNetwork, compileNetwork } from '../../src/sim/machine/compile.ts';
import { DramImage } from '../../src/sim/machine/dram.ts';
import { readIfmap, writeIfmap } from '../../src/sim/machine/layout.ts';
import { type MachineShape, machineShape } from '../../src/sim/machine/shape.ts';
import { type MachineRun, stepMachine } from '../../src/sim/machine/step-machine.ts';
import type { ByteData } from '../../src/tensor/tensor.ts';
import { archOf, type LeanSize } from '../lean.ts';
import { type MachineRunner, runMachine } from './build.ts';
import { anyNetwork, type MachineCase, plainNetwork } from './networks.ts';

export interface MachineVerification {
  readonly cases: number;
  /** Drawn, and too large for memories this small. */
  readonly tooLarge: number;
  /** Of the cases, those with several partitions, with weights first, with blocks in chunks, with several layers. */
  readonly partitioned: number;
  readonly weightFirst: number;
  readonly chunked: number;
  readonly chains: number;
  /** Networks of which an ofmap byte differs from plain arithmetic, or a byte of memory between silicon and model. */
  readonly valueMismatches: number;
  /** Networks of which the cycles, or the beats moved by any port, differ between silicon and model. */
  readonly cycleMismatches: number;
  readonly cycles: number;
}

/** Memories so small that layers of a few channels come in partitions, units and chunks. */
export const smallShape = (arch: Arch): MachineShape => ({
  ...machineShape(arch),
  ...{ entries: 128, valueBeats: 64, weightBeats: 16, ofmWords: 64, tiles: 64, partitions: 16 },
  ...{ channels: 512, headerBeats: 64, groups: 128, emits: 1024, filters: 64 },
});

export interface VerifyMachineOptions extends LeanSize {
  readonly cases: number;
  readonly seed: number;
  /** The simulator; Verilator where left out. */
  readonly run?: MachineRunner;
}

export async function verifyMachine({
  cases,
  seed,
  run = runMachine,
  ...size
}: VerifyMachineOptions): Promise<MachineVerification> {
  const drawn = fc.sample(fc.noBias(anyNetwork), { numRuns: cases, seed });
  return verifyNetworks(drawn, { arch: archOf(size), seed, run });
}

export async function verifyNetworks(
  drawn: readonly MachineCase[],
  options: {
    readonly arch: Arch;
    readonly seed: number;
    readonly shape?: MachineShape;
    readonly run?: MachineRunner;
  },
): Promise<MachineVerification> {
  const { arch, seed, shape = smallShape(arch), run = runMachine } = options;
  const compiled = drawn.flatMap((network, i) => {
    // Every other one with weights first, where that is a choice at all.
    const reuse = i % 2 === 0 ? undefined : ('reuse-weight-first' as const);
    const net = compiledOrUndefined(network, { ...arch, reuse }, shape);
    return net ? [{ network, net }] : [];
  });
  const before = compiled.map(({ net: { dram, first }, network: { timing } }) => ({
    dram: copy(dram),
    ...{ first, timing, limit: 10_000_000 },
  }));
  const runs = await run(before, arch, { seed, shape });
  let [valueMismatches, cycleMismatches, cycles] = [0, 0, 0];
  for (const [i, { net, network }] of compiled.entries()) {
    const silicon = runs[i]!;
    const stepped = stepMachine(net.dram, arch, { first: net.first, timing: network.timing, shape });
    const right = same(outputOf(net), plainNetwork(network.layers, network.ifmap)) && !stepped.overflow;
    if (!right || !same(silicon.dram.words, net.dram.words)) valueMismatches++;
    if (!silicon.finished || !sameTime(silicon, stepped)) cycleMismatches++;
    cycles += silicon.cycles;
  }
  const count = (test: (net: CompiledNetwork) => boolean): number =>
    compiled.filter(({ net }) => test(net)).length;
  return {
    cases: compiled.length,
    tooLarge: drawn.length - compiled.length,
    partitioned: count((net) => net.layers.some((layer) => layer.regions.length > 1)),
    weightFirst: count((net) => net.layers.some((layer) => layer.weightFirst)),
    chunked: count((net) => net.layers.some((layer) => layer.chunkGroups < layer.groups)),
    chains: count((net) => net.layers.length > 1),
    ...{ valueMismatches, cycleMismatches, cycles },
  };
}

function compiledOrUndefined({ layers, ifmap }: MachineCase, arch: Arch, shape: MachineShape) {
  try {
    const net = compileNetwork(layers, arch, shape);
    writeIfmap(net.dram, net.input, ifmap);
    return net;
  } catch (error) {
    if (error instanceof Error && error.message.includes('no way to cut')) return undefined;
    throw error;
  }
}

export const outputOf = ({ dram, output, outputSigned }: CompiledNetwork): ByteData =>
  readIfmap(dram, output, outputSigned);

export const sameTime = (a: MachineRun, b: MachineRun): boolean =>
  a.cycles === b.cycles &&
  a.beatsWritten === b.beatsWritten &&
  a.burstsWritten === b.burstsWritten &&
  same(a.beatsRead, b.beatsRead) &&
  same(a.layerStarts, b.layerStarts);

function copy(dram: DramImage): DramImage {
  const image = new DramImage(dram.beats);
  image.words.set(dram.words);
  return image;
}

export const same = (a: ArrayLike<number>, b: ArrayLike<number>): boolean => {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
};
