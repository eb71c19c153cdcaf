/** Programs as the files that the testbench reads, and its results back: see testbench.cpp for the layout. */
import type { Arch } from '../../src/arch/arch.ts';
import type { WaveRecord } from '../../src/blocks/sequencer/sequencer.ts';
import type { ComputeProgram } from '../../src/sim/compute-program.ts';
import { type CoreWidths, coreWidths, STREAM_BITS, TAG_BITS } from './widths.ts';

type Field = readonly [value: number, width: number];

/** Fields as SystemVerilog concatenates them, the first one highest; into 32-bit words, the lowest first. */
function packed(fields: readonly Field[]): Uint32Array {
  const words = new Uint32Array(Math.ceil(fields.reduce((sum, [, width]) => sum + width, 0) / 32));
  let at = 0;
  for (const [value, width] of fields.toReversed()) {
    if (value < 0 || value >= 2 ** width) throw new Error(`${value} does not fit a field of ${width} bits`);
    for (let done = 0; done < width; ) {
      const take = Math.min(width - done, 32 - (at & 31));
      words[at >> 5]! |= (Math.floor(value / 2 ** done) % 2 ** take) << (at & 31);
      [at, done] = [at + take, done + take];
    }
  }
  return words;
}

/** What a program without waves consists of. */
const noWave = (w: CoreWidths): Uint32Array =>
  packed([[1, 1], ...Array.from({ length: w.record - 1 }, (): Field => [0, 1])]);

export function recordWords(wave: WaveRecord, w: CoreWidths): Uint32Array {
  const { place } = wave;
  return packed([
    [Number(wave.final), 1],
    [Number(wave.endsTile), 1],
    [wave.words, w.load],
    [place.psumBank, 1],
    [place.halo, w.address],
    [place.origin, w.address],
    [place.reciprocal, w.reciprocal],
    [wave.psums, w.psums],
    [wave.base, w.address],
    [wave.header, STREAM_BITS],
    [wave.tap, STREAM_BITS],
    [wave.entry, STREAM_BITS],
    [wave.tag, TAG_BITS],
  ]);
}

/** What the stream memories hold, a word after the other. */
export interface StreamImages {
  readonly waves: number; // records; a program without waves is one that says so
  readonly words: number; // of each column's taps, and of headers
  readonly records: readonly Uint32Array[];
  readonly entries: readonly Uint32Array[]; // at row * waves + wave
  readonly values: readonly Uint8Array[]; // of each row
  readonly headers: readonly Uint32Array[];
  readonly taps: readonly Uint32Array[]; // at column * words + word
}

export function streamImages(program: ComputeProgram, arch: Arch): StreamImages {
  const { rows, cols } = arch.array;
  const { psumDepth, weightLanes } = arch.pe;
  const w = coreWidths(arch);
  const waves = Math.max(1, program.waves.length);
  const words = program.headers.length / weightLanes;
  const bitmapWords = Math.ceil(psumDepth / 32);
  const entry = (at: number): Uint32Array =>
    packed([
      [program.entrySlots[at] ?? 0, w.slots],
      [program.entryTaps[at] ?? 0, w.taps],
      [program.entryLanes[at] ?? 0, w.lane],
      [program.entryValues[at] ?? 0, STREAM_BITS],
      ...Array.from({ length: bitmapWords }, (_, i): Field => {
        const word = bitmapWords - 1 - i;
        return [program.bitmaps[at * bitmapWords + word] ?? 0, Math.min(32, psumDepth - 32 * word)];
      }),
    ]);
  const header = (word: number): Uint32Array =>
    packed(
      Array.from({ length: weightLanes }, (_, l): Field => {
        const lane = program.headers[(word + 1) * weightLanes - 1 - l]!;
        return [((lane & 1) << 1) | (lane >> 1), 2];
      }),
    );
  const tapWord = (at: number): Uint32Array =>
    packed(
      Array.from({ length: weightLanes }, (_, l): readonly Field[] => {
        const weight = program.tapWeights[(at + 1) * weightLanes - 1 - l]!;
        const offset = program.tapOffsets[(at + 1) * weightLanes - 1 - l]!;
        return [
          [weight & 0xff, 8],
          [offset, w.address],
        ];
      }).flat(),
    );
  const table = (first: number, second: number, word: (i: number, j: number) => Uint32Array) =>
    Array.from({ length: first }, (_, i) => Array.from({ length: second }, (_, j) => word(i, j))).flat();
  return {
    waves,
    words,
    records: program.waves.length === 0 ? [noWave(w)] : program.waves.map((wave) => recordWords(wave, w)),
    entries: table(rows, waves, (r, g) => entry(g * rows + r)),
    values: program.values,
    headers: Array.from({ length: words }, (_, word) => header(word)),
    taps: table(cols, words, (c, word) => tapWord(word * cols + c)),
  };
}

/** `waits`: cycles that each record comes late, after the one before it was taken; none where left out. */
export function programImage(program: ComputeProgram, arch: Arch, waits?: readonly number[]): Uint8Array {
  const { waves, words, records, entries, values, headers, taps } = streamImages(program, arch);
  const tapWordWords = Math.ceil((arch.pe.weightLanes * coreWidths(arch).tap) / 32);
  return concatenated([
    Uint32Array.of(
      waves,
      Number(program.signed),
      program.weightStep,
      words,
      entries[0]!.length,
      records[0]!.length,
      tapWordWords,
    ),
    Uint32Array.from(values, (row) => row.length),
    ...records,
    Uint32Array.from({ length: waves }, (_, g) => waits?.[g] ?? 0),
    ...entries,
    ...values.map((row) => Uint32Array.from(row)),
    ...headers,
    ...taps,
  ]);
}

function concatenated(parts: readonly Uint32Array[]): Uint8Array {
  const all = new Uint32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return new Uint8Array(all.buffer);
}

export interface RtlRun {
  readonly cycles: number;
  /** The last column's last psum left in the cycle that `finished` marks. */
  readonly lastPsumLast: boolean;
  readonly psums: readonly Int32Array[];
  readonly addresses: readonly Uint16Array[];
}

export function readRuns(bytes: Uint8Array, cols: number): readonly RtlRun[] {
  const words = new Int32Array(bytes.slice().buffer);
  const runs: RtlRun[] = [];
  for (let at = 0; at < words.length; ) {
    const [cycles, last] = [words[at]! >>> 0, words[at + 1] === 1];
    at += 2;
    const columns = Array.from({ length: cols }, () => {
      const pairs = words.subarray(at + 1, at + 1 + 2 * words[at]!);
      at += 1 + pairs.length;
      return pairs;
    });
    runs.push({
      cycles,
      lastPsumLast: last,
      psums: columns.map((pairs) => pairs.filter((_, i) => i % 2 === 1)),
      addresses: columns.map((pairs) => Uint16Array.from(pairs.filter((_, i) => i % 2 === 0))),
    });
  }
  return runs;
}
