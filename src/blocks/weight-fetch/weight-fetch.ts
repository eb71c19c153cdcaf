/** Fills the column memories with one unit of weights after another, into either half in turn. Silicon: weight_fetch.sv. */
import type { Run } from '../axi/axi-read.ts';
import type { Layer } from '../layer-control/layer.ts';

export type WeightLayer = Pick<Layer, 'weights' | 'units' | 'weightLoads' | 'columnBeats' | 'unitBeats'>;

export interface WeightFetchInputs {
  readonly start: boolean; // `layer` is known; it stays until it is begun
  readonly layer: WeightLayer;
  readonly release: boolean;
  readonly requestTaken: boolean;
  readonly arrives: boolean; // a beat, taken where `inReady`
}

export class WeightFetch {
  loaded = false;
  readonly #cols: number;
  readonly #depth: number;
  #state: 'idle' | 'ask' | 'get' = 'idle';
  #waits = false;
  #layer: WeightLayer | undefined;
  #left = 0;
  #unit = 0;
  #used = 0;
  #half = 0;
  #column = 0;
  #beat = 0;
  #inputs: WeightFetchInputs | undefined;

  /** `depth` beats a column and half. */
  constructor({ cols, depth }: { cols: number; depth: number }) {
    this.#cols = cols;
    this.#depth = depth;
  }

  get request(): Run | undefined {
    if (this.#state !== 'ask') return undefined;
    const { weights, unitBeats } = this.#layer!;
    return { address: weights + this.#unit * unitBeats, beats: unitBeats };
  }

  get inReady(): boolean {
    return this.#state === 'get';
  }

  /** Where a beat that arrives now belongs. */
  get place(): { readonly column: number; readonly address: number } {
    return { column: this.#column, address: this.#half * this.#depth + this.#beat };
  }

  tick(inputs: WeightFetchInputs): void {
    this.#inputs = inputs;
  }

  commit(): void {
    const { start, layer, release, requestTaken, arrives } = this.#inputs!;
    const idle = this.#state === 'idle';
    const begins = idle && this.#left > 0 && this.#used < 2;
    this.loaded = false;
    this.#used += Number(begins) - Number(release);
    if (idle && this.#left === 0 && this.#waits) this.#beginLayer(layer);
    else if (begins) this.#state = 'ask';
    else if (this.#state === 'ask' && requestTaken) this.#state = 'get';
    else if (this.#state === 'get' && arrives) this.#arrive(this.#layer!);
    if (start) this.#waits = true;
  }

  #beginLayer(layer: WeightLayer): void {
    [this.#layer, this.#left, this.#unit, this.#waits] = [layer, layer.weightLoads, 0, false];
  }

  #arrive({ columnBeats, units }: WeightLayer): void {
    if (++this.#beat < columnBeats) return;
    this.#beat = 0;
    if (++this.#column < this.#cols) return;
    this.#column = 0;
    [this.#state, this.loaded] = ['idle', true];
    [this.#left, this.#half] = [this.#left - 1, 1 - this.#half];
    this.#unit = (this.#unit + 1) % units;
  }
}
