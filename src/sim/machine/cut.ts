/** How the layers of a network are cut to the machine's memories: tiles, partitions, units of weights, order of reuse. */
import type { Arch } from '../../arch/arch.ts';
import { BEAT_BYTES } from '../../blocks/table-memory/beat.ts';
import { fail } from '../../errors.ts';
import {
  type ChannelOrder,
  isOrder,
  ownOrder,
  planesInOrder,
  virtualInOrder,
} from '../../schedule/channel-order.ts';
import { chooseUnroll, type LoweredLayer, lower } from '../../schedule/lowering.ts';
import {
  area,
  cut,
  planeRegion,
  type Rect,
  type TileSize,
  tileSizes,
  tilesOf,
  width,
} from '../../schedule/tiling.ts';
import { ofmapHeight, ofmapWidth } from '../../tensor/conv.ts';
import { bitmapPitch, type IfmapLayout, valuePitch } from './layout.ts';
import type { MachineLayer, VirtualChannel } from './machine-layer.ts';
import { groupsThatFit } from './psum-range.ts';
import { emitCount, type Feed, type RegionRows } from './regions.ts';
import { countsFit, rowCuts } from './row-cuts.ts';
import type { MachineShape } from './shape.ts';
import { bareWordsPerBeat, wordsPerBeat } from './shape.ts';

export interface CutLayer {
  readonly layer: MachineLayer;
  readonly lowered: LoweredLayer;
  readonly tile: TileSize;
  readonly virtual: readonly VirtualChannel[];
  readonly ifmap: IfmapLayout;
  readonly ofmap: IfmapLayout; // the ifmap of the layer that follows
  /** Rectangles of the ofmap, before pooling, and what of the next layer's ifmap is cut from each. */
  readonly regions: readonly { readonly rect: Rect; readonly feeds: readonly Feed[] }[];
  readonly groups: number;
  readonly pitch: number; // psums a row, of every tile
  readonly taps: Uint8Array; // K of each virtual channel
  readonly bare: boolean; // taps have no offsets: every kernel is one tap
  readonly unitBlocks: number;
  readonly chunkGroups: number;
  readonly weightFirst: boolean;
}

/** From the last layer to the first; a layer that does not fit makes the one behind it smaller pieces to feed. */
export function cutChain(
  layers: readonly MachineLayer[],
  arch: Arch,
  shape: MachineShape,
): readonly CutLayer[] {
  checkArch(arch);
  const facts = layers.map((layer, i) => {
    check(layer, i > 0);
    refuse(tableLack(layer, arch, shape), layer);
    const facts = factsOf(layer, layers[i - 1], arch);
    refuse(headerLack(facts, arch, shape), layer);
    return facts;
  });
  const pieces = layers.map(() => 1); // ifmap partitions of each layer, at least
  let outputPieces = 1;
  const [rows] = writtenPlane(layers.at(-1)!);
  let stuck = -1;
  for (let attempt = 0; attempt < 400; attempt++) {
    const cuts: CutLayer[] = [];
    let ofmap = outputLayout(layers.at(-1)!, outputPieces, arch);
    stuck = -1;
    for (let i = layers.length - 1; i >= 0; i--) {
      const found = cutLayer(facts[i]!, { ofmap, pieces: pieces[i]!, arch, shape });
      if (!found) {
        stuck = i;
        break;
      }
      cuts.unshift(found);
      ofmap = found.ifmap;
    }
    if (stuck < 0) return cuts;
    // Its partitions follow what it feeds, one for one at the finest; so that must come in more pieces.
    if (stuck === layers.length - 1 && ++outputPieces > rows) break; // finer than rows there is nothing
    if (stuck < layers.length - 1) pieces[stuck + 1]!++;
  }
  return fail('no way to cut these layers fits the machine', {
    at: `layer "${layers[stuck]!.name}"`,
    hint: 'larger buffers, or smaller layers',
  });
}

/** What the memory formats have room for. */
function checkArch({ pe }: Arch): void {
  if (![32, 64, 128].includes(pe.psumDepth))
    fail(`bitmaps of ${pe.psumDepth} bits do not fill a beat of 128`, { hint: 'pe.psumDepth 32, 64 or 128' });
  if (pe.weightLanes > 4 || pe.weightDepth > 63)
    fail(`${pe.weightLanes} lanes of ${pe.weightDepth} taps do not fit the tables`, {
      hint: 'pe.weightLanes 4 and pe.weightDepth 63 at most',
    });
}

