/**
 * One column's lane of the ofmap buffer: adds draining psums into 32-bit words, sends finished words out and leaves
 * zeros behind; its silicon is ofm_accumulate.sv.
 *
 *   psum, place ──▶ read ─▶ latch ─▶ add ─▶ write        cycle 1, 2, 3; a psum a cycle, never refused
 *   send        ──▶ read ─▶ latch ─▶ 0   ─▶ write ; old word ──▶ queue ──▶ out
 *
 * Psums go before sends. An address must rest for two cycles between uses, or the sum of the first would be lost:
 * the machine's rhythm sees to it, and this model stops where it does not.
 */
import { Fifo } from '../fifo/fifo.ts';
import type { Place } from './ofm-walk.ts';

export interface Send {
  readonly address: number;
  readonly count: number; // words, 1 or more
}

export interface OfmWord {
  readonly word: number; // int32
  readonly last: boolean; // of its send
}

export interface AccumulateInputs {
  /** From the array; its place comes one cycle later. */
  readonly psum: number;
  readonly place: Place;
  readonly send: Send | undefined;
  readonly outReady: boolean;
}

interface Work {
  readonly kind: 'add' | 'send' | 'clear';
  readonly address: number;
  readonly psum: number;
  readonly last: boolean;
}

interface State {
  readonly remaining: number; // words still to be sent or cleared
  readonly address: number; // of the next of them
  readonly clearing: boolean;
  readonly taken: number; // places of the queue, from the read on
  readonly psum: number; // of the cycle before
  readonly reading: Work | undefined;
  readonly adding: { readonly work: Work; readonly old: number } | undefined;
  readonly east: Place;
}

export class OfmAccumulate {
  readonly #words: Int32Array;
  readonly #queue: Fifo<OfmWord>;
  #state: State;
  #next: State;
  #write: { readonly address: number; readonly word: number } | undefined;

  constructor({ depth, queue = 8 }: { readonly depth: number; readonly queue?: number }) {
    this.#words = new Int32Array(depth);
    this.#queue = new Fifo(queue);
    const idle = { reading: undefined, adding: undefined, east: undefined };
    this.#state = { remaining: depth, address: 0, clearing: true, taken: 0, psum: 0, ...idle };
    this.#next = this.#state;
  }

  get sendReady(): boolean {
    const { remaining, reading, adding } = this.#state;
    const onItsWay = [reading, adding?.work].some((work) => work && work.kind !== 'add');
    return remaining === 0 && !onItsWay;
  }

  /** Still clearing, sending or adding. */
  get busy(): boolean {
    const { remaining, reading, adding } = this.#state;
    return remaining > 0 || reading !== undefined || adding !== undefined;
  }

  get out(): OfmWord | undefined {
    return this.#queue.out;
  }

  /** The place for the lane to the east. */
  get east(): Place {
    return this.#state.east;
  }

  tick({ psum, place, send, outReady }: AccumulateInputs): void {
    const { adding, reading, clearing } = this.#state;
    const work = this.#choose(place);
    const moves = work !== undefined && work.kind !== 'add';
    if (work && (work.address === reading?.address || work.address === adding?.work.address))
      throw new Error(`word ${work.address} of the ofmap buffer is used again within two cycles`);

    this.#write = adding && {
      address: adding.work.address,
      word: adding.work.kind === 'add' ? adding.old + adding.work.psum : 0,
    };
    const leaving = adding?.work.kind === 'send' ? adding : undefined;
    this.#queue.tick({ word: leaving && { word: leaving.old, last: leaving.work.last }, outReady });

    const accepted = this.sendReady ? send : undefined;
    const remaining = this.#state.remaining - Number(moves);
    this.#next = {
      remaining: accepted?.count ?? remaining,
      address: accepted?.address ?? (this.#state.address + Number(moves)) % this.#words.length,
      clearing: clearing && remaining > 0,
      taken: this.#state.taken + Number(work?.kind === 'send') - Number(outReady && this.out !== undefined),
      psum,
      reading: work,
      adding: reading && { work: reading, old: this.#words[reading.address]! },
      east: place,
    };
  }

  commit(): void {
    this.#state = this.#next;
    if (this.#write) this.#words[this.#write.address] = this.#write.word;
    this.#queue.commit();
  }

  /** What is read in this cycle: psums first, sends only behind settled sums and with room in the queue. */
  #choose(place: Place): Work | undefined {
    const { remaining, address, clearing, taken, psum, reading, adding } = this.#state;
    if (place !== undefined) return { kind: 'add', address: place, psum, last: false };
    if (remaining === 0) return undefined;
    if (clearing) return { kind: 'clear', address, psum: 0, last: false };
    const settled = reading?.kind !== 'add' && adding?.work.kind !== 'add';
    if (!settled || taken === this.#queue.depth) return undefined;
    return { kind: 'send', address, psum: 0, last: remaining === 1 };
  }
}
