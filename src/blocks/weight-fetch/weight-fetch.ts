/** Fills the column memories of one port with one unit of weights after another, into either half in turn. Silicon: weight_fetch.sv. */
import type { Run } from '../axi/axi-read.ts';
import type { Layer } from '../layer-control/layer.ts';
import type { Beat } from '../table-memory/beat.ts';

export type WeightLayer = Pick<Layer, 'weights' | 'units' | 'weightLoads' | 'columnBeats' | 'unitBeats'>;

export interface WeightFetchInputs {
  readonly start: boolean; // `layer` is known; it stays until it is begun
  readonly layer: WeightLayer;
  readonly release: boolean;
  readonly requestTaken: boolean;
  readonly beat: Beat | undefined; // taken where `inReady`
}

export interface WeightFetchShape {
  readonly cols: number; // of this port
  readonly depth: number; // beats a column and half
  readonly ports?: number; // that share every unit
  readonly port?: number; // which one this is
}

export interface WeightWrite {
  readonly column: number;
  readonly address: number;
  readonly beat: Beat;
}

export class WeightFetch {
  loaded = false;
  write: WeightWrite | undefined;
  readonly #shape: Required<WeightFetchShape>;
  #waits = false;
  #asks = false;
  #due = 0; // units that are asked for and not here
  #layer: WeightLayer | undefined;
  #left = 0;
  #unit = 0;
  #used = 0;
  #half = 0;
  #column = 0;
  #beat = 0;
  #inputs: WeightFetchInputs | undefined;

  constructor(shape: WeightFetchShape) {
    this.#shape = { ports: 1, port: 0, ...shape };
  }

  get request(): Run | undefined {
    if (!this.#asks) return undefined;
    const { weights, unitBeats } = this.#layer!;
    const share = unitBeats / this.#shape.ports;
    return { address: weights + this.#unit * unitBeats + this.#shape.port * share, beats: share };
  }

  /** Whose weights come: the layer that runs, or already the one behind it. */
  get layer(): WeightLayer | undefined {
    return this.#layer;
  }

  get inReady(): boolean {
    return this.#due > 0;
  }

  tick(inputs: WeightFetchInputs): void {
    this.#inputs = inputs;
  }

  commit(): void {
    const { start, layer, release, requestTaken, beat } = this.#inputs!;
    const begins = !this.#asks && this.#left > 0 && this.#used < 2;
    const beginsLayer = this.#waits && this.#left === 0 && this.#due === 0;
    [this.loaded, this.write] = [false, undefined];
    this.#used += Number(begins) - Number(release);
    if (beat) this.#arrive(beat, this.#layer!);
    if (begins) this.#asks = true;
    else if (this.#asks && requestTaken) this.#asked(this.#layer!);
    if (beginsLayer) this.#beginLayer(layer);
    if (start) this.#waits = true;
  }

  #beginLayer(layer: WeightLayer): void {
    [this.#layer, this.#left, this.#unit, this.#waits] = [layer, layer.weightLoads, 0, false];
  }

  #asked({ units }: WeightLayer): void {
    [this.#asks, this.#due, this.#left] = [false, this.#due + 1, this.#left - 1];
    this.#unit = (this.#unit + 1) % units;
  }

  #arrive(beat: Beat, { columnBeats }: WeightLayer): void {
    this.write = { column: this.#column, address: this.#half * this.#shape.depth + this.#beat, beat };
    if (++this.#beat < columnBeats) return;
    this.#beat = 0;
    if (++this.#column < this.#shape.cols) return;
    this.#column = 0;
    [this.#due, this.#half, this.loaded] = [this.#due - 1, 1 - this.#half, true];
  }
}
