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

/** What a bank does with one psum: adds a product to it, or drains it. */
interface Work {
  readonly product: number | undefined; // undefined: a drain
  readonly address: number;
  readonly bank: number;
}

export class Pe {
  // The wires to the neighbours, as committed.
  read: TapRead | undefined;
  operation: Operation | undefined;
  drain: DrainCommand | undefined;
  taps: ChainWord | undefined;
  psum = 0;

  readonly #shift: number; // 32 - psumBits: psums wrap as the silicon's do
  readonly #held: (Tap | undefined)[][]; // by lane
  #word = 0; // where the next word of this load goes
  #done = false; // all of them are
  #tap: Tap | undefined;
  readonly #psums: readonly Int32Array[];
  // Work of each cycle: psums to be read; read, and to be added or sent south; to be written.
  #adds: Work | undefined;
  #drains: Work | undefined;
  #added: Work | undefined;
  #before = 0;
  #drained: Work | undefined;
  #leaving = 0;
  #written: Work | undefined;
  #value = 0;
  #cleared: Work | undefined;
  // The inputs, field by field: a simulation spends its time here, and so allocates nothing.
  #readIn: TapRead | undefined;
  #operationIn: Operation | undefined;
  #drainIn: DrainCommand | undefined;
  #tapsIn: ChainWord | undefined;
  #psumIn = 0;

  constructor(shape: PeShape) {
    this.#shift = 32 - shape.psumBits;
    const words = 2 ** tapWordBits(shape);
    this.#held = Array.from({ length: shape.weightLanes }, () => new Array(words).fill(undefined));
    this.#psums = Array.from({ length: shape.psumBanks }, () => new Int32Array(shape.psumDepth));
  }

  tick({ read, operation, drain, taps, psum }: PeInputs): void {
    this.#readIn = read;
    this.#operationIn = operation;
    this.#drainIn = drain;
    this.#tapsIn = taps;
    this.#psumIn = psum;
  }

  /** Everything below reads this PE's own registers, last cycle first, so each still holds its old value when read. */
  commit(): void {
    this.psum = (this.#psumIn + (this.#drained ? this.#leaving : 0)) | 0;
    const [write, value, clear] = [this.#written, this.#value, this.#cleared];
    this.#written = this.#added;
    if (this.#added) this.#value = ((this.#before + this.#added.product!) << this.#shift) >> this.#shift;
    this.#cleared = this.#drained;

    this.#added = this.#adds;
    if (this.#adds) this.#before = this.#psums[this.#adds.bank]![this.#adds.address]!;
    this.#drained = this.#drains;
    if (this.#drains) this.#leaving = this.#psums[this.#drains.bank]![this.#drains.address]!;
    if (write) this.#psums[write.bank]![write.address] = value;
    if (clear) this.#psums[clear.bank]![clear.address] = 0;

    this.#adds = this.#operationIn && this.#multiply(this.#operationIn);
    this.#drains = this.#drainIn && { ...this.#drainIn, product: undefined };

    const { lane, word } = this.#readIn ?? { lane: 0, word: 0 };
    this.#tap = this.#held[lane]![word];
    this.read = this.#readIn;
    this.operation = this.#operationIn;
    this.drain = this.#drainIn;
    this.taps = this.#tapsIn && this.#take(this.#tapsIn);
  }

  #multiply({ x, position, psumBank }: Operation): Work | undefined {
    const tap = this.#tap;
    if (!tap) return undefined;
    const address = position - tap.offset;
    if (address < 0 || address >= this.#psums[0]!.length) throw new Error(`no psum has address ${address}`);
    return { product: x * tap.weight, address, bank: psumBank };
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
    for (const [lane, { tap }] of lanes.entries()) this.#held[lane]![this.#word] = tap;
    this.#word++;
    const last = lanes.findIndex((entry, lane) => lane >= lanes.length - left && entry.last);
    if (last < 0) return undefined;
    this.#done = true;
    const onward = lanes.length - 1 - last;
    return onward > 0 ? { ...word, left: onward } : undefined;
  }
}
