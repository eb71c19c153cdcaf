/**
 * What a layer is to the machine: the 32 words of its descriptor and the tables behind it, a field a line. The same
 * places stand in layer_control.sv and in the blocks that read them; both twins get them from memory.
 */
import { type Beat, bitsOf, putBits, signedBitsOf } from '../table-memory/beat.ts';

export const DESCRIPTOR_BEATS = 8;

/** Tables in the order in which they lie in memory; the ifmap's loads start with the first two. */
export const TABLES = ['taps', 'partitions', 'headers', 'groups', 'tiles', 'emits', 'filters'] as const;
export type TableName = (typeof TABLES)[number];

type Place = readonly [at: number, width: number, signed?: 'signed'];
const word = (n: number, low = 0, width = 32): Place => [32 * n + low, width];

const DESCRIPTOR = {
  next: word(0), // beat of the next descriptor; 0: none
  tables: word(1), // beat of the first table
  tapsBeats: word(2, 0, 16),
  partitionsBeats: word(2, 16, 16),
  headersBeats: word(3, 0, 16),
  groupsBeats: word(3, 16, 16),
  tilesBeats: word(4, 0, 16),
  emitsBeats: word(4, 16, 16),
  filtersBeats: word(5, 0, 16),
  signed: word(5, 16, 1), // the ifmap's bytes
  weightFirst: word(5, 17, 1),
  bare: word(5, 18, 1), // its taps are weights without offsets
  weightStep: word(5, 20, 6), // words of a PE's taps that a wave may take: a power of two
  tableBeats: word(6, 0, 16), // of all tables
  partitions: word(7, 0, 16),
  units: word(7, 16, 16), // of weights
  blocks: word(8, 0, 16),
  unitBlocks: word(8, 16, 16),
  chunks: word(9, 0, 16), // units a block
  chunkGroups: word(9, 16, 16),
  weights: word(10), // beat of the first unit
  columnBeats: word(11, 0, 16), // of a unit, a column
  blockBeats: word(11, 16, 16), // of a block, a column
  unitBeats: word(12, 0, 16),
  channels: word(13, 0, 16), // virtual channels, whole groups
  bitmapBeats: word(13, 16, 16), // of all channels
  channelBeats: word(14, 0, 16), // of bitmaps, a channel
  valuePitch: word(15, 0, 16), // beats from a channel's values to the next one's
  outBitmapPitch: word(16, 0, 16), // of the ofmap as the next layer's ifmap, likewise
  outValuePitch: word(16, 16, 16),
  outBlockBitmaps: word(17), // beats from a block's first channel to the next one's
  outBlockValues: word(18),
  outLanesBitmaps: word(19), // from a round of lanes to the next one
  outLanesValues: word(20),
  kernel: word(21, 0, 4), // of the pooling; 1: none
  stride: word(21, 4, 4),
  pitch: word(21, 16, 16), // words from a row of a region to the next one
  ifmapLoads: word(22, 0, 16),
  weightLoads: word(22, 16, 16),
  filters: word(23, 0, 16),
  regionWords: word(23, 16, 16), // of the largest region
  low: [32 * 24, 9, 'signed'],
  high: [32 * 24 + 16, 9, 'signed'],
  planeRows: word(25, 0, 11), // of the ofmap, pooled
  planeCols: word(25, 16, 11),
  rowStep: word(26, 0, 16), // stride * pitch
  groups: word(27, 0, 16),
} as const satisfies Readonly<Record<string, Place>>;

const GROUP = {
  words: [0, 16], // of its load
  header: [16, 16],
  beat: [32, 12], // where its first word lies, from its block on
  word: [44, 4], // of that beat
} as const satisfies Fields;

const TILE = {
  psums: [0, 8],
  halo: [8, 8], // psums a row has more than pixels
  origin: [16, 8],
  reciprocal: [32, 16],
  width: [48, 8], // psums a row
  address: [64, 16], // of its first psum in the region, modulo the lane
  top: [80, 10, 'signed'],
  left: [90, 10, 'signed'],
  rows: [100, 10], // of the region
  cols: [110, 10],
} as const satisfies Fields;

const PARTITION = {
  bitmaps: [0, 28],
  values: [28, 28],
  firstTile: [56, 10],
  tiles: [66, 10],
  firstEmit: [76, 12],
  emits: [88, 12],
  rows: [100, 10], // of its region
  cols: [110, 10],
} as const satisfies Fields;

const EMIT = {
  planeY: [0, 10, 'signed'], // of its first pixel
  planeX: [10, 10, 'signed'],
  windowY: [20, 10, 'signed'], // region row of its first pixel's window
  windowX: [30, 10, 'signed'],
  address: [40, 10], // of that window's first word, modulo the lane
  height: [50, 7],
  width: [57, 7],
  bitmaps: [64, 28], // of channel 0's segment
  values: [92, 28],
  logStep: [120, 2], // ofmap pixels from pixel to pixel, as a power of two
  endsSegment: [122, 1],
} as const satisfies Fields;

const FILTER = { bias: [0, 32, 'signed'], multiplier: [32, 31], shift: [64, 6] } as const satisfies Fields;

type Fields = Readonly<Record<string, Place>>;
type RecordOf<F extends Fields> = { readonly [K in keyof F]: number };

export type Layer = RecordOf<typeof DESCRIPTOR>;
export type Group = RecordOf<typeof GROUP>;
export type Tile = RecordOf<typeof TILE>;
export type Partition = RecordOf<typeof PARTITION>;
export type Emit = RecordOf<typeof EMIT>;
export type Filter = RecordOf<typeof FILTER>;

/** A record's encoding in `beats` beats, and back. */
function codec<F extends Fields>(fields: F, beats: number) {
  return {
    encode(record: RecordOf<F>): Uint32Array {
      const words = new Uint32Array(4 * beats);
      for (const name of Object.keys(fields)) {
        const [at, width, signed] = fields[name]!;
        const [value, range] = [record[name]!, 2 ** width];
        const [least, end] = signed ? [-range / 2, range / 2] : [0, range];
        if (value < least || value >= end) throw new Error(`${name} is ${value}, and has ${width} bits`);
        putBits(words, at, width, value);
      }
      return words;
    },
    decode(words: ArrayLike<number>): RecordOf<F> {
      const read = ([at, width, signed]: Place): number =>
        signed ? signedBitsOf(words, at, width) : bitsOf(words, at, width);
      return Object.fromEntries(
        Object.keys(fields).map((name) => [name, read(fields[name]!)]),
      ) as RecordOf<F>;
    },
  };
}

export const layerCodec = codec(DESCRIPTOR, DESCRIPTOR_BEATS);
export const groupCodec = codec(GROUP, 1);
export const tileCodec = codec(TILE, 1);
export const partitionCodec = codec(PARTITION, 1);
export const emitCodec = codec(EMIT, 1);
export const filterCodec = codec(FILTER, 1);

/** Taps and first lane of a virtual channel, a byte each. */
export const tapsByte = (taps: number, lane: number): number => taps | (lane << 6);
export const tapsOf = (beat: Beat, channel: number): readonly [taps: number, lane: number] => {
  const byte = bitsOf(beat, 8 * (channel % 16), 8);
  return [byte & 63, byte >> 6];
};
