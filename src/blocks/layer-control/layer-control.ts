/**
 * Runs layers one after another: tables, engines, the next layer's descriptor while they work, then that layer.
 * Silicon: layer_control.sv, which draws it.
 */
import type { Run } from '../axi/axi-read.ts';
import type { Beat } from '../table-memory/beat.ts';
import { DESCRIPTOR_BEATS, type Layer, layerCodec, TABLES, type TableName } from './layer.ts';

export interface LayerControlInputs {
  readonly start: number | undefined; // the first descriptor
  readonly requestTaken: boolean;
  readonly beat: Beat | undefined;
  readonly layerDone: boolean;
}

type State = 'idle' | 'ask layer' | 'get layer' | 'run' | 'ask tables' | 'get tables';

export class LayerControl {
  done = false;
  /** A pulse: the layer behind the one that runs is known, and its weights may be fetched. */
  followingKnown = false;
  /** A pulse: the tables that the ifmap's loads need are there. */
  layerStart = false;
  readonly inReady = true; // a beat is taken as it comes
  readonly #words = new Uint32Array(4 * DESCRIPTOR_BEATS);
  #layer: Layer = layerCodec.decode(this.#words);
  #following: Layer = this.#layer;
  #follows = false;
  #state: State = 'idle';
  #address = 0;
  #received: Beat | undefined;
  #place = 0;
  #table = 0;
  #index = 0;
  #inputs: LayerControlInputs = { start: undefined, requestTaken: false, beat: undefined, layerDone: false };

  get busy(): boolean {
    return this.#state !== 'idle';
  }

  get layer(): Layer {
    return this.#layer;
  }

  get following(): Layer {
    return this.#following;
  }

  get tablesReady(): boolean {
    return this.#state !== 'get tables';
  }

  get request(): Run | undefined {
    if (this.#state === 'ask layer') return { address: this.#address, beats: DESCRIPTOR_BEATS };
    if (this.#state === 'ask tables') return { address: this.#address, beats: this.#layer.tableBeats };
    return undefined;
  }

  /** A beat of a table, and its place there. */
  get table(): { readonly name: TableName; readonly index: number; readonly beat: Beat } | undefined {
    if (this.#state !== 'get tables' || !this.#received) return undefined;
    return { name: TABLES[this.#table]!, index: this.#index, beat: this.#received };
  }

  tick(inputs: LayerControlInputs): void {
    this.#inputs = inputs;
  }

  commit(): void {
    const { start, requestTaken, beat, layerDone } = this.#inputs;
    const received = this.#received;
    this.#received = beat;
    [this.done, this.followingKnown, this.layerStart] = [false, false, false];
    if (this.#state === 'idle') {
      if (start !== undefined) [this.#address, this.#state] = [start, 'ask layer'];
    } else if (this.#state === 'ask layer') {
      if (requestTaken) this.#state = 'get layer';
    } else if (this.#state === 'get layer') {
      if (received) this.#keep(received);
    } else if (this.#state === 'run') {
      if (layerDone) this.#advance();
    } else if (this.#state === 'ask tables') {
      if (requestTaken) this.#state = 'get tables';
    } else if (received) this.#count();
  }

  #keep(beat: Beat): void {
    this.#words.set(beat, 4 * this.#place);
    this.#place = (this.#place + 1) % DESCRIPTOR_BEATS;
    if (this.#place > 0) return;
    this.#following = layerCodec.decode(this.#words);
    [this.#follows, this.followingKnown, this.#state] = [true, true, 'run'];
  }

  #advance(): void {
    if (this.#follows) {
      this.#layer = this.#following;
      [this.#address, this.#state] = [this.#layer.tables, 'ask tables'];
    } else [this.done, this.#state] = [true, 'idle'];
    this.#follows = false;
  }

  #count(): void {
    if (++this.#index < this.#layer[`${TABLES[this.#table]!}Beats`]) return;
    this.layerStart = TABLES[this.#table] === 'partitions';
    [this.#index, this.#table] = [0, (this.#table + 1) % TABLES.length];
    if (this.#table > 0) return;
    this.#address = this.#layer.next;
    this.#state = this.#layer.next === 0 ? 'run' : 'ask layer';
  }
}
