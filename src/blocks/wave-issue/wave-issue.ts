/** The loops of a layer: a record for every wave, when what it needs is on chip. Silicon: wave_issue.sv, which draws it. */
import { Fifo } from '../fifo/fifo.ts';
import type { Group, Layer, Partition, Tile } from '../layer-control/layer.ts';
import type { WaveRecord } from '../sequencer/sequencer.ts';

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

export interface WaveIssueInputs {
  readonly start: boolean;
  readonly layer: Layer;
  readonly ifmapLoaded: boolean;
  readonly weightsLoaded: boolean;
  readonly regionEmitted: boolean;
  readonly lanesReady: boolean;
  readonly partition: Partition | undefined; // what the tables answer
  readonly group: Group | undefined;
  readonly tile: Tile | undefined;
  readonly slots: number;
  readonly recordReady: boolean;
}

export interface WaveIssueShape {
  readonly psumBanks: 1 | 2;
  readonly entries: number; // waves an ifmap half
  readonly weightBeats: number; // a column and half
  readonly wordsPerBeat: number;
}

type State = 'idle' | 'acquire' | 'find' | 'ready' | 'issue' | 'next';

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
  readonly #queue = new Fifo<WaveRecord>(4);
  #state: State = 'idle';
  #ifmaps = 0;
  #weights = 0;
  #regions = 0;
  #needIfmap = true;
  #needWeights = true;
  #ifmapHalf = 1;
  #weightHalf = 1;
  #ofmHalf = 1;
  #partition = 0;
  #unit = 0;
  #blockOfUnit = 0;
  #firstBlock = 0;
  #chunk = 0;
  #firstGroup = 0;
  #tile = 0;
  #endTile = 0;
  #group = 0;
  #endGroup = 0;
  #tileIndex = 0;
  #blockBase = 0;
  #bank = 0;
  #asked: Asked | undefined;
  #inputs: WaveIssueInputs | undefined;
  #layer: Layer | undefined;

  constructor(shape: WaveIssueShape) {
    this.#shape = shape;
  }

  get idle(): boolean {
    return this.#state === 'idle' && this.#regions === 0;
  }

  get record(): WaveRecord | undefined {
    return this.#queue.out;
  }

  get partitionAddress(): number {
    return this.#partition;
  }

  get groupAddress(): number {
    return this.#group;
  }

  get tileAddress(): number {
    return this.#tile;
  }

  get slotsAddress(): number {
    const { entries } = this.#shape;
    return this.#ifmapHalf * entries + ((this.#tileIndex + this.#group) % entries);
  }

  /** The region whose last wave enters the queue with the next cycle. */
  get region(): Region | undefined {
    if (!this.#issues || !this.#waveLast || !this.#chunkLast) return undefined;
    return { partition: this.#partition, block: this.#firstBlock + this.#blockOfUnit, half: this.#ofmHalf };
  }

  get #issues(): boolean {
    return this.#state === 'issue' && this.#queue.count < 3;
  }

  get #groupLast(): boolean {
    return this.#group + 1 === this.#endGroup;
  }

  get #waveLast(): boolean {
    return this.#groupLast && this.#tile + 1 === this.#endTile;
  }

  get #chunkLast(): boolean {
    return this.#chunk + 1 === this.#layer!.chunks;
  }

  get #loops() {
    const { unitBlocks, blocks, units, partitions, weightFirst } = this.#layer!;
    const block = this.#blockOfUnit + 1 === unitBlocks || this.#firstBlock + this.#blockOfUnit + 1 === blocks;
    const unit = this.#unit + 1 === units;
    const partition = this.#partition + 1 === partitions;
    const first = weightFirst === 1;
    return {
      ...{ block, unit, partition, pass: block && unit && partition },
      freesIfmap: block && (first ? partitions > 1 || unit : unit),
      freesWeights: block && (first ? partition : units > 1 || partition),
    };
  }

  tick(inputs: WaveIssueInputs): void {
    this.#inputs = inputs;
    this.#layer = inputs.layer;
    const { group, tile, slots, recordReady } = inputs;
    this.#queue.tick({
      word: this.#asked && this.#recordOf(this.#asked, group!, tile!, slots),
      outReady: recordReady,
    });
  }

  #recordOf(asked: Asked, group: Group, tile: Tile, slots: number): WaveRecord {
    const { weightBeats, wordsPerBeat } = this.#shape;
    const { final, endsTile, bank, weightHalf, entry, blockBase, tag } = asked;
    const { halo, origin, reciprocal, psums } = tile;
    const beat = weightHalf * weightBeats + ((blockBase + group.beat) % weightBeats);
    return {
      ...{ final, endsTile, slots, psums, base: 0, entry, tag, header: group.header },
      words: slots === 0 ? 0 : group.words,
      place: { psumBank: bank, halo, origin, reciprocal },
      tap: beat * 2 ** Math.ceil(Math.log2(wordsPerBeat)),
    };
  }

  commit(): void {
    const { start, layer, ifmapLoaded, weightsLoaded, regionEmitted, lanesReady, partition } = this.#inputs!;
    const issues = this.#issues;
    const acquires =
      this.#state === 'acquire' &&
      lanesReady &&
      (!this.#needIfmap || this.#ifmaps > 0) &&
      (!this.#needWeights || this.#weights > 0) &&
      (this.#chunk > 0 || this.#regions < 2);
    this.#ifmaps += Number(ifmapLoaded) - Number(acquires && this.#needIfmap);
    this.#weights += Number(weightsLoaded) - Number(acquires && this.#needWeights);
    this.#regions += Number(acquires && this.#chunk === 0) - Number(regionEmitted);
    this.#asked = issues ? this.#ask() : undefined;
    if (acquires) this.#acquire();
    else if (this.#state === 'find') this.#state = 'ready';
    else if (this.#state === 'ready') this.#ready(partition!, layer);
    else if (issues) this.#step(layer);
    else if (this.#state === 'next') this.#next(layer);
    if (start) this.#start();
    this.#queue.commit();
  }

  #start(): void {
    // Weights may be there already, fetched under the layer before: their count and half go on.
    [this.#state, this.#ifmaps] = ['acquire', 0];
    [this.#needIfmap, this.#needWeights, this.#ifmapHalf] = [true, true, 1];
    [this.#partition, this.#unit, this.#blockOfUnit, this.#blockBase] = [0, 0, 0, 0];
    [this.#firstBlock, this.#chunk, this.#firstGroup] = [0, 0, 0];
  }

  #acquire(): void {
    if (this.#needIfmap) this.#ifmapHalf = 1 - this.#ifmapHalf;
    if (this.#needWeights) this.#weightHalf = 1 - this.#weightHalf;
    if (this.#chunk === 0) this.#ofmHalf = 1 - this.#ofmHalf;
    [this.#needIfmap, this.#needWeights, this.#state] = [false, false, 'find'];
  }

  #ready({ firstTile, tiles }: Partition, { chunkGroups, groups }: Layer): void {
    [this.#tile, this.#endTile, this.#tileIndex] = [firstTile, firstTile + tiles, 0];
    [this.#group, this.#endGroup] = [this.#firstGroup, Math.min(this.#firstGroup + chunkGroups, groups)];
    this.#state = 'issue';
  }

  #ask(): Asked {
    const loops = this.#loops;
    const last = this.#waveLast;
    return {
      final: last && loops.pass,
      endsTile: this.#groupLast,
      bank: this.#bank,
      weightHalf: this.#weightHalf,
      entry: this.slotsAddress,
      blockBase: this.#blockBase,
      tag: tagBits({
        freesIfmap: last && loops.freesIfmap,
        freesWeights: last && loops.freesWeights,
        completes: last && this.#chunkLast,
        half: this.#ofmHalf,
        tile: this.#tile,
      }),
    };
  }

  #step({ groups }: Layer): void {
    if (this.#waveLast) this.#state = 'next';
    if (!this.#groupLast) {
      this.#group++;
      return;
    }
    this.#group = this.#firstGroup;
    this.#tile++;
    this.#tileIndex = (this.#tileIndex + groups) % this.#shape.entries;
    this.#bank = this.#shape.psumBanks === 2 ? 1 - this.#bank : 0;
  }

  #next({ weightFirst, units, partitions, chunkGroups, unitBlocks, blockBeats }: Layer): void {
    const loops = this.#loops;
    this.#state = loops.pass ? 'idle' : 'acquire';
    this.#blockOfUnit = loops.block ? 0 : this.#blockOfUnit + 1;
    this.#blockBase = loops.block ? 0 : this.#blockBase + blockBeats;
    const chunkLast = this.#chunkLast;
    if (loops.block && (weightFirst === 0 || loops.partition)) {
      this.#needWeights = units > 1;
      this.#unit = loops.unit ? 0 : this.#unit + 1;
      this.#chunk = chunkLast ? 0 : this.#chunk + 1;
      this.#firstGroup = chunkLast ? 0 : this.#firstGroup + chunkGroups;
      if (chunkLast) this.#firstBlock = loops.unit ? 0 : this.#firstBlock + unitBlocks;
    }
    if (loops.block && (weightFirst === 1 || loops.unit)) {
      this.#needIfmap = partitions > 1;
      this.#partition = loops.partition ? 0 : this.#partition + 1;
    }
  }
}
