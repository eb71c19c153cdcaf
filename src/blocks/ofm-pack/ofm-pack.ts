/** Bytes of several channels into bitmaps and non-zeros, beat by beat, each with its address. Silicon: ofm_pack.sv. */
import type { Write } from '../axi/axi-write.ts';
import { BEAT_BYTES } from '../table-memory/beat.ts';

/** What goes with a byte of every lane. */
export interface Note {
  readonly outside: boolean; // of the plane: a zero
  readonly tileEnds: boolean;
  readonly segmentEnds: boolean;
  readonly bitmaps: number; // where the segment of lane 0 starts
  readonly values: number;
  readonly active: readonly boolean[]; // lanes that have a channel
}

export interface OfmPackInputs {
  readonly bytes: readonly number[] | undefined; // a byte a lane, taken where `accepts`
  readonly note: Note | undefined;
  readonly laneBitmaps: readonly number[]; // from lane 0's segment to this lane's
  readonly laneValues: readonly number[];
  readonly writeReady: boolean;
}

interface Lane {
  filling: Uint8Array;
  bitmaps: Uint32Array;
  count: number; // bytes in `filling`
  beats: number; // of values of the segment, that have left
  heldValues: Write | undefined;
  heldBitmaps: Write | undefined;
}

export class OfmPack {
  readonly #lanes: readonly Lane[];
  readonly #depth: number;
  #bit = 0;
  #sub = 0;
  #bitmapBeats = 0;
  #inputs: OfmPackInputs | undefined;

  constructor({ lanes, psumDepth }: { lanes: number; psumDepth: number }) {
    this.#depth = psumDepth;
    this.#lanes = Array.from({ length: lanes }, () => ({
      filling: new Uint8Array(BEAT_BYTES),
      bitmaps: new Uint32Array(4),
      ...{ count: 0, beats: 0, heldValues: undefined, heldBitmaps: undefined },
    }));
  }

  /** Whether a byte with this note can be taken now. */
  accepts({ active, tileEnds, segmentEnds }: Note): boolean {
    return this.#lanes.every(
      ({ heldValues, heldBitmaps, count }, j) =>
        !active[j] || ((!heldValues || (count < 15 && !segmentEnds)) && (!heldBitmaps || !tileEnds)),
    );
  }

  get empty(): boolean {
    return this.write === undefined;
  }

  /** The first of what is held: values before bitmaps, lane by lane. */
  get write(): Write | undefined {
    for (const { heldValues, heldBitmaps } of this.#lanes)
      if (heldValues ?? heldBitmaps) return heldValues ?? heldBitmaps;
    return undefined;
  }

  tick(inputs: OfmPackInputs): void {
    this.#inputs = inputs;
  }

  commit(): void {
    const { bytes, note, laneBitmaps, laneValues, writeReady } = this.#inputs!;
    const taken = bytes && note && this.accepts(note) ? bytes : undefined;
    if (writeReady) this.#release();
    if (!taken || !note) return;
    const perBeat = 128 / this.#depth;
    const bitmapFull = note.tileEnds && (note.segmentEnds || this.#sub === perBeat - 1);
    for (const [j, lane] of this.#lanes.entries())
      this.#store(lane, note.outside ? 0 : taken[j]!, {
        note,
        active: note.active[j]!,
        bitmaps: bitmapFull ? note.bitmaps + laneBitmaps[j]! + this.#bitmapBeats : undefined,
        values: note.values + laneValues[j]!,
      });
    this.#bit = note.tileEnds ? 0 : this.#bit + 1;
    if (note.tileEnds) this.#sub = bitmapFull ? 0 : this.#sub + 1;
    this.#bitmapBeats = note.segmentEnds ? 0 : this.#bitmapBeats + Number(bitmapFull);
  }

  #release(): void {
    const lane = this.#lanes.find(({ heldValues, heldBitmaps }) => heldValues ?? heldBitmaps);
    if (lane?.heldValues) lane.heldValues = undefined;
    else if (lane) lane.heldBitmaps = undefined;
  }

  #store(
    lane: Lane,
    byte: number,
    to: { note: Note; active: boolean; bitmaps: number | undefined; values: number },
  ): void {
    const bit = this.#sub * this.#depth + this.#bit;
    if (byte !== 0) {
      lane.filling[lane.count++] = byte;
      lane.bitmaps[bit >> 5]! |= 1 << (bit & 31);
    }
    const full = lane.count === BEAT_BYTES || (to.note.segmentEnds && lane.count > 0);
    if (full) {
      if (to.active)
        lane.heldValues = { address: to.values + lane.beats, data: new Uint32Array(lane.filling.buffer) };
      lane.filling = new Uint8Array(BEAT_BYTES);
    }
    lane.beats = to.note.segmentEnds ? 0 : lane.beats + Number(full);
    if (full) lane.count = 0;
    if (to.bitmaps === undefined) return;
    if (to.active) lane.heldBitmaps = { address: to.bitmaps, data: lane.bitmaps };
    lane.bitmaps = new Uint32Array(4);
  }
}
