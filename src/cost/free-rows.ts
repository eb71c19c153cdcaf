/**
 * Time on the array where every row goes on by itself, in closed form over non-zero counts. A wave w of the program, its
 * rows r, B banks of weights in a PE:
 *
 *   load(w)    = max(announced(w - 1), done(w - B) + 2)                 begins: its bank is free
 *   announced  = max(load + words + 2, psums of its bank are out)
 *   start(r)   = max(announced, end(r, w - 1)),  end(r) = start(r) + n * K + gap     a row without work too
 *   done(w)    = max(done(w - 1) + 2, max over r of end(r), start(r) + r + 8)     and, where its tile drains, the drain before is over
 *   drained    = done + psums + 2                                       then the psum bank is free
 *
 * Rows and columns are skewed by one cycle each; what the rows' skew costs is the r in done(w), and only where a row does
 * not know early enough that it will be done; the rest is paid once, at the end of a layer (docs/decisions/001, 007).
 */
import type { Arch } from '../arch/arch.ts';
import type { Pass, PassPlace } from './passes.ts';
import { BANK_SWITCH } from './timing.ts';

/** At either pace: when the array is done with each pass. */
export interface ArrayTime {
  readonly ends: readonly number[]; // of each pass, the last drain left out
  readonly cycles: number; // up to the end of the last drain; the skew of the array is not in here
  /** Of each resource. Compute is what its slowest part cannot do faster: the waves in lock-step, else the busiest row. */
  readonly busy: { readonly compute: number; readonly weights: number; readonly drain: number };
}

/** From the start of row 0's wave to the slot in which the sequencer can know its end; of each row below, a slot later. */
const KNOWN = 8;
/** Waves are done no sooner after each other, and a load begins no sooner after the wave whose bank it takes. */
const TURN = 2;

/** The passes one after another; `banks`: of weights. */
export function freeRows(passes: Iterable<Pass>, { array: { rows }, pe }: Arch, banks: number): ArrayTime {
  const psumBank = psumBanks(pe.psumBanks);
  const ends: number[] = [];
  const rowEnd = new Float64Array(rows);
  const rowBusy = new Float64Array(rows);
  const bankDone = new Float64Array(banks).fill(-TURN); // of the wave that had it last
  const clear = new Float64Array(pe.psumBanks); // when a bank's psums are out
  let [announced, done, drained, wave, weights, drain] = [0, 0, 0, 0, 0, 0];
  for (const pass of passes) {
    for (const { waves, works, words, psums } of pass.tiles) {
      const bank = psumBank(pass, psums > 0);
      for (let g = 0; g < waves; g++, wave++) {
        const load = words[g]! + BANK_SWITCH;
        announced = Math.max(Math.max(announced, bankDone[wave % banks]! + TURN) + load, clear[bank]!);
        weights += load;
        let last = 0;
        for (let r = 0, i = g * rows; r < rows; r++, i++) {
          const slots = works[i]! + pe.channelGap;
          const start = Math.max(announced, rowEnd[r]!);
          const end = start + slots;
          rowEnd[r] = end;
          rowBusy[r]! += slots;
          last = Math.max(last, end, start + r + KNOWN);
        }
        done = Math.max(done + TURN, last);
        if (psums > 0 && g === waves - 1) {
          done = Math.max(done, drained);
          drained = done + psums + BANK_SWITCH;
          drain += psums + BANK_SWITCH;
          clear[bank] = drained;
        }
        bankDone[wave % banks] = done;
      }
    }
    ends.push(done);
  }
  return { ends, cycles: Math.max(done, drained), busy: { compute: Math.max(...rowBusy), weights, drain } };
}

/** The psum bank of each tile: the one after that which drained last, but psums that stay are where their block has them. */
export function psumBanks(banks: number): (pass: PassPlace, drains: boolean) => number {
  let [next, ofGroup] = [0, 0];
  let open: PassPlace | undefined;
  return (pass, drains) => {
    if (pass !== open && pass.firstOfGroup) ofGroup = next;
    open = pass;
    const bank = pass.stays ? (ofGroup + pass.place) % banks : next;
    if (drains) next = (bank + 1) % banks;
    return bank;
  };
}
