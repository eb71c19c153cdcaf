/**
 * What the compute core runs: a program of waves and, for each wave, what every row and every column is fed.
 * Plain arrays, laid out as the core's stream memories are; rtl/compute writes the same arrays into files.
 */
import type { WaveRecord } from '../blocks/sequencer/sequencer.ts';

export interface ComputeStreams {
  readonly waves: readonly WaveRecord[];
  /** One entry a wave and row, at wave * rows + row; 0 taps where the row has no channel. */
  readonly entrySlots: Uint16Array; // non-zeros x taps
  readonly entryTaps: Uint8Array;
  readonly entryLanes: Uint8Array;
  readonly entryValues: Uint32Array; // address of the first of its values
  readonly bitmaps: Uint32Array; // psumDepth bits an entry, 32 a word, lowest first
  readonly values: readonly Uint8Array[]; // of each row: the non-zeros of its waves one after another
  /** One a word of a load and lane, at word * lanes + lane: bit 0: a tap, bit 1: the last of its row. */
  readonly headers: Uint8Array;
  /** One a word, column and lane, at (word * cols + column) * lanes + lane. Weight 0: the column has no tap there. */
  readonly tapWeights: Int8Array;
  readonly tapOffsets: Uint16Array;
}

export interface StreamShape {
  readonly rows: number;
  readonly cols: number;
  readonly psumDepth: number;
  readonly weightLanes: number;
}

/** What one row does in one wave. */
export interface WaveRow {
  /** Raster indices of the non-zeros in the tile, and what they are. */
  readonly indices: ArrayLike<number>;
  readonly values: ArrayLike<number>;
  readonly taps: number; // that the row waits for
  /** Of each column that has any, its taps in raster order. */
  readonly columns: readonly (readonly { readonly weight: number; readonly offset: number }[])[];
}

/** A wave but for what only its neighbours in the program decide. */
export type Wave = Omit<WaveRecord, 'final' | 'words' | 'header' | 'tap' | 'entry' | 'tag'>;

/** Collects waves one after another. */
export function streamWriter({ rows, cols, psumDepth, weightLanes }: StreamShape) {
  const waves: Omit<WaveRecord, 'final'>[] = [];
  const [entrySlots, entryTaps, entryLanes, entryValues]: number[][] = [[], [], [], []];
  const [bitmaps, headers]: number[][] = [[], []];
  const [tapWeights, tapOffsets]: number[][] = [[], []];
  const values: number[][] = Array.from({ length: rows }, () => []);
  const bitmapWords = Math.ceil(psumDepth / 32);

  const addEntry = (row: WaveRow | undefined, r: number, taps: number): void => {
    entrySlots!.push(row ? row.indices.length * row.taps : 0);
    entryTaps!.push(row?.taps ?? 0);
    entryLanes!.push(taps % weightLanes);
    entryValues!.push(values[r]!.length);
    const bitmap = new Uint32Array(bitmapWords);
    for (let i = 0; i < (row?.indices.length ?? 0); i++) {
      bitmap[row!.indices[i]! >> 5]! |= 1 << (row!.indices[i]! & 31);
      values[r]!.push(row!.values[i]! & 0xff);
    }
    for (const word of bitmap) bitmaps!.push(word);
  };
  /** Every row's taps one after another, filled up to whole words; empty ones behind them, where there are to be more. */
  const addLoad = (active: readonly WaveRow[], least: number): number => {
    const taps = active.flatMap((row) => Array.from({ length: row.taps }, (_, k) => ({ row, k })));
    const words = Math.max(least, Math.ceil(taps.length / weightLanes));
    for (let e = 0; e < words * weightLanes; e++) {
      const place = taps[e];
      headers!.push(place ? (place.k === place.row.taps - 1 ? 3 : 1) : 0);
    }
    for (let w = 0; w < words; w++)
      for (let c = 0; c < cols; c++)
        for (let e = w * weightLanes; e < (w + 1) * weightLanes; e++) {
          const place = taps[e];
          const tap = place?.row.columns[c]?.[place.k];
          tapWeights!.push(tap?.weight ?? 0);
          tapOffsets!.push(tap?.offset ?? 0);
        }
    return words;
  };

  return {
    /** `active`: rows 0, 1, ... of the array, each with taps; their load takes `least` cycles or more. */
    add(wave: Wave, active: readonly WaveRow[], least = 0): void {
      let taps = 0;
      for (let r = 0; r < rows; r++) {
        addEntry(active[r], r, taps);
        taps += active[r]?.taps ?? 0;
      }
      const word = headers!.length / weightLanes;
      waves.push({
        ...wave,
        words: addLoad(active, least),
        header: word,
        tap: word,
        entry: waves.length,
        tag: 0,
      });
    },
    finish: (): ComputeStreams => ({
      waves: waves.map((wave, g) => ({ ...wave, final: g === waves.length - 1 })),
      entrySlots: Uint16Array.from(entrySlots!),
      entryTaps: Uint8Array.from(entryTaps!),
      entryLanes: Uint8Array.from(entryLanes!),
      entryValues: Uint32Array.from(entryValues!),
      bitmaps: Uint32Array.from(bitmaps!),
      values: values.map((row) => Uint8Array.from(row)),
      headers: Uint8Array.from(headers!),
      tapWeights: Int8Array.from(tapWeights!),
      tapOffsets: Uint16Array.from(tapOffsets!),
    }),
  };
}
