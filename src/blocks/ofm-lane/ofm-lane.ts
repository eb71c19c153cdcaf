/** One column's lane of the ofmap buffer: one half adds psums while the other is read and cleared. Silicon: ofm_lane.sv. */

/** A word of a lane. */
export interface LanePlace {
  readonly half: number;
  readonly address: number;
}

export interface OfmLaneInputs {
  readonly psum: number;
  readonly place: LanePlace | undefined; // of the psum of the cycle before
  readonly read: LanePlace;
  readonly clear: { readonly halves: readonly number[]; readonly address: number };
}

export class OfmLane {
  word = 0; // read two cycles ago
  east: LanePlace | undefined;
  #read = 0; // in the cycle before
  readonly #halves: readonly Int32Array[];
  #psums: readonly [number, number, number] = [0, 0, 0];
  #reading: { readonly place: LanePlace; readonly old: number } | undefined; // cycle 2
  #adding: { readonly place: LanePlace; readonly old: number } | undefined; // cycle 3
  #inputs: OfmLaneInputs | undefined;

  constructor({ words }: { words: number }) {
    this.#halves = [new Int32Array(words), new Int32Array(words)];
  }

  tick(inputs: OfmLaneInputs): void {
    this.#inputs = inputs;
    const place = inputs.place;
    for (const busy of [this.#reading, this.#adding])
      if (place && busy && busy.place.half === place.half && busy.place.address === place.address)
        throw new Error(`word ${place.address} of an ofmap lane is used again within two cycles`);
  }

  commit(): void {
    const { psum, place, read, clear } = this.#inputs!;
    const reading = place && { place, old: this.#halves[place.half]![place.address]! };
    this.word = this.#read;
    this.#read = this.#halves[read.half]![read.address]!;
    if (this.#adding) {
      const { place: to, old } = this.#adding;
      this.#halves[to.half]![to.address] = old + this.#psums[2];
    }
    for (const half of clear.halves)
      if (this.#adding?.place.half !== half) this.#halves[half]![clear.address] = 0;
    this.#adding = this.#reading;
    this.#reading = reading;
    this.#psums = [psum, this.#psums[0], this.#psums[1]];
    this.east = place;
  }
}
