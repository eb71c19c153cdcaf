/**
 * The closed form of decision 007 over a list of waves: what a program takes when no record is ever late. Everything
 * waits for the latest of what it needs and for nothing else, so that a late record never makes a run shorter.
 */
import type { Arch } from '../../arch/arch.ts';
import { BANK_SWITCH, type WaveRecord } from '../../blocks/sequencer/sequencer.ts';

export type TimedWave = Pick<WaveRecord, 'words' | 'endsTile' | 'psums'> & {
  readonly psumBank: number;
  readonly slots: ArrayLike<number>; // of every row
};

/** Slots, from the first load on, in the sequencer's time: without the skew of the array. */
export interface WaveTime {
  readonly load: number; // its weights begin to load
  readonly announced: number; // rows may start it
  readonly over: number; // every row is done with it
  readonly drained: number | undefined; // the psums of its tile are out, where they leave after it
}

/** Rows say ahead that they are done. From the start of row 0's wave to the slot in which that can be known; of each row below, a slot later. */
const HEARD = 8;
/** Waves are over no sooner after each other, and a load begins no sooner after the wave whose place it takes. */
const TURN = 2;

/** `banks`: waves whose weights are in the PEs at once. */
export function waveTimes(
  waves: readonly TimedWave[],
  banks: number,
  { array, pe }: Arch,
): readonly WaveTime[] {
  const ends = new Array<number>(array.rows).fill(0); // of each row's wave before
  const times: WaveTime[] = [];
  const clear = [0, 0]; // when the psums of the tile before have left a bank
  let out = 0; // when they have left whichever bank it was
  for (const [w, { words, endsTile, psums, psumBank, slots }] of waves.entries()) {
    const before = times[w - 1] ?? { announced: 0, over: 0 };
    const load = Math.max(before.announced, w < banks ? 0 : times[w - banks]!.over + TURN);
    const announced = Math.max(load + words + BANK_SWITCH, clear[psumBank]!);
    const starts = ends.map((end) => Math.max(announced, end));
    for (const [r, start] of starts.entries()) ends[r] = start + (slots[r] ?? 0) + pe.channelGap;
    const drains = endsTile && psums > 0;
    const heard = Math.max(...starts.map((start, r) => start + r + HEARD));
    const over = Math.max(before.over + TURN, ...ends, heard, drains ? out : 0);
    if (drains) clear[psumBank] = out = over + psums + BANK_SWITCH;
    times.push({ load, announced, over, drained: drains ? out : undefined });
  }
  return times;
}

/** Cycles from the first load to the end of the last drain. */
export const wavesTime = (waves: readonly TimedWave[], banks: number, arch: Arch): number =>
  waveTimes(waves, banks, arch).reduce((end, { over, drained = 0 }) => Math.max(end, over, drained), 0);
