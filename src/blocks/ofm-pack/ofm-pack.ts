/** Bytes of several channels into bitmaps and non-zeros, beat by beat, each with its address. Silicon: ofm_pack.sv. */
import { BEAT_BYTES } from '../table-memory/beat.ts';
import type { Write } from '../write-gather/write-gather.ts';

/** What goes with a byte of every lane. */
export interface Note {
  readonly outside: boolean; // of the plane: a zero
  readonly tileEnds: boolean;
  readonly segmentEnds: boolean;
  readonly bitmaps: number; // where the segment of lane 0 starts
  readonly values: number;
  readonly active: readonly boolean[]; // lanes that have a channel
}

/** A byte a lane, and what goes with them. */
export interface Pixel {
  readonly bytes: readonly number[];
  readonly note: Note;
}

export interface OfmPackInputs {
  readonly pixel: Pixel | undefined; // taken where `ready`
  readonly laneBitmaps: readonly number[]; // from lane 0's segment to this lane's
  readonly laneValues: readonly number[];
  readonly writeReady: boolean;
}

/** Streams of beats that so many lanes write. */
export const streamsOf = (lanes: number): number => 2 * 2 ** Math.max(1, Math.ceil(Math.log2(lanes)));

/** A beat that waits to leave. */
class Held {
  write: Write | undefined; // until it is read
  offered = false; // until it is chosen

  hold(write: Write): void {
    this.write = write;
    this.offered = true;
  }

  read(): Write | undefined {
    const { write } = this;
    this.write = undefined;
    return write;
  }
}

interface Lane {
  filling: Uint8Array;
  bitmaps: Uint32Array;
  count: number; // bytes in `filling`
  beats: number; // of values of the segment, that have left
  readonly heldValues: Held;
  readonly heldBitmaps: Held;
}

export class OfmPack {
  empty = false;
  write: Write | undefined;
  #aside: Pixel | undefined; // came while another one waited
  readonly #lanes: readonly Lane[];
  readonly #held: readonly Held[]; // in the order of leaving
  readonly #depth: number;
  #pixel: Pixel | undefined; // cycle 1
  #position = 0;
  #bitmapBeats = 0;
  // A cycle late, and so with a byte to spare: any lane holds one; and one that may soon be full does.
  #anyBitmapsHeld = false;
  #anyValuesHeld = false;
  #anyBlocked = false;
  #chosen: Held | undefined; // cycle 4
  #leaving: readonly [Write | undefined, Write | undefined] = [undefined, undefined]; // cycles 5 and 6
  #inputs: OfmPackInputs | undefined;

  constructor({ lanes, psumDepth }: { lanes: number; psumDepth: number }) {
    this.#depth = psumDepth;
    this.#lanes = Array.from({ length: lanes }, () => ({
      filling: new Uint8Array(BEAT_BYTES),
      bitmaps: new Uint32Array(4),
      ...{ count: 0, beats: 0, heldValues: new Held(), heldBitmaps: new Held() },
    }));
    this.#held = [
      ...this.#lanes.map(({ heldValues }) => heldValues),
      ...this.#lanes.map(({ heldBitmaps }) => heldBitmaps),
    ];
  }

  get ready(): boolean {
    return this.#aside === undefined;
  }

  /** A pixel waits while a beat would be held on top of another. */
  #waits({ note: { tileEnds, segmentEnds } }: Pixel): boolean {
    return (tileEnds && this.#anyBitmapsHeld) || (segmentEnds && this.#anyValuesHeld) || this.#anyBlocked;
  }

  tick(inputs: OfmPackInputs): void {
    this.#inputs = inputs;
  }

  commit(): void {
    const { pixel, laneBitmaps, laneValues, writeReady } = this.#inputs!;
    const waits = this.#pixel !== undefined && this.#waits(this.#pixel);
    this.empty = !pixel && this.#isEmpty();
    this.#anyBitmapsHeld = this.#lanes.some(({ heldBitmaps }) => heldBitmaps.write);
    this.#anyValuesHeld = this.#lanes.some(({ heldValues }) => heldValues.write);
    this.#anyBlocked = this.#lanes.some(
      ({ heldValues, count }) => heldValues.write && count >= BEAT_BYTES - 2,
    );
    if (!this.write || writeReady) this.#flow();
    if (waits) {
      this.#aside ??= pixel;
      return;
    }
    if (this.#pixel) this.#move(this.#pixel, { laneBitmaps, laneValues });
    this.#pixel = this.#aside ?? pixel;
    this.#aside = undefined;
  }

  #isEmpty(): boolean {
    const [five, six] = this.#leaving;
    return (
      !this.#aside && !this.#pixel && !five && !six && !this.write && this.#held.every((held) => !held.write)
    );
  }

  #flow(): void {
    this.write = this.#leaving[1];
    this.#leaving = [this.#chosen?.read(), this.#leaving[0]];
    this.#chosen = this.#held.find(({ offered }) => offered);
    if (this.#chosen) this.#chosen.offered = false;
  }

  #move({ bytes, note }: Pixel, lanes: Pick<OfmPackInputs, 'laneBitmaps' | 'laneValues'>): void {
    const { outside, tileEnds, segmentEnds, bitmaps, values, active } = note;
    const position = this.#position;
    const next = tileEnds ? position - (position % this.#depth) + this.#depth : position + 1;
    const bitmapFull = tileEnds && (segmentEnds || next === 128);
    for (const [j, lane] of this.#lanes.entries()) {
      const byte = outside ? 0 : bytes[j]!;
      if (byte !== 0) {
        lane.filling[lane.count++] = byte;
        lane.bitmaps[position >> 5]! |= 1 << (position & 31);
      }
      const full = lane.count === BEAT_BYTES || (segmentEnds && lane.count > 0);
      if (full && active[j]) this.#holdValues(j, values + lanes.laneValues[j]!, segmentEnds);
      if (full) this.#empty(lane);
      if (segmentEnds) lane.beats = 0;
      if (!bitmapFull) continue;
      const place = { stream: this.#bitmapStream(j), begins: this.#bitmapBeats === 0, ends: segmentEnds };
      const address = bitmaps + lanes.laneBitmaps[j]! + this.#bitmapBeats;
      if (active[j]) lane.heldBitmaps.hold({ ...place, address, data: lane.bitmaps });
      lane.bitmaps = new Uint32Array(4);
    }
    this.#position = segmentEnds ? 0 : next % 128;
    this.#bitmapBeats = segmentEnds ? 0 : this.#bitmapBeats + Number(bitmapFull);
    if (bitmapFull) this.#anyBitmapsHeld = true;
  }

  #holdValues(stream: number, values: number, ends: boolean): void {
    const { beats, filling, heldValues } = this.#lanes[stream]!;
    const place = { stream, begins: beats === 0, ends, address: values + beats };
    heldValues.hold({ ...place, data: new Uint32Array(filling.buffer) });
    this.#anyValuesHeld = true;
  }

  #empty(lane: Lane): void {
    lane.filling = new Uint8Array(BEAT_BYTES);
    lane.count = 0;
    lane.beats++;
  }

  /** Values are streams by their lane, bitmaps behind as many as a lane's number has room for. */
  #bitmapStream(lane: number): number {
    return streamsOf(this.#lanes.length) / 2 + lane;
  }
}
