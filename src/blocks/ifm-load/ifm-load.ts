/**
 * Fills the row memories with one ifmap partition after another: bitmaps become entries, values follow them channel by channel. Its silicon is ifm_load.sv, which draws it.
 */
import type { Run } from '../axi/axi-read.ts';
import type { Layer, Partition } from '../layer-control/layer.ts';
import type { Beat } from '../table-memory/beat.ts';
import { type Bitmap, IfmEntries, type PlacedEntry } from './ifm-entries.ts';
import { IfmValues } from './ifm-values.ts';

export interface IfmLoadInputs {
  readonly start: boolean;
  readonly layer: IfmLayer;
  readonly release: boolean;
  readonly requestsTaken: readonly [bitmaps: boolean, values: boolean];
  readonly bitmaps: Beat | undefined; // what the reader offers: looked at bitmap by bitmap, taken where ready
  readonly valuesArrive: boolean;
  readonly partition: Pick<Partition, 'tiles' | 'bitmaps' | 'values'> | undefined; // what the tables answer
  readonly taps: Beat | undefined;
  readonly waveAddress: number;
}

export type IfmLayer = Pick<
  Layer,
  'ifmapLoads' | 'partitions' | 'channels' | 'groups' | 'channelBeats' | 'bitmapBeats' | 'valuePitch'
>;

export interface IfmLoadShape {
  readonly rows: number;
  readonly psumDepth: number;
  readonly entries: number; // waves a half
  readonly valueBeats: number; // a row and half
}

/** What a reader is asked for, and whether it may hand over a beat. */
export interface LoadPort {
  readonly request: Run | undefined;
  readonly inReady: boolean;
}

type State = 'idle' | 'find' | 'size' | 'ask bitmaps' | 'bitmaps' | 'values';

export class IfmLoad {
  loaded = false;
  readonly #shape: IfmLoadShape;
  readonly #entries: IfmEntries;
  readonly #values: IfmValues;
  #state: State = 'idle';
  #left = 0;
  #place = 0;
  #used = 0;
  #half = 0;
  #tiles = 0;
  #bitmapsFrom = 0;
  #valuesFrom = 0;
  #channel = 0;
  #tile = 0;
  #beat = 0;
  #sub = 0;
  #inputs: IfmLoadInputs | undefined;

  constructor(shape: IfmLoadShape) {
    this.#shape = shape;
    this.#entries = new IfmEntries(shape);
    this.#values = new IfmValues(shape);
  }

  get partitionAddress(): number {
    return this.#place;
  }

  get tapsAddress(): number {
    return this.#channel >> 4;
  }

  /** Through its two ports: for bitmaps, for values. */
  get ports(): readonly [LoadPort, LoadPort] {
    const { layer } = this.#inputs ?? {};
    const asks = this.#state === 'ask bitmaps' && layer;
    return [
      {
        request: asks ? { address: this.#bitmapsFrom, beats: layer.bitmapBeats } : undefined,
        inReady: this.#state === 'bitmaps' && this.#beatEnds,
      },
      this.#values,
    ];
  }

  get overflow(): boolean {
    return this.#entries.overflow;
  }

  /** The entry that is written in this cycle. */
  get entry(): PlacedEntry | undefined {
    return this.#entries.entry;
  }

  /** Where a beat of values that arrives now belongs. */
  get valuePlace(): { readonly row: number; readonly address: number } | undefined {
    const place = this.#values.place;
    return place && { row: place.row, address: this.#half * this.#shape.valueBeats + place.beat };
  }

  /** Whether the wave at the `waveAddress` of the cycle before has any work. */
  get works(): boolean {
    return this.#entries.works;
  }

  get #beatEnds(): boolean {
    const perBeat = 128 / this.#shape.psumDepth;
    return this.#sub === perBeat - 1 || this.#tile + 1 >= this.#tiles;
  }

  tick(inputs: IfmLoadInputs): void {
    this.#inputs = inputs;
    const { layer, taps, waveAddress, requestsTaken, valuesArrive } = inputs;
    this.#entries.tick({ half: this.#half, bitmap: this.#bitmap, taps, waveAddress });
    this.#values.tick({
      ...{ layer, beats: this.#entries.beats, go: this.#state === 'size', from: this.#valuesFrom },
      mayEnd: this.#state === 'values',
      requestTaken: requestsTaken[1],
      arrives: valuesArrive,
    });
  }

  commit(): void {
    const { start, layer, release, requestsTaken, bitmaps, partition } = this.#inputs!;
    const begins = this.#state === 'idle' && this.#left > 0 && this.#used < 2;
    const ends = this.#state === 'values' && this.#values.ends;
    this.loaded = ends;
    this.#used += Number(begins) - Number(release);
    if (begins) this.#state = 'find';
    else if (this.#state === 'find') this.#find(partition!);
    else if (this.#state === 'size') [this.#state, this.#channel] = ['ask bitmaps', 0];
    else if (this.#state === 'ask bitmaps' && requestsTaken[0]) this.#state = 'bitmaps';
    else if (this.#state === 'bitmaps' && bitmaps) this.#look(layer);
    else if (ends) this.#end(layer);
    if (start) [this.#left, this.#place, this.#used, this.#half] = [layer.ifmapLoads, 0, 0, 0];
    this.#entries.commit();
    this.#values.commit();
  }

  #find({ tiles, bitmaps, values }: NonNullable<IfmLoadInputs['partition']>): void {
    [this.#state, this.#tiles, this.#bitmapsFrom, this.#valuesFrom] = ['size', tiles, bitmaps, values];
  }

  /** The bitmap that is looked at in this cycle. */
  get #bitmap(): Bitmap | undefined {
    const { bitmaps, layer } = this.#inputs!;
    if (this.#state !== 'bitmaps' || !bitmaps || this.#tile >= this.#tiles) return undefined;
    const words = this.#shape.psumDepth / 32;
    const [tile, channel] = [this.#tile, this.#channel];
    const group = Math.floor(channel / this.#shape.rows);
    return {
      bits: bitmaps.slice(this.#sub * words, (this.#sub + 1) * words),
      ...{ first: tile === 0, last: tile + 1 === this.#tiles, bottom: group === 0, channel },
      row: channel % this.#shape.rows,
      index: (tile * layer.groups + group) % this.#shape.entries,
    };
  }

  #look({ channelBeats, channels }: IfmLayer): void {
    const beatEnds = this.#beatEnds;
    if (this.#tile < this.#tiles) this.#tile++;
    this.#sub = beatEnds ? 0 : this.#sub + 1;
    if (beatEnds) this.#beat++;
    if (this.#beat < channelBeats) return;
    [this.#tile, this.#beat] = [0, 0];
    if (++this.#channel === channels) this.#state = 'values';
  }

  #end({ partitions }: IfmLayer): void {
    [this.#state, this.#left, this.#half] = ['idle', this.#left - 1, 1 - this.#half];
    this.#place = (this.#place + 1) % partitions;
  }
}