function check({ name, conv, pool }: MachineLayer, follows: boolean): void {
  const at = `layer "${name}"`;
  if (conv.groups !== 1) fail('the machine runs grouped convolutions as one layer a group', { at });
  if (conv.dilation[0] !== 1 || conv.dilation[1] !== 1) fail('the machine has no dilation', { at });
  if (pool && (pool.kernel > 15 || pool.stride > 15))
    fail(`no pooling of ${pool.kernel} by ${pool.stride}`, { at });
  const [down, across] = conv.stride;
  if (follows && (down !== across || ![1, 2, 4, 8].includes(down)))
    fail(`the machine cannot write an ifmap for a stride of ${down}, ${across}`, {
      at,
      hint: 'strides 1, 2, 4 and 8, the same both ways; the first layer may have any, for a host writes its ifmap',
    });
}

/** More of something than a table has room for, which no cut would change: a search for one would be long and in vain. */
export interface Lack {
  readonly what: 'virtual channels' | 'filters' | 'words of taps';
  readonly count: number;
  readonly room: number;
}

/** What a layer by itself has too much of, if anything. */
export const layerLack = (layer: MachineLayer, arch: Arch, shape: MachineShape): Lack | undefined =>
  tableLack(layer, arch, shape) ?? headerLack(factsOf(layer, undefined, arch), arch, shape);

function tableLack(layer: MachineLayer, arch: Arch, shape: MachineShape): Lack | undefined {
  const { conv } = layer;
  const channels = conv.C * lower(conv, chooseUnroll(conv, arch))[0]!.slices.length;
  return (
    over('virtual channels', channels, Math.min(shape.channels, shape.groups * arch.array.rows)) ??
    over('filters', conv.K, shape.filters)
  );
}

const over = (what: Lack['what'], count: number, room: number): Lack | undefined =>
  count > room ? { what, count, room } : undefined;

/** Every word of every group's load has a header. */
function headerLack({ taps, groups }: Pick<CutLayer, 'taps' | 'groups'>, arch: Arch, shape: MachineShape) {
  let words = 0;
  for (let g = 0; g < groups; g++) words += groupWords(taps, g, arch);
  return over('words of taps', words, shape.headerBeats * BEAT_BYTES);
}

function refuse(lack: Lack | undefined, { name }: MachineLayer): void {
  if (lack)
    fail(
      `no way to cut these layers fits the machine: ${lack.count} ${lack.what}, and its tables hold ${lack.room}`,
      { at: `layer "${name}"` },
    );
}

/** What no cut of a layer changes. */
interface LayerFacts extends Pick<CutLayer, 'layer' | 'lowered' | 'virtual' | 'groups' | 'taps' | 'bare'> {
  readonly source: Pick<IfmapLayout, 'size' | 'planes' | 'order' | 'channels'>;
  readonly psumGroups: number; // that may add up in a PE
}

function factsOf(layer: MachineLayer, before: MachineLayer | undefined, arch: Arch): LayerFacts {
  const { rows } = arch.array;
  const lowered = lower(layer.conv, chooseUnroll(layer.conv, arch))[0]!;
  const { virtual, ...source } = sourceOf(layer, lowered, before);
  const groups = Math.ceil(virtual.length / rows);
  const channels = groups * rows;
  return {
    ...{ layer, lowered, virtual, groups, source: { ...source, channels } },
    taps: channelTapCounts(layer, { lowered, virtual, channels, rows }),
    bare: lowered.slices.every((slice) => slice.taps.every(({ y, x }) => y === 0 && x === 0)),
    psumGroups: groupsThatFit(layer, { lowered, virtual, rows, psumBits: arch.pe.psumBits }),
  };
}

interface Context {
  readonly ofmap: IfmapLayout;
  readonly pieces: number;
  readonly arch: Arch;
  readonly shape: MachineShape;
}

function cutLayer(facts: LayerFacts, context: Context): CutLayer | undefined {
  const { arch, shape } = context;
  const candidates = rowCuts(facts, context);
  for (const tile of tileSizes(facts.lowered, arch.pe.psumDepth).toSorted((a, b) => area2(b) - area2(a)))
    for (const { regions, planes } of candidates) {
      if (!countsFit(planes, tile, { groups: facts.groups, shape })) continue;
      const found = withRegions(facts, { tile, regions }, context);
      if (found && fits(found, arch, shape) && found.ifmap.partitions.length >= context.pieces) return found;
    }
  return undefined;
}

const area2 = ([h, w]: TileSize): number => h * w;

