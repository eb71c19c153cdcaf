/**
 * One processing element: multiplies every ifmap non-zero that passes by the taps it holds, one MAC a cycle, and
 * accumulates into its own psums. Its silicon is pe.sv, which draws it and says what happens in which cycle.
 */

/** Which tap an operation meets: it is read a cycle before the operation comes. */
export interface TapRead {
  readonly lane: number;
  readonly word: number; // of all that a PE holds
}

/** One multiplication for every PE of a row: the non-zero `x` meets the tap that each has read. */
export interface Operation {
  readonly x: number; // 9 bits, signed: an ifmap byte of either sign
  readonly position: number; // psum address that a tap at offset 0 adds to
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

/** A tap on its way south; none where the column has no tap to hold, or behind a load's last one. */
export interface TapEntry {
  readonly last: boolean; // of its row
  readonly tap: Tap | undefined;
}

/** What a column's chain moves in a cycle. */
export interface ChainWord {
  /** Where a load that begins in the next cycle goes: each PE's first word of it. */
  readonly fresh: number | undefined;
  readonly left: number; // entries that no row has taken yet: the last ones
  readonly lanes: readonly TapEntry[];
}

/** A load is about to begin. */
export const freshLoad = (base: number): ChainWord => ({ fresh: base, left: 0, lanes: [] });

export interface PeInputs {
  readonly read: TapRead | undefined; // from the west, for the operation of the next cycle
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

/** Bits of the address of a word of taps: twice as many words, or more, as the taps of one wave can touch. */
export const tapWordBits = ({
  weightDepth,
  weightLanes,
}: Pick<PeShape, 'weightDepth' | 'weightLanes'>): number =>
  1 + Math.ceil(Math.log2(Math.ceil((weightDepth + weightLanes - 1) / weightLanes)));

/** No psum: what a stage of the pipeline holds in a cycle without work. */
const NONE = -1;
/** Commits after the last input until every register is as it will stay. */
const SETTLED = 6;

/** Numbers in place of records, and idle cycles cut short: a simulation of the machine spends its time here. */
export class Pe {
  // The wires to the neighbours, as committed.
  read: TapRead | undefined;
  operation: Operation | undefined;
  drain: DrainCommand | undefined;
  taps: ChainWord | undefined;
  psum = 0;

  readonly #shift: number; // 32 - psumBits: psums wrap as the silicon's do
  readonly #lanes: number;
  readonly #weights: Int32Array; // of the taps held, word by word, lane by lane; 0: no tap
  readonly #offsets: Int32Array;
  #word = 0; // where the next word of this load goes
  #done = false; // all of them are
  #weight = 0; // of the tap that was read
  #offset = 0;
  readonly #depth: number;
  readonly #psums: Int32Array; // bank by bank
  // Psums by their place, or none: to be read; read, and to be added to or sent south; to be written.
  #adds = NONE;
  #product = 0;
  #drains = NONE;
  #added = NONE;
  #before = 0;
  #addend = 0;
  #drained = NONE;
  #leaving = 0;
  #written = NONE;
  #value = 0;
  #cleared = NONE;
  #awake = 0; // commits until nothing moves any more, were there no input
  // The inputs.
  #readIn: TapRead | undefined;
  #operationIn: Operation | undefined;
  #drainIn: DrainCommand | undefined;
  #tapsIn: ChainWord | undefined;
  #psumIn = 0;

  constructor(shape: PeShape) {
    this.#shift = 32 - shape.psumBits;
    this.#lanes = shape.weightLanes;
    this.#weights = new Int32Array(2 ** tapWordBits(shape) * shape.weightLanes);
    this.#offsets = new Int32Array(this.#weights.length);
    this.#depth = shape.psumDepth;
    this.#psums = new Int32Array(shape.psumBanks * shape.psumDepth);
  }

  tick({ read, operation, drain, taps, psum }: PeInputs): void {
    this.#readIn = read;
    this.#operationIn = operation;
    this.#drainIn = drain;
    this.#tapsIn = taps;
    this.#psumIn = psum;
    if (read || operation || drain || taps) this.#awake = SETTLED;
  }

  /** Everything below reads this PE's own registers, last cycle first, so each still holds its old value when read. */
  commit(): void {
    if (this.#awake === 0) {
      this.psum = this.#psumIn;
      return;
    }
    this.#awake--;
    this.psum = (this.#psumIn + (this.#drained === NONE ? 0 : this.#leaving)) | 0;
    const [write, value, clear] = [this.#written, this.#value, this.#cleared];
    this.#written = this.#added;
    if (this.#added !== NONE) this.#value = ((this.#before + this.#addend) << this.#shift) >> this.#shift;
    this.#cleared = this.#drained;

    this.#added = this.#adds;
    if (this.#adds !== NONE) {
      this.#before = this.#psums[this.#adds]!;
      this.#addend = this.#product;
    }
    this.#drained = this.#drains;
    if (this.#drains !== NONE) this.#leaving = this.#psums[this.#drains]!;
    if (write !== NONE) this.#psums[write] = value;
    if (clear !== NONE) this.#psums[clear] = 0;

    const { lane, word } = this.#readIn ?? { lane: 0, word: 0 };
    this.#adds = this.#operationIn ? this.#multiply(this.#operationIn) : NONE;
    this.#drains = this.#drainIn ? this.#drainIn.bank * this.#depth + this.#drainIn.address : NONE;

    this.#weight = this.#weights[word * this.#lanes + lane]!;
    this.#offset = this.#offsets[word * this.#lanes + lane]!;
    this.read = this.#readIn;
    this.operation = this.#operationIn;
    this.drain = this.#drainIn;
    this.taps = this.#tapsIn && this.#take(this.#tapsIn);
  }

  /** Which psum the product is for; none without a tap. */
  #multiply({ x, position, psumBank }: Operation): number {
    if (this.#weight === 0) return NONE;
    const address = position - this.#offset;
    if (address < 0 || address >= this.#depth) throw new Error(`no psum has address ${address}`);
    this.#product = x * this.#weight;
    return psumBank * this.#depth + address;
  }

  /** Keep what is left of the word, up to the last tap of this row; what is behind that goes on. */
  #take(word: ChainWord): ChainWord | undefined {
    if (word.fresh !== undefined) {
      [this.#word, this.#done] = [word.fresh, false];
      return word;
    }
    if (this.#done || word.left === 0) return word.left > 0 ? word : undefined;
    const { left, lanes } = word;
    // All lanes are written: what is not this row's own is in a lane that its operations never name.
    let last = -1;
    for (let lane = 0; lane < lanes.length; lane++) {
      const { tap, last: ends } = lanes[lane]!;
      this.#weights[this.#word * this.#lanes + lane] = tap?.weight ?? 0;
      this.#offsets[this.#word * this.#lanes + lane] = tap?.offset ?? 0;
      if (last < 0 && ends && lane >= lanes.length - left) last = lane;
    }
    this.#word++;
    if (last < 0) return undefined;
    this.#done = true;
    const onward = lanes.length - 1 - last;
    return onward > 0 ? { ...word, left: onward } : undefined;
  }
}
