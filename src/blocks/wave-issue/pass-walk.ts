/** The loops of a layer around its passes: which comes next, and whether it can begin. Silicon: pass_walk.sv, which draws it. */
import type { Layer, Partition } from '../layer-control/layer.ts';

export interface PassWalkInputs {
  readonly start: boolean;
  readonly layer: IssueLayer;
  readonly ifmapLoaded: boolean;
  readonly weightsLoaded: boolean;
  readonly regionEmitted: boolean;
  readonly halfCleared: boolean;
  readonly lanesReady: boolean;
  readonly partition: Pick<Partition, 'firstTile' | 'tiles'> | undefined; // what the table answers
  readonly taken: boolean;
}

export type IssueLayer = Pick<
  Layer,
  | 'weightFirst'
  | 'partitions'
  | 'units'
  | 'blocks'
  | 'unitBlocks'
  | 'chunks'
  | 'chunkGroups'
  | 'groups'
  | 'bare'
  | 'blockBeats'
>;

export interface Pass {
  readonly partition: number;
  readonly block: number;
  readonly ifmapHalf: number;
  readonly weightHalf: number;
  readonly ofmHalf: number;
  readonly blockBase: number; // of its weights, in beats
  readonly firstTile: number;
  readonly tiles: number;
  readonly firstGroup: number;
  readonly groups: number;
  readonly completes: boolean; // its region
  readonly final: boolean; // no pass follows
  readonly freesIfmap: boolean;
  readonly freesWeights: boolean;
}

type State = 'idle' | 'step' | 'reload' | 'settle' | 'prepare' | 'offer';

export class PassWalk {
  idle = true; // a cycle late
  #state: State = 'idle';
  #ifmaps = 0; // on chip and not yet taken by a pass
  #weights = 0;
  #unwritten = 0; // regions between their first wave and their emission
  #halves = 0; // of the lanes, from a region's first wave on until they are clear again
  #able = false;
  #needIfmap = true;
  #needWeights = true;
  #ifmapHalf = 0;
  #weightHalf = 1;
  #ofmHalf = 1;
  #partition = 0;
  #unit = 0;
  #blockOfUnit = 0;
  #blockBase = 0;
  #firstBlock = 0;
  #chunk = 0;
  #firstGroup = 0;
  #tiles: Pick<Partition, 'firstTile' | 'tiles'> = { firstTile: 0, tiles: 0 };
  #inputs: PassWalkInputs | undefined;

  get partitionAddress(): number {
    return this.#partition;
  }

