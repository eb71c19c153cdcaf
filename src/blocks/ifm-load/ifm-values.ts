/**
 * Asks for the values of one channel after another, or of all in one run, and places the beats that come. Its silicon is
 * ifm_values.sv, which draws it.
 */
import type { Run } from '../axi/axi-read.ts';
import { Fifo } from '../fifo/fifo.ts';
import type { Layer } from '../layer-control/layer.ts';
import type { ChannelBeats } from './ifm-entries.ts';

export interface IfmValuesInputs {
  readonly layer: Pick<Layer, 'channels' | 'valuePitch'>;
  readonly beats: ChannelBeats | undefined;
  readonly go: boolean;
  readonly from: number; // channel 0's values in memory
  readonly mayEnd: boolean; // all bitmaps have been read, those too that are only there to fill
  readonly requestTaken: boolean;
  readonly arrives: boolean; // a beat is there: taken where `inReady`
}

interface Asked {
  readonly channel: number;
  readonly row: number;
  readonly count: number;
}

interface Route {
  readonly row: number;
  readonly start: number;
  readonly count: number;
}

export class IfmValues {
  readonly #rows: number;
  readonly #valueBeats: number;
  readonly #counts: number[] = []; // beats of values of each channel
  readonly #placed: number[] = []; // beats of each row that have a place
  readonly #routes = new Fifo<Route>(8);
  #channel: number | undefined; // cycle 0
  #known = 0; // channels whose beats are counted and that are not walked over
  #counted: Asked | undefined; // cycle 1
  #request: (Asked & Route) | undefined; // cycle 2
  #address = 0;
  #askedAll = false;
  #arriving: { readonly row: number; readonly beat: number; readonly left: number } | undefined;
  #inputs: IfmValuesInputs | undefined;

  constructor({ rows, valueBeats }: { rows: number; valueBeats: number }) {
    this.#rows = rows;
    this.#valueBeats = valueBeats;
  }

  /** All have been asked for, all have come. */
  get ends(): boolean {
    return this.#askedAll && this.#routes.out === undefined && this.#arriving === undefined;
  }

  get request(): Run | undefined {
    const it = this.#request;
    if (!it || !this.#asks(it) || !this.#routes.inReady) return undefined;
    return { address: this.#address, beats: this.#together ? this.#inputs!.layer.channels : it.count };
  }

  /** A beat a channel at most lies behind the other: all come in one run, those that hold nothing too. */
  get #together(): boolean {
    return this.#inputs!.layer.valuePitch === 1;
  }

  #asks({ channel, count }: Asked): boolean {
    return this.#together ? channel === 0 : count > 0;
  }

  /** Beats of a channel that come: one that holds nothing lies where the row's next one will. */
  #comes({ count }: Asked): number {
    return this.#together ? 1 : count;
  }

  get inReady(): boolean {
    return this.#arriving !== undefined;
  }

  /** Where a beat that arrives now belongs. */
  get place(): { readonly row: number; readonly beat: number } | undefined {
    return this.#arriving;
  }

  get #turns(): boolean {
    return this.#arriving === undefined || (this.#inputs!.arrives && this.#arriving.left === 1);
  }

  tick(inputs: IfmValuesInputs): void {
    this.#inputs = inputs;
    const it = this.#request;
    const word = it && this.#comes(it) > 0 && this.#done ? { ...it, count: this.#comes(it) } : undefined;
    this.#routes.tick({ word, outReady: this.#turns });
  }

  /** The channel in cycle 2 is asked for, or needs no asking, and its beats have a route. */
  get #done(): boolean {
    const it = this.#request;
    if (!it) return false;
    if (this.#comes(it) === 0) return true;
    return this.#asks(it) ? this.#inputs!.requestTaken : this.#routes.inReady;
  }

  commit(): void {
    const { layer, beats, go, from, mayEnd } = this.#inputs!;
    if (mayEnd && this.ends) this.#askedAll = false;
    this.#arrive();
    const request = this.#request;
    const done = this.#done;
    if (request && done) {
      this.#placed[request.row] = request.start + request.count;
      this.#address += layer.valuePitch;
      this.#askedAll = request.channel + 1 === layer.channels;
    }
    if (!request || done) this.#move(layer.channels);
    if (beats) this.#counts[beats.channel] = beats.beats;
    if (beats) this.#known++;
    if (go) [this.#channel, this.#known, this.#address] = [0, 0, from];
    this.#routes.commit();
  }

  #move(channels: number): void {
    const [channel, counted] = [this.#known > 0 ? this.#channel : undefined, this.#counted];
    this.#request = counted && { ...counted, start: this.#startOf(counted) };
    this.#counted =
      channel === undefined
        ? undefined
        : { channel, row: channel % this.#rows, count: this.#counts[channel] ?? 0 };
    if (channel === undefined) return;
    this.#channel = channel + 1 === channels ? undefined : channel + 1;
    this.#known--;
  }

  #startOf({ channel, row }: Asked): number {
    return channel < this.#rows ? 0 : this.#placed[row]!;
  }

  #arrive(): void {
    const it = this.#arriving;
    const next = this.#routes.out;
    if (this.#turns)
      this.#arriving = next && { row: next.row, beat: this.#wrapped(next.start), left: next.count };
    else if (it && this.#inputs!.arrives)
      this.#arriving = { row: it.row, beat: this.#wrapped(it.beat + 1), left: it.left - 1 };
  }

  #wrapped(beat: number): number {
    return beat % this.#valueBeats;
  }
}
