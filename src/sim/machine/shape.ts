/** How large the machine's memories are: what the buffers of an Arch come to, and tables that no Arch speaks of. */
import type { Arch } from '../../arch/arch.ts';
import { ofmLanesOf, weightPortsOf } from '../../arch/ports.ts';
import { BEAT_BYTES } from '../../blocks/table-memory/beat.ts';

export interface MachineShape {
  readonly ofmLanes: number; // filters that are requantised at a time; divides the columns
  readonly weightPorts: number; // of DRAM, that weights come through; divides the columns
  readonly entries: number; // waves an ifmap half
  readonly valueBeats: number; // a row and half
  readonly weightBeats: number; // a column and half
  readonly ofmWords: number; // a column and half
  readonly channels: number; // virtual channels of a layer
  readonly headerBeats: number;
  readonly groups: number;
  readonly tiles: number;
  readonly partitions: number;
  readonly emits: number;
  readonly filters: number;
  readonly lutRemainders: boolean; // what memories have beyond whole halves of block RAM lies in LUTs
}

/** Masters that read: tables, bitmaps, values, and the weights' ports. */
export const readersOf = ({ weightPorts }: MachineShape): number => FIRST_WEIGHT_PORT + weightPorts;
export const FIRST_WEIGHT_PORT = 3;

/** Of what each master that reads has brought: tables, ifmap, and all weights together. */
export const byKind = (beatsRead: readonly number[]): readonly [number, number, number] => {
  const [tables, bitmaps, values, ...weights] = beatsRead;
  return [tables!, bitmaps! + values!, weights.reduce((sum, beats) => sum + beats, 0)];
};

/** Words of `weightLanes` taps in a beat of weights; bare taps are weights without offsets. */
export const wordsPerBeat = ({ pe }: Arch): number =>
  Math.floor(128 / (pe.weightLanes * tapBits(pe.psumDepth)));
export const bareWordsPerBeat = ({ pe }: Arch): number => Math.floor(128 / (pe.weightLanes * 8));

/** Bits of a tap's address that tell the words of its beat apart. */
export const subBits = (arch: Arch): number => Math.ceil(Math.log2(bareWordsPerBeat(arch)));

/** A tap: its weight, and its offset among the psums. */
export const tapBits = (psumDepth: number): number => 8 + Math.ceil(Math.log2(psumDepth));

/** Double-buffered halves in whole powers of two, for two of which stream addresses have room. */
export function machineShape(arch: Arch): MachineShape {
  const { array, pe, buffers } = arch;
  const half = (bytes: number, ways: number, each: number): number =>
    Math.max(16, Math.min(1024, 2 ** Math.floor(Math.log2(bytes / 2 / ways / each))));
  const valueBeats = half(buffers.ifmapBytes, array.rows, BEAT_BYTES);
  return {
    ofmLanes: ofmLanesOf(arch),
    weightPorts: weightPortsOf(arch),
    // A wave's tile rarely has fewer values a row than a beat holds.
    entries: Math.min(512, valueBeats),
    valueBeats,
    weightBeats: half(buffers.weightBytes, array.cols, BEAT_BYTES),
    ofmWords: half(buffers.ofmapBytes, array.cols, 4),
    channels: 4096,
    headerBeats: 512,
    groups: 512,
    tiles: 512,
    partitions: 64,
    emits: 2048,
    filters: 1024,
    lutRemainders: pe.psumBanks === 1 && pe.psumDepth <= 64, // such PEs leave LUTs over
  };
}
