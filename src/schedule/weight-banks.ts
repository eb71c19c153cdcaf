/**
 * Into how many banks a PE's memory of taps is cut for a layer: a wave's taps fill one, and a row that is ahead of the
 * others finds its next waves' taps in the next ones.
 *
 *   weightDepth 32, three lanes: words(32) = 12 -> 16, twice: 32 words
 *   9 taps   words(9)  = 4  -> 8 banks       1 tap   words(1) = 1 -> 8 banks, the most there are
 *   25 taps  words(25) = 9  -> 16 -> 2 banks
 */
import type { Arch, Pe } from '../arch/arch.ts';

export const MOST_WEIGHT_BANKS = 8;

type TapMemory = Pick<Pe, 'weightDepth' | 'weightLanes'>;

/** Words of all lanes that a row's taps touch, on whichever lane its first one lies. */
const wordsOf = (taps: number, lanes: number): number => Math.ceil((taps + lanes - 1) / lanes);

const powerOfTwo = (n: number): number => 2 ** Math.ceil(Math.log2(n));

/** Words of a bank. `most`: the taps of the virtual channel that has most of them, for any block of filters. */
export const weightStep = (most: number, { weightLanes }: TapMemory): number =>
  powerOfTwo(wordsOf(Math.max(1, most), weightLanes));

export function weightBanks(most: number, pe: TapMemory): number {
  const words = 2 * weightStep(pe.weightDepth, pe);
  return Math.min(MOST_WEIGHT_BANKS, words / weightStep(most, pe));
}

/** How many waves the rows of a layer may be apart. */
export const wavesApart = (most: number, { pace, pe }: Pick<Arch, 'pace' | 'pe'>): number =>
  pace === 'free' ? weightBanks(most, pe) : 1;