  /** The next pass, once it can begin. */
  get offer(): Pass | undefined {
    if (this.#state !== 'offer' || !this.#able) return undefined;
    const { block, unit, partition } = this.#lasts;
    const { chunks, chunkGroups, groups, units, partitions, weightFirst } = this.#inputs!.layer;
    const first = weightFirst === 1;
    return {
      partition: this.#partition,
      block: this.#firstBlock + this.#blockOfUnit,
      ...{ ifmapHalf: this.#ifmapHalf, weightHalf: this.#weightHalf, ofmHalf: this.#ofmHalf },
      ...{ blockBase: this.#blockBase, ...this.#tiles, firstGroup: this.#firstGroup },
      groups: Math.min(chunkGroups, groups - this.#firstGroup),
      completes: this.#chunk + 1 === chunks,
      final: block && unit && partition,
      // After this pass nobody reads the partition, or the unit, any more: until it is loaded again.
      freesIfmap: block && (first ? partitions > 1 || unit : unit),
      freesWeights: block && (first ? partition : units > 1 || partition),
    };
  }

  /** What the pass that stands at the offer waits for; empty where none does. */
  get lacks(): readonly ('ifmap' | 'weights' | 'lanes')[] {
    if (this.#state !== 'offer') return [];
    return [
      ...(this.#needIfmap && this.#ifmaps === 0 ? (['ifmap'] as const) : []),
      ...(this.#needWeights && this.#weights === 0 ? (['weights'] as const) : []),
      ...(this.#chunk === 0 && this.#halves === 2 ? (['lanes'] as const) : []),
    ];
  }

  get #lasts() {
    const { unitBlocks, blocks, units, partitions } = this.#inputs!.layer;
    return {
      block: this.#blockOfUnit + 1 === unitBlocks || this.#firstBlock + this.#blockOfUnit + 1 === blocks,
      unit: this.#unit + 1 === units,
      partition: this.#partition + 1 === partitions,
    };
  }

  tick(inputs: PassWalkInputs): void {
    this.#inputs = inputs;
  }

  commit(): void {
    const { start, layer, ifmapLoaded, weightsLoaded, lanesReady, partition, taken } = this.#inputs!;
    const { regionEmitted, halfCleared } = this.#inputs!;
    this.idle = this.#state === 'idle' && this.#unwritten === 0;
    const opens = this.#chunk === 0;
    this.#able =
      lanesReady &&
      (!this.#needIfmap || this.#ifmaps > 0) &&
      (!this.#needWeights || this.#weights > 0) &&
      (!opens || this.#halves < 2);
    this.#ifmaps += Number(ifmapLoaded) - Number(taken && this.#needIfmap);
    this.#weights += Number(weightsLoaded) - Number(taken && this.#needWeights);
    this.#unwritten += Number(taken && opens) - Number(regionEmitted);
    this.#halves += Number(taken && opens) - Number(halfCleared);
    if (taken) {
      const { block, unit, partition: last } = this.#lasts;
      this.#state = block && unit && last ? 'idle' : 'step';
    } else if (this.#state === 'step') {
      this.#step(layer);
      this.#state = 'reload';
    } else if (this.#state === 'reload') this.#state = 'settle';
    else if (this.#state === 'settle') [this.#state, this.#tiles] = ['prepare', partition!];
    else if (this.#state === 'prepare') this.#state = 'offer';
    if (start) this.#start();
  }

  #start(): void {
    // Weights may be there already, fetched under the layer before, and a half of the lanes may not be clear yet: what
    // counts them goes on.
    [this.#state, this.#ifmaps, this.#weightHalf] = ['reload', 0, 1 - this.#weightHalf];
    [this.#needIfmap, this.#needWeights, this.#ifmapHalf] = [true, true, 0];
    [this.#partition, this.#unit, this.#blockOfUnit, this.#blockBase] = [0, 0, 0, 0];
    [this.#firstBlock, this.#chunk, this.#firstGroup, this.#ofmHalf] = [0, 0, 0, 1 - this.#ofmHalf];
  }

  #step({ weightFirst, units, partitions, chunks, chunkGroups, unitBlocks, blockBeats }: IssueLayer): void {
    const lasts = this.#lasts;
    this.#blockOfUnit = lasts.block ? 0 : this.#blockOfUnit + 1;
    this.#blockBase = lasts.block ? 0 : this.#blockBase + blockBeats;
    const unitTurns = lasts.block && (weightFirst === 0 || lasts.partition);
    const partitionTurns = lasts.block && (weightFirst === 1 || lasts.unit);
    this.#needWeights = unitTurns && units > 1;
    this.#needIfmap = partitionTurns && partitions > 1;
    if (this.#needWeights) this.#weightHalf = 1 - this.#weightHalf;
    if (this.#needIfmap) this.#ifmapHalf = 1 - this.#ifmapHalf;
    if (unitTurns) {
      const chunkLast = this.#chunk + 1 === chunks;
      if (chunkLast) this.#firstBlock = lasts.unit ? 0 : this.#firstBlock + unitBlocks;
      this.#unit = lasts.unit ? 0 : this.#unit + 1;
      this.#chunk = chunkLast ? 0 : this.#chunk + 1;
      this.#firstGroup = chunkLast ? 0 : this.#firstGroup + chunkGroups;
    }
    if (partitionTurns) this.#partition = lasts.partition ? 0 : this.#partition + 1;
    if (this.#chunk === 0) this.#ofmHalf = 1 - this.#ofmHalf;
  }
}
