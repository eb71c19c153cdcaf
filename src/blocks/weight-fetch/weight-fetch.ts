/** Fills the column memories with one unit of weights after another, into either half in turn. Silicon: weight_fetch.sv. */
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

export interface WeightWrite {
  readonly column: number;
  readonly address: number;
  readonly beat: Beat;
}

export class WeightFetch {
  loaded = false;
  write: WeightWrite | undefined;
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

  /** Whose weights come: the layer that runs, or already the one behind it. */
  get layer(): WeightLayer | undefined {
    return this.#layer;
  }

  get inReady(): boolean {
    return this.#state === 'get';
  }

  tick(inputs: WeightFetchInputs): void {
    this.#inputs = inputs;
  }

  commit(): void {
    const { start, layer, release, requestTaken, beat } = this.#inputs!;
    const idle = this.#state === 'idle';
    const begins = idle && this.#left > 0 && this.#used < 2;
    [this.loaded, this.write] = [false, undefined];
    this.#used += Number(begins) - Number(release);
    if (idle && this.#left === 0 && this.#waits) this.#beginLayer(layer);
    else if (begins) this.#state = 'ask';
    else if (this.#state === 'ask' && requestTaken) this.#state = 'get';
    else if (this.#state === 'get' && beat) this.#arrive(beat, this.#layer!);
    if (start) this.#waits = true;
  }

  #beginLayer(layer: WeightLayer): void {
    [this.#layer, this.#left, this.#unit, this.#waits] = [layer, layer.weightLoads, 0, false];
  }

  #arrive(beat: Beat, { columnBeats, units }: WeightLayer): void {
    this.write = { column: this.#column, address: this.#half * this.#depth + this.#beat, beat };
    if (++this.#beat < columnBeats) return;
    this.#beat = 0;
    if (++this.#column < this.#cols) return;
    this.#column = 0;
    [this.#state, this.loaded] = ['idle', true];
    [this.#left, this.#half] = [this.#left - 1, 1 - this.#half];
    this.#unit = (this.#unit + 1) % units;
  }
}