function withRegions(
  { source, psumGroups, ...facts }: LayerFacts,
  { tile, regions }: { tile: TileSize; regions: readonly RegionRows[] },
  { ofmap, arch, shape }: Context,
): CutLayer | undefined {
  const { layer, lowered } = facts;
  const rects = regions.map(({ rows }): Rect => ({ y: rows, x: [0, ofmapWidth(layer.conv)] }));
  const partitions = rects.map((rect) => tilesOf(planeRegion(rect, lowered), tile));
  if (partitions.some((tiles) => tiles.length === 0)) return undefined;
  const ifmap: IfmapLayout = { ...source, partitions, psumDepth: arch.pe.psumDepth };
  return {
    ...{ ...facts, tile, ifmap, ofmap },
    pitch: Math.max(...partitions.flat().map(width)) + lowered.halo[1],
    regions: rects.map((rect, i) => ({ rect, feeds: regions[i]!.feeds })),
    ...weightOrder({ ...facts, ifmap, psumGroups, arch, shape }),
  };
}

/** What the ifmap's planes are: the lowering's, or, where a fully connected layer flattens planes, one a pixel. */
function sourceOf(
  { name, conv, order: given }: MachineLayer,
  { slices }: LoweredLayer,
  before: MachineLayer | undefined,
) {
  const [H, W] = before ? (before.pool?.to ?? [ofmapHeight(before.conv), ofmapWidth(before.conv)]) : [1, 1];
  const flat = before !== undefined && conv.H === 1 && conv.W === 1 && H * W > 1;
  const pixels = flat ? H * W : 1;
  const C = conv.C / pixels;
  const planes = flat
    ? Array.from(
        { length: pixels },
        (_, i) => ({ origin: [Math.floor(i / W), i % W], step: [1, 1] }) as const,
      )
    : slices;
  const all = given ?? planesInOrder(ownOrder(C), pixels);
  const order: ChannelOrder = flat
    ? { channels: all.channels.subarray(0, C).map((channel) => channel / pixels), by: 'slice' }
    : all;
  const read = flat ? planesInOrder(order, pixels) : order;
  const same = read.channels.every((channel, at) => channel === all.channels[at]);
  if (!isOrder(order, C) || all.channels.length !== conv.C || !same)
    fail(`the order of its channels is none of ${C} of ${pixels} pixels`, { at: `layer "${name}"` });
  const virtual = Array.from(
    virtualInOrder(read, slices.length),
    (v): VirtualChannel => ({ channel: Math.floor(v / slices.length), slice: v % slices.length }),
  );
  return { size: flat ? ([C, H, W] as const) : ([conv.C, conv.H, conv.W] as const), planes, order, virtual };
}

/** Most taps of any filter, of each virtual channel; at least one for each but the last rows of a group. */
function channelTapCounts(
  { conv: { C, K, R, S }, weight }: MachineLayer,
  of: { lowered: LoweredLayer; virtual: readonly VirtualChannel[]; channels: number; rows: number },
): Uint8Array {
  const taps = new Uint8Array(of.channels);
  for (const [v, { channel, slice }] of of.virtual.entries())
    for (let k = 0; k < K; k++) {
      let held = 0;
      for (const tap of of.lowered.slices[slice]!.taps)
        if (weight[(k * C + channel) * R * S + tap.weight]) held++;
      if (held > taps[v]!) taps[v] = held;
    }
  for (let first = 0; first < of.channels; first += of.rows) {
    const last = taps.subarray(first, first + of.rows).findLastIndex((held) => held > 0);
    for (let r = 0; r < last; r++) taps[first + r] = Math.max(1, taps[first + r]!);
  }
  return taps;
}

/** Words of a group's weight load. */
export const groupWords = (taps: Uint8Array, group: number, { array, pe }: Arch): number =>
  Math.ceil(
    taps.subarray(group * array.rows, (group + 1) * array.rows).reduce((sum, k) => sum + k, 0) /
      pe.weightLanes,
  );

/** Beats of the loads of some groups on end, in a column. */
export const groupsBeats = (
  { taps, bare }: Pick<CutLayer, 'taps' | 'bare'>,
  [first, end]: readonly [number, number],
  arch: Arch,
): number => {
  let words = 0;
  for (let g = first; g < end; g++) words += groupWords(taps, g, arch);
  return Math.ceil(words / (bare ? bareWordsPerBeat(arch) : wordsPerBeat(arch)));
};

/**
 * Units of weights, cut into chunks where a block does not fit the memory or its sums a PE; and whether they or the
 * partitions stay on chip: whichever moves fewer beats.
 */
