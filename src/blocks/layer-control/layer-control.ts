/** Runs layers one after another: descriptor, tables, engines, the next layer. Silicon: layer_control.sv. */
import type { Run } from '../axi/axi-read.ts';
import type { Beat } from '../table-memory/beat.ts';
import { DESCRIPTOR_BEATS, type Layer, layerCodec, TABLES, type TableName } from './layer.ts';

export interface LayerControlInputs {
  readonly start: number | undefined; // the first descriptor
  readonly requestTaken: boolean;
  readonly beat: Beat | undefined; // taken where `inReady`
  readonly layerDone: boolean;
}

type State = 'idle' | 'ask layer' | 'get layer' | 'ask tables' | 'get tables' | 'begin' | 'run';

export class LayerControl {
  done = false;
  readonly #words = new Uint32Array(4 * DESCRIPTOR_BEATS);
  #layer: Layer = layerCodec.decode(this.#words);
  #state: State = 'idle';
  #address = 0;
  #beat = 0;
  #table = 0;
  #index = 0;
  #inputs: LayerControlInputs = { start: undefined, requestTaken: false, beat: undefined, layerDone: false };

  get busy(): boolean {
    return this.#state !== 'idle';
  }

  get layer(): Layer {
    return this.#layer;
  }

  get layerStart(): boolean {
    return this.#state === 'begin';
  }

  get request(): Run | undefined {
    if (this.#state === 'ask layer') return { address: this.#address, beats: DESCRIPTOR_BEATS };
    if (this.#state === 'ask tables') return { address: this.#layer.tables, beats: this.#layer.tableBeats };
    return undefined;
  }

  get inReady(): boolean {
    return this.#state === 'get layer' || this.#state === 'get tables';
  }

  /** Where a beat that arrives now belongs, if it is one of a table. */
  get table(): { readonly name: TableName; readonly index: number } | undefined {
    return this.#state === 'get tables' ? { name: TABLES[this.#table]!, index: this.#index } : undefined;
  }

  tick(inputs: LayerControlInputs): void {
    this.#inputs = inputs;
  }

  commit(): void {
    const { start, requestTaken, beat, layerDone } = this.#inputs;
    this.done = false;
    if (this.#state === 'idle') {
      if (start !== undefined) [this.#address, this.#state] = [start, 'ask layer'];
    } else if (this.#state === 'ask layer') {
      if (requestTaken) this.#state = 'get layer';
    } else if (this.#state === 'get layer') {
      if (beat) this.#keep(beat);
    } else if (this.#state === 'ask tables') {
      if (requestTaken) this.#state = 'get tables';
    } else if (this.#state === 'get tables') {
      if (beat) this.#count();
    } else if (this.#state === 'begin') this.#state = 'run';
    else if (layerDone) {
      this.#address = this.#layer.next;
      this.done = this.#layer.next === 0;
      this.#state = this.done ? 'idle' : 'ask layer';
    }
  }

  #keep(beat: Beat): void {
    this.#words.set(beat, 4 * this.#beat);
    this.#beat = (this.#beat + 1) % DESCRIPTOR_BEATS;
    if (this.#beat > 0) return;
    this.#layer = layerCodec.decode(this.#words);
    this.#state = 'ask tables';
  }

  #count(): void {
    if (++this.#index < this.#layer[`${TABLES[this.#table]!}Beats`]) return;
    [this.#index, this.#table] = [0, (this.#table + 1) % TABLES.length];
    if (this.#table === 0) this.#state = 'begin';
  }
}
