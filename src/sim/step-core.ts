/**
 * The compute core cycle by cycle: the machine's blocks and their stream memories, ticked and committed together.
 * What it drains and how many cycles it takes is what the silicon does, and what the closed form says.
 */
import type { Arch } from '../arch/arch.ts';
import { PeArray } from '../blocks/array/array.ts';
import { FEED } from '../blocks/feed.ts';
import { IfmStream, type RowEntry } from '../blocks/ifm-stream/ifm-stream.ts';
import { tapWordBits } from '../blocks/pe/pe.ts';
import { PsumDrain } from '../blocks/psum-drain/psum-drain.ts';
import { RowPace } from '../blocks/row-pace/row-pace.ts';
import { Sequencer } from '../blocks/sequencer/sequencer.ts';
import { type LoadHeader, type TapWord, WeightLoader } from '../blocks/weight-loader/weight-loader.ts';
import type { ComputeProgram } from './compute-program.ts';

export interface DrainedPsum {
  readonly column: number;
  readonly address: number;
  readonly psum: number;
}

export interface CoreRun {
  /** From the first weight at the array's edge to the last psum out of the far corner. */
  readonly cycles: number;
  /** Psums of each column in the order in which they left: address by address, tile after tile. */
  readonly psums: readonly Int32Array[];
  readonly addresses: readonly Uint16Array[];
}

/** A memory that answers a cycle after its address, or more. */
class Memory<T> {
  out: T | undefined;
  readonly #read: (address: number) => T | undefined;
  readonly #later: (T | undefined)[]; // what it answers from the next cycle on, the last first
  #address = 0;
  #held = -1; // the address that was read last

  constructor(read: (address: number) => T | undefined, cycles = 1) {
    this.#read = read;
    this.#later = new Array(cycles).fill(undefined);
  }

  tick(address: number): void {
    this.#address = address;
  }

  commit(): void {
    const read = this.#address === this.#held ? this.#later[0] : this.#read(this.#address);
    this.#held = this.#address;
    this.#later.copyWithin(1, 0);
    this.#later[0] = read;
    this.out = this.#later.at(-1);
  }
}

export interface StepOptions {
  /** The order in which the blocks tick, which must not matter. */
  readonly order?: 'forward' | 'reverse';
  /** Cycles that each record comes late, after the one before it was taken. */
  readonly waits?: readonly number[];
  /** Sees the blocks in every cycle, their outputs as they stand before its clock edge. */
  readonly watch?: (now: CoreNow) => void;
}

export interface CoreNow {
  /** 0 in the first cycle that counts, when the first weights reach the array's edge; less before it. */
  readonly slot: number;
  readonly feeders: readonly Pick<IfmStream, 'operation'>[]; // of each row
  readonly array: Pick<PeArray, 'grid' | 'psum'>;
  readonly loader: Pick<WeightLoader, 'chain'>;
  readonly drain: Pick<PsumDrain, 'command' | 'leaving'>;
}

/** Run a program to its end. */
export function stepCore(
  program: ComputeProgram,
  arch: Arch,
  { order = 'forward', waits = [], watch }: StepOptions = {},
): CoreRun {
  const { rows, cols } = arch.array;
  const core = assemble(program, arch, waits);
  const parts = order === 'forward' ? core.parts : core.parts.toReversed();
  const [psums, addresses] = [columnLists(cols), columnLists(cols)];
  let [cycles, begun] = [0, Number.POSITIVE_INFINITY];
  // No wave is longer than all its rows' slots, loads and drains together, and what is heard of its last row.
  const limit = program.waves.reduce(
    (sum, wave, g) => sum + slotsOf(program, g, rows) + wave.words + wave.psums + rows + 16,
    waits.reduce((sum, wait) => sum + wait, 64 + 4 * (rows + cols)),
  );
  for (let t = 0; ; t++) {
    if (t > limit) throw new Error(`the core has not finished after ${t} cycles`);
    if (core.sequencer.running) begun = Math.min(begun, t + FEED);
    watch?.({ ...core, slot: Number.isFinite(begun) ? t - begun : Number.NEGATIVE_INFINITY });
    for (let c = 0; c < cols; c++) {
      const address = core.drain.leaving(c);
      if (address === undefined) continue;
      addresses[c]!.push(address);
      psums[c]!.push(core.array.psum(c));
    }
    if (core.drain.finished) {
      cycles = t - begun;
      break;
    }
    for (const part of parts) part.tick();
    for (const part of parts) part.commit();
  }
  return {
    cycles,
    psums: psums.map((column) => Int32Array.from(column)),
    addresses: addresses.map((column) => Uint16Array.from(column)),
  };
}

const columnLists = (cols: number): number[][] => Array.from({ length: cols }, () => []);

interface Part {
  readonly tick: () => void;
  readonly commit: () => void;
}

