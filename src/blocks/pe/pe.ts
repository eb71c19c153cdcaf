/**
 * One processing element: multiplies every ifmap non-zero that passes by the taps it holds, one MAC a cycle, and
 * accumulates into its own psums. Its silicon is pe.sv, which draws it and says what happens in which cycle.
 */

/** One multiplication for every PE of a row: the non-zero `x` meets the tap at `lane`, `word` of each. */
export interface Operation {
  readonly x: number; // 9 bits, signed: an ifmap byte of either sign
  readonly position: number; // psum address that a tap at offset 0 adds to
  readonly lane: number;
  readonly word: number;
  readonly weightBank: number;
  readonly psumBank: number;
}

export interface DrainCommand {
  readonly address: number;
  readonly bank: number;
}

export interface Tap {
  readonly weight: number; // never 0: on the wires, that is no tap
  readonly offset: number; // psum address = position - offset
}

/** A tap on its way south to the row that is `countdown` rows away; undefined where the column has no tap to hold. */
export interface TapEntry {
  readonly countdown: number;
  readonly word: number;
  readonly tap: Tap | undefined;
}

/** What a column's chain moves in a cycle: an entry a lane. */
export interface ChainWord {
  readonly bank: number;
  readonly lanes: readonly (TapEntry | undefined)[];
}

export interface PeInputs {
  readonly operation: Operation | undefined; // from the west
  readonly drain: DrainCommand | undefined;
  readonly taps: ChainWord | undefined; // from the north
  readonly psum: number;
}

export interface PeShape {
  readonly psumDepth: number;
  readonly psumBanks: 1 | 2;
  readonly psumBits: number;
  readonly weightDepth: number;
  readonly weightLanes: number;
}

/** Words of `weightLanes` taps that a row's taps touch, the first of them in any lane. */
export const tapWords = ({ weightDepth, weightLanes }: PeShape): number =>
  Math.ceil((weightDepth + weightLanes - 1) / weightLanes);

/** A product on its way to its psum. */
interface Product {
  readonly value: number;
  readonly address: number;
  readonly bank: number;
}

export class Pe {
  // The wires to the neighbours, as committed.
  operation: Operation | undefined;
  drain: DrainCommand | undefined;
  taps: ChainWord | undefined;
  psum = 0;

  readonly #shift: number; // 32 - psumBits: psums wrap as the silicon's do
  readonly #words: number;
  readonly #held: (Tap | undefined)[][]; // by lane; both banks
  readonly #psums: readonly Int32Array[];
  #product: Product | undefined; // with its psum to be read
  #sum: Product | undefined; // the psum read, the product to be added
  #before = 0;
  #written: Product | undefined; // where `value` is to be written
  #value = 0;
  #draining: DrainCommand | undefined;
  #drained = 0;
  // The inputs, field by field: a simulation spends its time here, and so allocates nothing.
  #operationIn: Operation | undefined;
  #drainIn: DrainCommand | undefined;
  #tapsIn: ChainWord | undefined;
  #psumIn = 0;

  constructor(shape: PeShape) {
    this.#shift = 32 - shape.psumBits;
    this.#words = tapWords(shape);
    this.#held = Array.from({ length: shape.weightLanes }, () => new Array(2 * this.#words).fill(undefined));
    this.#psums = Array.from({ length: shape.psumBanks }, () => new Int32Array(shape.psumDepth));
  }

  tick({ operation, drain, taps, psum }: PeInputs): void {
    this.#operationIn = operation;
    this.#drainIn = drain;
    this.#tapsIn = taps;
    this.#psumIn = psum;
  }

  /** Everything below reads this PE's own registers, last cycle first, so each still holds its old value when read. */
  commit(): void {
    this.psum = (this.#psumIn + this.#drained) | 0;
    const [write, value] = [this.#written, this.#value];
    this.#written = this.#sum;
    if (this.#sum) this.#value = ((this.#before + this.#sum.value) << this.#shift) >> this.#shift;

    this.#sum = this.#product;
    if (this.#product) this.#before = this.#psums[this.#product.bank]![this.#product.address]!;
    this.#drained = 0;
    if (this.#draining) {
      const bank = this.#psums[this.#draining.bank]!;
      this.#drained = bank[this.#draining.address]!;
      bank[this.#draining.address] = 0;
    }
    if (write) this.#psums[write.bank]![write.address] = value;

    this.#product = this.#operationIn && this.#multiply(this.#operationIn);
    this.#draining = this.#drainIn;

    this.operation = this.#operationIn;
    this.drain = this.#drainIn;
    this.taps = this.#tapsIn && this.#take(this.#tapsIn);
  }

  #multiply({ x, position, lane, word, weightBank, psumBank }: Operation): Product | undefined {
    const tap = this.#held[lane]![weightBank * this.#words + word];
    if (!tap) return undefined;
    const address = position - tap.offset;
    if (address < 0 || address >= this.#psums[0]!.length) throw new Error(`no psum has address ${address}`);
    return { value: x * tap.weight, address, bank: psumBank };
  }

  /** Keep the taps that have arrived; the rest goes on with a row less to go. */
  #take({ bank, lanes }: ChainWord): ChainWord | undefined {
    const onward = lanes.map((entry, lane) => {
      if (!entry) return undefined;
      if (entry.countdown > 0) return { ...entry, countdown: entry.countdown - 1 };
      this.#held[lane]![bank * this.#words + entry.word] = entry.tap;
      return undefined;
    });
    return onward.some((entry) => entry !== undefined) ? { bank, lanes: onward } : undefined;
  }
}
