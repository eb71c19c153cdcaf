/** Turns a complete region into bytes of the next layers' ifmaps. Silicon: ofm_emit.sv, which draws it. */
import { Fifo } from '../fifo/fifo.ts';
import type { Emit, Filter, Layer, Partition } from '../layer-control/layer.ts';
import type { Note, OfmPack, Pixel } from '../ofm-pack/ofm-pack.ts';
import { Requantise } from '../requantise/requantise.ts';
import type { Region } from '../wave-issue/wave-issue.ts';

export interface OfmEmitInputs {
  readonly layer: Layer;
  readonly region: Region | undefined; // to come
  readonly regionDone: boolean; // the psums of the oldest of them are in
  readonly partition: Partition | undefined; // what the tables answer
  readonly entry: Emit | undefined;
  readonly filter: Filter | undefined;
  readonly words: readonly number[]; // of all lanes, read two cycles ago
  readonly writeReady: boolean;
}

export interface OfmEmitShape {
  readonly cols: number;
  readonly lanes: number;
  readonly words: number;
}

type State = 'idle' | 'find' | 'base' | 'filters' | 'fetch' | 'take' | 'walk' | 'settle' | 'flush';

/** A word of a window that is read. */
interface Reading {
  readonly first: boolean;
  readonly last: boolean;
  readonly inside: boolean;
  readonly note: Note | undefined; // of the pixel whose last word it is
}

const QUEUE = 32;
/** Bits that a biased sum is held inside before it is scaled: a multiplication in two DSP slices, not four. */
export const SUM_BITS = 27;

export class OfmEmit {
  emitted = false; // a pulse: a region has left
  cleared = false; // a pulse: its half is clear again
  lanesReady = false;
  readonly #shape: OfmEmitShape;
  readonly #pack: OfmPack;
  readonly #regions = new Fifo<Region>(4);
  readonly #notes = new Fifo<Note>(QUEUE);
  readonly #requantise: readonly Requantise[];
  #state: State = 'idle';
  #clearing: readonly number[] = [0, 1];
  #clearAddress = 0;
  #clearEnd: number;
  #complete = 0;
  #flying = 0; // pixels between the walk and the packer
  #room = true;
  #accepted = false;
  // The filters of this round.
  #blocksLeft = 0;
  #filterBase = 0;
  #filterAt = 0; // of the table
  #bitmapBase = 0;
  #valueBase = 0;
  #column = 0;
  #lane = 0;
  #laneBitmaps: number[];
  #laneValues: number[];
  #filters: (Filter | undefined)[];
  #active: boolean[];
  // The list, and the tile that is walked.
  #partition: Partition | undefined;
  #atEntry = 0;
  #next: Emit | undefined;
  #entry: Emit | undefined;
  #y = 0;
  #x = 0;
  #wy = 0;
  #wx = 0;
  #reading: readonly [Reading | undefined, Reading | undefined] = [undefined, undefined]; // cycles 1 and 2
  #gathered: (Reading & { readonly words: readonly number[] }) | undefined; // cycle 3
  #largest: readonly number[];
  #have = false;
  #enters = false; // cycle 5
  #inputs: OfmEmitInputs | undefined;
  #layer: Layer | undefined;

