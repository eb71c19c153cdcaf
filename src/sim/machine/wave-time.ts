/** The closed form of decision 001 over a list of waves: what a program takes when no record is ever late. */
import type { Arch } from '../../arch/arch.ts';
import { BANK_SWITCH, type WaveRecord } from '../../blocks/sequencer/sequencer.ts';

/** Cycles from the first load to the end of the last drain, in the sequencer's time: without the skew of the array. */
export function wavesTime(waves: readonly WaveRecord[], { pe }: Arch): number {
  const [first] = waves;
  if (!first) return 0;
  let time = first.words + BANK_SWITCH;
  let [tileStart, drain] = [time, 0];
  for (const [g, wave] of waves.entries()) {
    const next = waves[g + 1];
    time += Math.max(wave.slots + pe.channelGap, next ? next.words + BANK_SWITCH : 0);
    if (!wave.endsTile) continue;
    if (pe.psumBanks === 2) time = Math.max(time, tileStart + drain);
    drain = wave.psums > 0 ? wave.psums + BANK_SWITCH : 0;
    if (pe.psumBanks === 1) time += drain;
    tileStart = time;
  }
  return time + (pe.psumBanks === 2 ? drain : 0);
}
