/**
 * DRAM behind AXI ports: beats of 128 bits, a latency, and stalls drawn from a seed. rtl/core/testbench.cpp has the
 * same one, cycle for cycle: xorshift32 a port and cycle, its low bytes against `stall`.
 */
import type { Run } from '../../blocks/axi/axi-read.ts';
import type { WriteAddress, WriteBeat } from '../../blocks/axi/axi-write.ts';
import type { Beat } from '../../blocks/table-memory/beat.ts';

export interface DramTiming {
  readonly latency: number; // cycles from a burst or a write to its first answer
  readonly stall: number; // of 256 cycles, how many a port is deaf or mute
  readonly seed: number;
}

export const idealDram: DramTiming = { latency: 0, stall: 0, seed: 1 };

const QUEUE = 8;
const BORDER = 256; // beats of 4 KB

export class DramImage {
  readonly words: Uint32Array;

  constructor(beats: number) {
    this.words = new Uint32Array(4 * beats);
  }

  get beats(): number {
    return this.words.length / 4;
  }

  read(beat: number): Beat {
    if (beat >= this.beats) throw new Error(`beat ${beat} is beyond the memory's ${this.beats}`);
    return this.words.slice(4 * beat, 4 * beat + 4);
  }

  write(beat: number, data: ArrayLike<number>): void {
    if (4 * beat + data.length > this.words.length)
      throw new Error(`beat ${beat} is beyond the memory's ${this.beats}`);
    this.words.set(data, 4 * beat);
  }
}

/** A port's own dice. */
class Dice {
  #state: number;

  constructor(seed: number, port: number) {
    this.#state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(port + 1, 0x85ebca6b)) >>> 0 || 1;
  }

  roll(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x >>> 0;
    return this.#state;
  }
}

interface Pending {
  address: number;
  beats: number;
  readonly ready: number;
}

export class DramReadPort {
  data: Beat | undefined;
  ready = false; // for a burst
  beatsRead = 0;
  readonly #dram: DramImage;
  readonly #timing: DramTiming;
  readonly #dice: Dice;
  readonly #queue: Pending[] = [];
  #time = 0;
  #inputs: { readonly burst: Run | undefined; readonly taken: boolean } = { burst: undefined, taken: false };

  constructor(dram: DramImage, timing: DramTiming, port: number) {
    [this.#dram, this.#timing, this.#dice] = [dram, timing, new Dice(timing.seed, port)];
  }

  tick(inputs: { readonly burst: Run | undefined; readonly taken: boolean }): void {
    this.#inputs = inputs;
  }

  commit(): void {
    const { latency, stall } = this.#timing;
    const { burst, taken } = this.#inputs;
    const roll = this.#dice.roll();
    if (burst && this.ready) this.#queue.push({ ...burst, ready: this.#time + latency });
    if (taken) this.data = undefined;
    const head = this.#queue[0];
    if (!this.data && head && head.ready <= this.#time && (roll & 255) >= stall) {
      this.data = this.#dram.read(head.address++);
      this.beatsRead++;
      if (--head.beats === 0) this.#queue.shift();
    }
    this.ready = this.#queue.length < QUEUE && ((roll >>> 8) & 255) >= stall;
    this.#time++;
  }
}

export class DramWritePort {
  addressReady = false;
  dataReady = false;
  answered = false;
  beatsWritten = 0;
  burstsWritten = 0;
  readonly #dram: DramImage;
  readonly #timing: DramTiming;
  readonly #dice: Dice;
  readonly #bursts: { address: number; beats: number }[] = [];
  readonly #data: WriteBeat[] = [];
  readonly #answers: number[] = [];
  #time = 0;
  #inputs: DramWriteInputs = { address: undefined, data: undefined };

  constructor(dram: DramImage, timing: DramTiming, port: number) {
    [this.#dram, this.#timing, this.#dice] = [dram, timing, new Dice(timing.seed, port)];
  }

  tick(inputs: DramWriteInputs): void {
    this.#inputs = inputs;
  }

  commit(): void {
    const { latency, stall } = this.#timing;
    const { address, data } = this.#inputs;
    const roll = this.#dice.roll();
    if (address && this.addressReady) this.#bursts.push(burstOf(address));
    if (data && this.dataReady) this.#data.push(data);
    const burst = this.#bursts[0];
    if (burst && this.#data.length > 0 && this.#writes(burst)) this.#answers.push(this.#time + latency);
    this.answered = this.#answers.length > 0 && this.#answers[0]! <= this.#time;
    if (this.answered) this.#answers.shift();
    this.addressReady = this.#bursts.length < QUEUE && (roll & 255) >= stall;
    this.dataReady = this.#data.length < QUEUE && ((roll >>> 8) & 255) >= stall;
    this.#time++;
  }

  /** One beat of a burst, and whether that was its last. */
  #writes(burst: { address: number; beats: number }): boolean {
    const { data, last } = this.#data.shift()!;
    if (last !== (burst.beats === 1)) throw new Error(`beat ${burst.address} is not where its burst ends`);
    this.#dram.write(burst.address++, data);
    this.beatsWritten++;
    if (--burst.beats > 0) return false;
    this.#bursts.shift();
    this.burstsWritten++;
    return true;
  }
}

interface DramWriteInputs {
  readonly address: WriteAddress | undefined;
  readonly data: WriteBeat | undefined;
}

/** A burst, if AXI allows it. */
function burstOf({ address, last }: WriteAddress): { address: number; beats: number } {
  if (last > 15 || address % BORDER > (address + last) % BORDER)
    throw new Error(
      `a burst of ${last + 1} beats from beat ${address} is over 16 beats, or over a border of 4 KB`,
    );
  return { address, beats: last + 1 };
}