  constructor(shape: OfmEmitShape, pack: OfmPack) {
    this.#shape = shape;
    this.#pack = pack;
    this.#clearEnd = shape.words;
    const zeros = (): number[] => new Array(shape.lanes).fill(0);
    [this.#laneBitmaps, this.#laneValues, this.#largest] = [zeros(), zeros(), zeros()];
    this.#filters = new Array(shape.lanes).fill(undefined);
    this.#active = new Array(shape.lanes).fill(false);
    this.#requantise = Array.from({ length: shape.lanes }, () => new Requantise(QUEUE, SUM_BITS));
  }

  get partitionAddress(): number {
    return this.#regions.out?.partition ?? 0;
  }

  get entryAddress(): number {
    return this.#atEntry;
  }

  get filterAddress(): number {
    return this.#filterAt;
  }

  get read() {
    return { half: this.#regions.out?.half ?? 0, address: this.#readAddress };
  }

  get clear() {
    return { halves: this.#clearing, address: this.#clearAddress };
  }

  get #readAddress(): number {
    const entry = this.#entry;
    if (!entry || !this.#layer) return 0;
    const { pitch, rowStep, stride } = this.#layer;
    const scale = 2 ** entry.logStep;
    const row = entry.address + this.#y * rowStep * scale + this.#wy * pitch;
    return (row + this.#x * stride * scale + this.#wx) % this.#shape.words;
  }

  get #windowLast(): boolean {
    const { kernel } = this.#layer!;
    return this.#wy + 1 === kernel && this.#wx + 1 === kernel;
  }

  get #walks(): boolean {
    return this.#state === 'walk' && this.#room;
  }

  tick(inputs: OfmEmitInputs): void {
    this.#inputs = inputs;
    this.#layer = inputs.layer;
    const { layer, region, writeReady } = inputs;
    const pixel = this.#packed;
    const outReady = this.#pack.ready;
    this.#regions.tick({ word: region, outReady: this.#ends });
    this.#notes.tick({ word: this.#reading[1]?.note, outReady: outReady && pixel !== undefined });
    this.#pack.tick({
      pixel,
      laneBitmaps: this.#laneBitmaps,
      laneValues: this.#laneValues,
      writeReady,
    });
    for (const [j, block] of this.#requantise.entries()) {
      const filter = this.#filters[j] ?? { bias: 0, multiplier: 0, shift: 0 };
      const acc = this.#largest[j]!;
      block.tick({
        word: this.#enters
          ? { acc, window: 0, correction: 0, ...filter, low: layer.low, high: layer.high }
          : undefined,
        outReady,
      });
    }
  }

