/** A record for every wave of a layer, when what it needs is on chip. Silicon: wave_issue.sv, which draws it. */
import { Fifo } from '../fifo/fifo.ts';
import type { Group, Tile } from '../layer-control/layer.ts';
import type { WaveRecord } from '../sequencer/sequencer.ts';
import { type Pass, PassWalk, type PassWalkInputs } from './pass-walk.ts';

/** What a wave's start and end mean to the others. */
export interface WaveTag {
  readonly freesIfmap: boolean;
  readonly freesWeights: boolean;
  readonly completes: boolean; // the region
  readonly half: number; // of the ofmap lanes
  readonly tile: number;
}

export interface Region {
  readonly partition: number;
  readonly block: number;
  readonly half: number;
}

export interface WaveIssueInputs extends Omit<PassWalkInputs, 'taken'> {
  readonly group: Group | undefined; // what the tables answer
  readonly tile: Pick<Tile, 'halo' | 'origin' | 'reciprocal' | 'psums'> | undefined;
  readonly works: boolean; // the wave has any
  readonly recordReady: boolean;
}

export interface WaveIssueShape {
  readonly psumBanks: 1 | 2;
  readonly entries: number; // waves an ifmap half
  readonly weightBeats: number; // a column and half
  readonly subBits: number; // of a tap's address: which word of its beat
}

/** A wave whose tables have been asked for. */
interface Asked {
  readonly final: boolean;
  readonly endsTile: boolean;
  readonly bank: number;
  readonly weightHalf: number;
  readonly entry: number;
  readonly blockBase: number;
  readonly tag: number;
}

const TILE_BITS = 10;
const QUEUE = 8;

/** Addresses of taps without offsets, from here on: the highest bit. */
export const BARE = 2 ** 15;

export const tagOf = (tag: number): WaveTag => ({
  freesIfmap: (tag >> (TILE_BITS + 3)) % 2 === 1,
  freesWeights: (tag >> (TILE_BITS + 2)) % 2 === 1,
  completes: (tag >> (TILE_BITS + 1)) % 2 === 1,
  half: (tag >> TILE_BITS) % 2,
  tile: tag % 2 ** TILE_BITS,
});

const tagBits = ({ freesIfmap, freesWeights, completes, half, tile }: WaveTag): number =>
  (((Number(freesIfmap) * 2 + Number(freesWeights)) * 2 + Number(completes)) * 2 + half) * 2 ** TILE_BITS +
  tile;

export class WaveIssue {
  readonly #shape: WaveIssueShape;
  readonly #passes = new PassWalk();
  readonly #queue = new Fifo<WaveRecord>(QUEUE);
  #pass: Pass | undefined; // whose waves go out
  #tile = 0; // of the pass
  #group = 0;
  #bank = 0;
  #asked: Asked | undefined; // cycle 1
  #made: WaveRecord | undefined; // cycle 2
  #ahead = 0; // records in the queue and on their way there
  #popped = false;
  #inputs: WaveIssueInputs | undefined;

  constructor(shape: WaveIssueShape) {
    this.#shape = shape;
  }

  get idle(): boolean {
    return this.#passes.idle;
  }

  get lacks(): PassWalk['lacks'] {
    return this.#passes.lacks;
  }

  get record(): WaveRecord | undefined {
    return this.#queue.out;
  }

  get partitionAddress(): number {
    return this.#passes.partitionAddress;
  }

  get groupAddress(): number {
    return (this.#pass?.firstGroup ?? 0) + this.#group;
  }

  get tileAddress(): number {
    return (this.#pass?.firstTile ?? 0) + this.#tile;
  }

  /** Where its entries are, and whether it has work. */
  get waveAddress(): number {
    const { entries } = this.#shape;
    const groups = this.#inputs?.layer.groups ?? 0;
    return (this.#pass?.ifmapHalf ?? 0) * entries + ((this.#tile * groups + this.groupAddress) % entries);
  }

  /** The region whose last wave is on its way to the queue. */
  get region(): Region | undefined {
    const it = this.#pass;
    if (!it?.completes || !this.issues || !this.#waveLast) return undefined;
    return { partition: it.partition, block: it.block, half: it.ofmHalf };
  }

  /** A wave's tables are asked for in this cycle. */
  get issues(): boolean {
    return this.#pass !== undefined && this.#ahead < QUEUE;
  }

  get #groupLast(): boolean {
    return this.#group + 1 === this.#pass?.groups;
  }

  get #waveLast(): boolean {
    return this.#groupLast && this.#tile + 1 === this.#pass?.tiles;
  }

  get #takes(): boolean {
    const free = this.#pass === undefined || (this.issues && this.#waveLast);
    return free && this.#passes.offer !== undefined;
  }

  tick(inputs: WaveIssueInputs): void {
    this.#inputs = inputs;
    this.#passes.tick({ ...inputs, taken: this.#takes });
    this.#queue.tick({ word: this.#made, outReady: inputs.recordReady });
  }

  commit(): void {
    const { group, tile, works, recordReady } = this.#inputs!;
    const issues = this.issues;
    const takes = this.#takes ? this.#passes.offer : undefined;
    const ahead = this.#ahead + Number(issues) - Number(this.#popped);
    this.#popped = recordReady && this.#queue.out !== undefined;
    this.#made = this.#asked && this.#recordOf(this.#asked, group!, tile!, works);
    this.#asked = issues ? this.#ask(this.#pass!) : undefined;
    if (issues) this.#step();
    if (takes) [this.#pass, this.#tile, this.#group] = [takes, 0, 0];
    this.#ahead = ahead;
    this.#passes.commit();
    this.#queue.commit();
  }

  #recordOf(
    asked: Asked,
    group: Group,
    tile: NonNullable<WaveIssueInputs['tile']>,
    works: boolean,
  ): WaveRecord {
    const { weightBeats, subBits } = this.#shape;
    const { final, endsTile, bank, weightHalf, entry, blockBase, tag } = asked;
    const { halo, origin, reciprocal, psums } = tile;
    const beat = weightHalf * weightBeats + ((blockBase + group.beat) % weightBeats);
    return {
      ...{ final, endsTile, psums, base: 0, entry, tag, header: group.header },
      words: works ? group.words : 0,
      place: { psumBank: bank, halo, origin, reciprocal },
      tap: this.#inputs!.layer.bare * BARE + beat * 2 ** subBits + group.word,
    };
  }

  #ask({ final, weightHalf, blockBase, freesIfmap, freesWeights, completes, ofmHalf }: Pass): Asked {
    const last = this.#waveLast;
    return {
      ...{ final: last && final, endsTile: this.#groupLast, bank: this.#bank, weightHalf, blockBase },
      entry: this.waveAddress,
      tag: tagBits({
        freesIfmap: last && freesIfmap,
        freesWeights: last && freesWeights,
        completes: last && completes,
        ...{ half: ofmHalf, tile: this.tileAddress },
      }),
    };
  }

  #step(): void {
    const [groupLast, waveLast] = [this.#groupLast, this.#waveLast];
    this.#group = groupLast ? 0 : this.#group + 1;
    if (groupLast) {
      this.#tile++;
      this.#bank = this.#shape.psumBanks === 2 ? 1 - this.#bank : 0;
    }
    if (waveLast) this.#pass = undefined;
  }
}
