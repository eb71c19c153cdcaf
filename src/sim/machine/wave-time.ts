/**
 * The closed form of decision 001 over a list of waves: what a program takes when no record is ever late. Everything
 * waits for the latest of what it needs and for nothing else, so that a late record never makes a run shorter.
 */
import type { Arch } from '../../arch/arch.ts';
import { BANK_SWITCH, type WaveRecord } from '../../blocks/sequencer/sequencer.ts';

/** Cycles from the first load to the end of the last drain, in the sequencer's time: without the skew of the array. */
export function wavesTime(waves: readonly WaveRecord[], { pe }: Arch): number {
  let time = waves[0] ? waves[0].words + BANK_SWITCH : 0;
  let drained = 0; // when the psums of the tile before are out
  for (const [g, wave] of waves.entries()) {
    const next = waves[g + 1];
    const loaded = next ? time + next.words + BANK_SWITCH : 0;
    time += wave.slots + pe.channelGap;
    if (wave.endsTile) {
      time = Math.max(time, drained);
      drained = time + (wave.psums > 0 ? wave.psums + BANK_SWITCH : 0);
      if (pe.psumBanks === 1) time = drained;
    }
    time = Math.max(time, loaded);
  }
  return Math.max(time, drained);
}