  get #ends(): boolean {
    return this.#state === 'flush' && this.#pack.empty;
  }

  /** What the packer is offered. */
  get #packed(): Pixel | undefined {
    const bytes = this.#requantise.map((each) => each.out);
    if (bytes[0] === undefined) return undefined;
    return { bytes: bytes as readonly number[], note: this.#notes.out! };
  }

  /** The note of the pixel whose last word is read in this cycle. */
  #pixel(): Note {
    const { planeRows, planeCols } = this.#layer!;
    const entry = this.#entry!;
    const step = 2 ** entry.logStep;
    const [y, x] = [entry.planeY + this.#y * step, entry.planeX + this.#x * step];
    const last = this.#x + 1 === entry.width && this.#y + 1 === entry.height;
    return {
      outside: y < 0 || x < 0 || y >= planeRows || x >= planeCols,
      tileEnds: last,
      segmentEnds: last && entry.endsSegment === 1,
      bitmaps: this.#bitmapBase + entry.bitmaps,
      values: this.#valueBase + entry.values,
      active: this.#active,
    };
  }

  commit(): void {
    const { regionDone, words, entry } = this.#inputs!;
    const begins = this.#state === 'idle' && this.#complete > 0;
    const walks = this.#walks;
    const ends = this.#ends;
    const pixel = walks && this.#windowLast;
    const accepted = this.#requantise[0]!.out !== undefined && this.#pack.ready;

    this.#compare();
    const column = this.#column;
    const [before, reading] = this.#reading;
    this.#gathered = reading && { ...reading, words: words.slice(column, column + this.#shape.lanes) };
    this.#reading = [walks ? this.#readingNow() : undefined, before];

    this.emitted = ends;
    this.#complete += Number(regionDone) - Number(begins);
    const clears = this.#clearing.length > 0;
    this.cleared = false;
    if (clears) this.#clearStep();
    this.#step({ begins, walks, ends, clears });
    this.#next = entry;
    this.#room = this.#flying < QUEUE - 1;
    this.#flying += Number(pixel) - Number(this.#accepted);
    this.#accepted = accepted;
    for (const block of this.#requantise) block.commit();
    this.#regions.commit();
    this.#notes.commit();
    this.#pack.commit();
  }

  #compare(): void {
    const it = this.#gathered;
    this.#enters = it?.last === true;
    if (!it) return;
    const anew = it.first || !this.#have;
    if (it.inside)
      this.#largest = it.words.map((word, j) =>
        anew || word > this.#largest[j]! ? word : this.#largest[j]!,
      );
    this.#have = it.inside || (this.#have && !it.first);
  }

  #readingNow(): Reading {
    const entry = this.#entry!;
    const { stride } = this.#layer!;
    const { rows, cols } = this.#partition!;
    const along = stride * 2 ** entry.logStep;
    const y = entry.windowY + this.#y * along + this.#wy;
    const x = entry.windowX + this.#x * along + this.#wx;
    return {
      first: this.#wy === 0 && this.#wx === 0,
      last: this.#windowLast,
      inside: y >= 0 && x >= 0 && y < rows && x < cols,
      note: this.#windowLast ? this.#pixel() : undefined,
    };
  }

  #step({ begins, walks, ends, clears }: Record<'begins' | 'walks' | 'ends' | 'clears', boolean>): void {
    const { partition, layer } = this.#inputs!;
    switch (this.#state) {
      case 'idle':
        if (begins) this.#state = 'find';
        break;
      case 'find':
        this.#partition = partition!;
        this.#blocksLeft = this.#regions.out!.block;
        [this.#bitmapBase, this.#valueBase, this.#filterBase, this.#column] = [0, 0, 0, 0];
        this.#state = 'base';
        break;
      case 'base':
        this.#lane = 0;
        this.#filterAt = this.#filterBase;
        if (this.#blocksLeft-- === 0) this.#state = 'filters';
        else {
          this.#bitmapBase += layer.outBlockBitmaps;
          this.#valueBase += layer.outBlockValues;
          this.#filterBase += this.#shape.cols;
        }
        break;
      case 'filters':
        this.#filterStep(layer);
        break;
      case 'fetch':
        this.#state = 'take';
        break;
      case 'take':
        this.#entry = this.#next!;
        this.#atEntry++;
        [this.#y, this.#x, this.#wy, this.#wx] = [0, 0, 0, 0];
        this.#state = 'walk';
        break;
      case 'walk':
        if (walks) this.#walkStep(layer);
        break;
      case 'settle':
        if (this.#flying === 0 && !(clears && this.#roundLast)) this.#nextRound(layer);
        break;
      case 'flush':
        if (ends) this.#state = 'idle';
        break;
    }
  }

  #clearStep(): void {
    if (++this.#clearAddress < this.#clearEnd) return;
    this.cleared = this.lanesReady;
    [this.#clearing, this.#clearAddress, this.lanesReady] = [[], 0, true];
  }

  /** The filter of the lane before answers now. */
  #filterStep({ filters, outBitmapPitch, outValuePitch }: Layer): void {
    const [lane, { lanes }] = [this.#lane, this.#shape];
    if (lane < lanes) {
      this.#laneBitmaps[lane] = lane * outBitmapPitch;
      this.#laneValues[lane] = lane * outValuePitch;
      this.#active = this.#active.with(lane, this.#filterAt < filters);
    }
    if (lane > 0) this.#filters[lane - 1] = this.#inputs!.filter;
    this.#atEntry = this.#partition!.firstEmit;
    if (lane === lanes) this.#state = 'fetch';
    this.#lane++;
    this.#filterAt++;
  }

  #walkStep({ kernel }: Layer): void {
    if (!this.#windowLast) {
      this.#wx = (this.#wx + 1) % kernel;
      if (this.#wx === 0) this.#wy++;
      return;
    }
    const { width, height } = this.#entry!;
    [this.#wy, this.#wx] = [0, 0];
    this.#x = (this.#x + 1) % width;
    if (this.#x > 0) return;
    if (++this.#y < height) return;
    const { firstEmit, emits } = this.#partition!;
    this.#state = this.#atEntry === firstEmit + emits ? 'settle' : 'fetch';
  }

  get #roundLast(): boolean {
    const { lanes, cols } = this.#shape;
    return this.#column + lanes === cols || this.#filterBase + lanes >= this.#layer!.filters;
  }

  /** All words of the round are read: after the last one the half is cleared while its bytes leave. */
  #nextRound({ outLanesBitmaps, outLanesValues, regionWords }: Layer): void {
    const { lanes } = this.#shape;
    const last = this.#roundLast;
    this.#lane = 0;
    this.#filterBase += lanes;
    this.#filterAt = this.#filterBase;
    this.#bitmapBase += outLanesBitmaps;
    this.#valueBase += outLanesValues;
    this.#column += lanes;
    this.#state = last ? 'flush' : 'filters';
    if (last) [this.#clearing, this.#clearEnd] = [[this.#regions.out!.half], regionWords];
  }
}