function weightOrder({
  layer,
  ifmap,
  taps,
  bare,
  groups,
  psumGroups,
  arch,
  shape,
}: {
  layer: MachineLayer;
  ifmap: IfmapLayout;
  taps: Uint8Array;
  bare: boolean;
  groups: number;
  psumGroups: number;
  arch: Arch;
  shape: MachineShape;
}): Pick<CutLayer, 'unitBlocks' | 'chunkGroups' | 'weightFirst'> {
  const beats = (some: readonly [number, number]): number => groupsBeats({ taps, bare }, some, arch);
  const block = beats([0, groups]);
  const blocks = Math.ceil(layer.conv.K / arch.array.cols);
  const partitions = ifmap.partitions.length;
  if (block > shape.weightBeats || psumGroups < groups) {
    let chunkGroups = psumGroups;
    const largest = (size: number): number => Math.max(...cutEvery(groups, size).map(beats));
    while (chunkGroups > 1 && largest(chunkGroups) > shape.weightBeats) chunkGroups--;
    // Every chunk is fetched as long as the longest: of one size, or nearly, all are shorter.
    const even = Math.ceil(groups / Math.ceil(groups / chunkGroups));
    if (largest(even) <= shape.weightBeats) chunkGroups = even;
    return { unitBlocks: 1, chunkGroups, weightFirst: false };
  }
  if (partitions === 1) return { unitBlocks: 1, chunkGroups: groups, weightFirst: false };
  const unitBlocks = Math.max(1, Math.min(blocks, Math.floor(shape.weightBeats / Math.max(1, block))));
  const units = Math.ceil(blocks / unitBlocks);
  const weights = block * blocks * arch.array.cols;
  const ifmaps = partitions * ifmap.channels * (bitmapPitch(ifmap) + valuePitch(ifmap) / 2);
  const ifmapFirst = ifmaps + weights * (units > 1 ? partitions : 1);
  const weightFirst = arch.reuse
    ? arch.reuse === 'reuse-weight-first'
    : weights + ifmaps * units < ifmapFirst;
  return { unitBlocks, chunkGroups: groups, weightFirst };
}

/** [0, end) in pieces of `size`, the last one smaller. */
export const cutEvery = (end: number, size: number): readonly (readonly [number, number])[] =>
  Array.from({ length: Math.ceil(end / size) }, (_, i) => [i * size, Math.min(end, (i + 1) * size)] as const);

function fits(found: CutLayer, arch: Arch, shape: MachineShape): boolean {
  const { layer, ifmap, regions, groups, pitch, lowered, ofmap } = found;
  const { conv } = layer;
  const tiles = ifmap.partitions.map((list) => list.length);
  const psums = Math.max(...ifmap.partitions.flat().map((t) => (t.y[1] - t.y[0] + lowered.halo[0]) * pitch));
  const emits = emitCount(regions, ofmap);
  const rowValues = groups * valuePitch(ifmap);
  return (
    psums <= arch.pe.psumDepth &&
    regions.every(({ rect }) => area(rect) <= shape.ofmWords) &&
    Math.max(...tiles) * groups <= shape.entries &&
    tiles.reduce((sum, n) => sum + n, 0) <= Math.min(shape.tiles, 1023) &&
    rowValues <= shape.valueBeats &&
    regions.length <= shape.partitions &&
    emits <= Math.min(shape.emits, 4095) &&
    conv.K <= shape.filters &&
    groups <= shape.groups &&
    ifmap.channels <= shape.channels &&
    ifmap.channels * bitmapPitch(ifmap) < 65536 &&
    Math.max(...cutEvery(groups, 1).map((group) => groupsBeats(found, group, arch))) <= shape.weightBeats
  );
}

/** Of an ofmap as it is written: pooled. */
const writtenPlane = ({ conv, pool }: Pick<MachineLayer, 'conv' | 'pool'>): readonly [H: number, W: number] =>
  pool?.to ?? [ofmapHeight(conv), ofmapWidth(conv)];

/** What the last layer writes: its ofmap in plain tiles, for the host. */
function outputLayout({ conv, pool }: MachineLayer, pieces: number, arch: Arch): IfmapLayout {
  const [H, W] = writtenPlane({ conv, pool });
  const side = Math.floor(Math.sqrt(arch.pe.psumDepth));
  return {
    size: [conv.K, H, W],
    planes: [{ origin: [0, 0], step: [1, 1] }],
    partitions: cut([0, H], Math.ceil(H / pieces)).map((y) => tilesOf({ y, x: [0, W] }, [side, side])),
    channels: Math.ceil(conv.K / arch.array.rows) * arch.array.rows,
    order: ownOrder(conv.K),
    psumDepth: arch.pe.psumDepth,
  };
}
