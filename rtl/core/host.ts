/** The machine behind its registers, under Verilator: a host that reads and writes them over AXI4-Lite, and a memory. */
import type { Arch } from '../../src/arch/arch.ts';
import { DramImage, type DramTiming, idealDram } from '../../src/sim/machine/dram.ts';
import { type MachineShape, machineShape } from '../../src/sim/machine/shape.ts';
import { fromRoot } from '../tool.ts';
import { runSimulator, verilated } from '../verilator.ts';
import { machineMacros, machineParameters, machineSources } from './build.ts';

/** All SystemVerilog files of the machine and its registers. */
export const hostedSources: readonly string[] = [
  ...machineSources,
  ...['src/blocks/axi/axi_lite.sv', 'rtl/core/sense_machine.sv'].map(fromRoot),
];

export type HostAccess =
  | { readonly write: number; readonly data: number } // of the register at this address
  | { readonly read: number }
  | { readonly awaitInterrupt: number }; // the most cycles

/** To a write or a read its AXI response, 0 OKAY, 2 SLVERR, and what was read; to a wait whether the interrupt came. */
export type HostAnswer =
  | { readonly response: number; readonly data: number }
  | { readonly interrupted: boolean };

export interface Hosted {
  readonly answers: readonly HostAnswer[];
  readonly dram: DramImage; // as the machine leaves it
}

export interface HostOptions {
  readonly arch: Arch;
  readonly shape?: MachineShape;
  readonly timing?: DramTiming;
}

/** From its reset on: the accesses one after another, each waiting for its answer. */
export async function runHosted(
  dram: DramImage,
  accesses: readonly HostAccess[],
  { arch, shape = machineShape(arch), timing = idealDram }: HostOptions,
): Promise<Hosted> {
  const simulator = await verilated({
    top: 'sense_machine',
    sources: hostedSources,
    parameters: machineParameters(arch, shape),
    testbench: fromRoot('rtl/core/host.cpp'),
    headers: [fromRoot('rtl/core/dram.h')],
    macros: machineMacros(shape),
  });
  const { latency, stall, seed } = timing;
  const head = Uint32Array.of(dram.beats, latency, stall, seed, accesses.length);
  const input = [head, Uint32Array.from(accesses.flatMap(wordsOf)), dram.words];
  const bytes = await runSimulator(simulator, input.map(bytesOf), 1);
  const words = new Uint32Array(bytes.slice().buffer);
  const left = new DramImage(dram.beats);
  left.words.set(words.subarray(2 * accesses.length));
  return {
    answers: accesses.map((access, i) => answerOf(access, words[2 * i]!, words[2 * i + 1]!)),
    dram: left,
  };
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Uint32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

function wordsOf(access: HostAccess): readonly number[] {
  if ('write' in access) return [0, access.write, access.data];
  return 'read' in access ? [1, access.read, 0] : [2, 0, access.awaitInterrupt];
}

const answerOf = (access: HostAccess, response: number, data: number): HostAnswer =>
  'awaitInterrupt' in access ? { interrupted: response === 1 } : { response, data };