/** The blocks and memories, and what each reads of the others. */
function assemble(program: ComputeProgram, { array: { rows, cols }, pe }: Arch, waits: readonly number[]) {
  const sequencer = new Sequencer({ tapWords: 2 ** tapWordBits(pe) });
  const paces = Array.from({ length: rows }, (_, r) => new RowPace(pe, r));
  const feeders = Array.from({ length: rows }, () => new IfmStream({ ...pe, signed: program.signed }));
  const loader = new WeightLoader({ cols });
  const drain = new PsumDrain({ rows, cols });
  const array = new PeArray({ rows, cols, ...pe });

  const waves = program.waves.length === 0 ? [NO_WAVE] : program.waves;
  let record = 0; // the one that is offered
  let late = waits[0] ?? 0;
  let taken = false;
  const headers = new Memory((word) => headerAt(program, word, pe.weightLanes), 2);
  const taps = Array.from(
    { length: cols },
    (_, c) => new Memory((word) => tapsAt(program, word * cols + c, pe.weightLanes), 2),
  );
  const entries = feeders.map((_, r) => new Memory((g) => entryAt(program, g * rows + r, pe.psumDepth)));
  const values = feeders.map((_, r) => new Memory((i) => program.values[r]![i], 2));

  const above = (r: number) => (r === 0 ? sequencer : paces[r - 1]!);
  const part = <T>(block: { tick(inputs: T): void; commit(): void }, inputs: () => T): Part => ({
    tick: () => block.tick(inputs()),
    commit: () => block.commit(),
  });
  const parts: Part[] = [
    {
      tick: () => {
        const offered = late === 0 ? waves[record] : undefined;
        taken = sequencer.recordReady && offered !== undefined;
        sequencer.tick({
          record: offered,
          weightStep: program.weightStep,
          done: paces.map(({ done }) => done),
        });
      },
      commit: () => {
        if (taken) late = waits[++record] ?? 0;
        else if (late > 0) late--;
        sequencer.commit();
      },
    },
    ...feeders.flatMap((feeder, r) => [
      part(paces[r]!, () => ({ announced: above(r).announced, entry: entries[r]!.out })),
      part(feeder, () => ({
        control: paces[r]!.control,
        entry: entries[r]!.out,
        value: values[r]!.out,
      })),
      part(entries[r]!, () => paces[r]!.entryAddress),
      part(values[r]!, () => feeder.valueAddress),
    ]),
    part(loader, () => ({
      load: sequencer.load,
      header: headers.out,
      taps: taps.map((memory) => memory.out),
    })),
    part(headers, () => loader.headerAddress),
    ...taps.map((memory, c) => part(memory, () => loader.tapAddress[c]!)),
    part(drain, () => ({ drain: sequencer.drain, finish: sequencer.finish })),
    part(array, () => ({
      rows: feeders.map((feeder) => feeder.operation),
      reads: feeders.map((feeder) => feeder.read),
      drain: drain.command,
      chains: taps.map((_, c) => loader.chain(c)),
    })),
  ];
  for (const memory of [headers, ...taps, ...entries, ...values]) memory.commit(); // address 0, as in reset
  return { sequencer, feeders, loader, drain, array, parts };
}

const NO_WAVE = {
  final: true,
  endsTile: false,
  words: 0,
  place: { psumBank: 0, halo: 0, origin: 0, reciprocal: 0 },
  psums: 0,
  base: 0,
  header: 0,
  tap: 0,
  entry: 0,
  tag: 0,
};

function entryAt(
  { entrySlots, entryTaps, entryLanes, entryValues, bitmaps }: ComputeProgram,
  at: number,
  psumDepth: number,
): RowEntry | undefined {
  if (at >= entryTaps.length) return undefined;
  const words = Math.ceil(psumDepth / 32);
  return {
    slots: entrySlots[at]!,
    taps: entryTaps[at]!,
    lane: entryLanes[at]!,
    value: entryValues[at]!,
    bitmap: bitmaps.subarray(at * words, (at + 1) * words),
  };
}

const slotsOf = ({ entrySlots }: ComputeProgram, wave: number, rows: number): number =>
  Math.max(...entrySlots.subarray(wave * rows, (wave + 1) * rows));

function headerAt({ headers }: ComputeProgram, word: number, lanes: number): LoadHeader | undefined {
  if ((word + 1) * lanes > headers.length) return undefined;
  return Array.from(headers.subarray(word * lanes, (word + 1) * lanes), (bits) =>
    bits & 1 ? { last: (bits & 2) !== 0 } : undefined,
  );
}

function tapsAt({ tapWeights, tapOffsets }: ComputeProgram, at: number, lanes: number): TapWord | undefined {
  if ((at + 1) * lanes > tapWeights.length) return undefined;
  return Array.from({ length: lanes }, (_, l) => {
    const weight = tapWeights[at * lanes + l]!;
    return weight === 0 ? undefined : { weight, offset: tapOffsets[at * lanes + l]! };
  });
}
