/** The sequencer and the paces of its rows, each row's waves with slots of their own: a random program, and what it takes. */
import { RowPace } from '../../src/blocks/row-pace/row-pace.ts';
import { Sequencer, type WaveRecord } from '../../src/blocks/sequencer/sequencer.ts';
import type { TimedWave } from '../../src/sim/machine/wave-time.ts';
import { seeded } from '../../src/tensor/random.ts';

export const ROWS = 4;
export const TAP_WORDS = 32;

/** A wave, and its slots in each row. */
export interface ProgramWave {
  readonly record: WaveRecord;
  readonly slots: readonly number[];
}

export interface Program {
  readonly waves: readonly ProgramWave[];
  readonly weightStep: number;
}

/** A few tiles; some leave their psums where they are. The last one drains. */
export function randomProgram(seed: number, psumBanks: 1 | 2): Program {
  const { below } = seeded(seed, 'program');
  const tiles = 1 + below(5);
  let psumBank = 0;
  const waves: ProgramWave[] = [];
  for (let t = 0; t < tiles; t++) {
    const psums = t < tiles - 1 && below(4) === 0 ? 0 : 1 + below(64);
    const place = { psumBank, halo: below(3), origin: below(64), reciprocal: below(4097) };
    const count = 1 + below(4);
    for (let g = 0; g < count; g++) {
      const final = t === tiles - 1 && g === count - 1;
      const most = below(3) > 0 ? 1 + below(60) : 1;
      waves.push({
        slots: Array.from({ length: ROWS }, () => below(most)),
        record: {
          ...{ final, endsTile: g === count - 1, words: below(3) > 0 ? below(43) : 0, place, psums },
          ...{ base: below(3), header: below(100), tap: below(100), entry: waves.length, tag: below(2) },
        },
      });
    }
    if (psums > 0) psumBank = psumBanks === 2 ? 1 - psumBank : 0;
  }
  return { waves, weightStep: 2 ** below(5) };
}

export const timed = ({ waves }: Program): readonly TimedWave[] =>
  waves.map(({ record, slots }) => ({ ...record, psumBank: record.place.psumBank, slots }));

type Outputs = Pick<
  Sequencer,
  'announced' | 'load' | 'drain' | 'started' | 'ended' | 'finish' | 'running' | 'recordReady'
>;

export interface SequencerCycle extends Outputs {
  readonly record: WaveRecord | undefined;
  readonly done: readonly number[];
}

/** Every cycle to the end of the program, and a few more. `wait`: cycles that a record comes late. */
export function runProgram(
  { waves, weightStep }: Program,
  wait: () => number = () => 0,
): readonly SequencerCycle[] {
  const sequencer = new Sequencer({ tapWords: TAP_WORDS });
  const paces = Array.from({ length: ROWS }, (_, r) => new RowPace({ channelGap: 2 }, r));
  const entries = paces.map(() => ({ slots: 0, taps: 0, lane: 0, value: 0, bitmap: new Uint32Array(0) }));
  const cycles: SequencerCycle[] = [];
  let [g, late] = [0, wait()];
  for (let after = 0; after < 4; ) {
    if (cycles.length > 20_000) throw new Error('the sequencer is stuck');
    const { announced, load, drain, started, ended, finish, running } = sequencer;
    const record = late === 0 ? waves[g]?.record : undefined;
    const done = paces.map((pace) => pace.done);
    sequencer.tick({ record, weightStep, done });
    const { recordReady } = sequencer;
    cycles.push({ announced, load, drain, started, ended, finish, running, recordReady, record, done });
    if (after > 0 || finish) after++;
    for (const [r, pace] of paces.entries())
      pace.tick({ announced: r === 0 ? announced : paces[r - 1]!.announced, entry: entries[r] });
    const addresses = paces.map(({ entryAddress }) => entryAddress);
    for (const block of [sequencer, ...paces]) block.commit();
    for (const [r, at] of addresses.entries()) entries[r]!.slots = waves[at]?.slots[r] ?? 0;
    if (record && recordReady) [g, late] = [g + 1, wait()];
    else if (late > 0) late--;
  }
  return cycles;
}
