/** Ifmaps in partitions as they lie in memory, drawn at random: for tests of the loader. */
import type { IfmLayer } from '../../../src/blocks/ifm-load/ifm-load.ts';
import { BEAT_BYTES, type Beat } from '../../../src/blocks/table-memory/beat.ts';
import { seeded } from '../../../src/tensor/random.ts';

export interface LoaderSize {
  readonly rows: number;
  readonly psumDepth: number;
  readonly valueBeats: number;
}

export interface DrawnTile {
  readonly bits: Uint32Array;
  readonly values: readonly number[];
}

export interface DrawnPartition {
  readonly bitmaps: number; // beat of the first one
  readonly values: number;
  readonly tiles: readonly (readonly DrawnTile[])[]; // of each channel
}

export interface Drawn {
  readonly size: LoaderSize;
  readonly layer: IfmLayer;
  readonly partitions: readonly DrawnPartition[];
  readonly taps: readonly { readonly taps: number; readonly lane: number }[]; // of each channel
  readonly memory: ReadonlyMap<number, Beat>;
}

/** Whole groups of channels, 1 to 6 tiles a partition; `density` of all tiles, or one drawn for each. Of every third
 * layer a channel has a beat of values at most. */
export function drawIfmap(seed: number, size: LoaderSize, density?: number): Drawn {
  const { below } = seeded(seed, 'ifmap');
  const groups = 1 + below(3);
  const channels = groups * size.rows;
  // A channel fits its half; those of a row together may not.
  const most = Math.min(size.psumDepth === 128 ? 4 : 6, (size.valueBeats * BEAT_BYTES) / size.psumDepth);
  const counts = Array.from({ length: 1 + below(3) }, () => 1 + below(most));
  const perBeat = 128 / size.psumDepth;
  const pixels = below(3) === 0 ? Math.floor(BEAT_BYTES / Math.max(...counts)) : size.psumDepth; // of a tile
  const channelBeats = Math.ceil(Math.max(...counts) / perBeat);
  const valuePitch = Math.ceil((Math.max(...counts) * pixels) / BEAT_BYTES);
  const pitch = channels * (channelBeats + valuePitch);
  const memory = new Map<number, Beat>();
  const partitions = counts.map((count, p): DrawnPartition => {
    const bitmaps = 100 + 1000 * p + below(50);
    const tiles = Array.from({ length: channels }, () =>
      Array.from({ length: count }, () => drawTile({ ...size, pixels }, below, density ?? below(5) / 4)),
    );
    const values = bitmaps + pitch;
    for (const [v, list] of tiles.entries()) {
      const words = list.flatMap(({ bits }) => [...bits]);
      const bytes = list.flatMap((tile) => tile.values);
      for (let b = 0; b < channelBeats; b++)
        memory.set(
          bitmaps + v * channelBeats + b,
          Uint32Array.from({ length: 4 }, (_, i) => words[4 * b + i] ?? 0),
        );
      for (let b = 0; b < valuePitch; b++) memory.set(values + v * valuePitch + b, beatOf(bytes, b));
    }
    return { bitmaps, values, tiles };
  });
  const layer = {
    ...{
      partitions: counts.length,
      ifmapLoads: counts.length * (1 + below(2)),
      channels,
      groups,
      channelBeats,
    },
    ...{ bitmapBeats: channels * channelBeats, valuePitch },
  };
  const taps = Array.from({ length: channels }, () => ({
    taps: below(5) === 0 ? 0 : below(33),
    lane: below(3),
  }));
  return { size, layer, partitions, taps, memory };
}

function drawTile(
  { psumDepth, pixels }: LoaderSize & { readonly pixels: number },
  below: (n: number) => number,
  density: number,
): DrawnTile {
  const bits = new Uint32Array(psumDepth / 32);
  const values: number[] = [];
  for (let i = 0; i < pixels; i++)
    if (below(1000) < 1000 * density) {
      bits[i >> 5] = (bits[i >> 5]! | (1 << (i & 31))) >>> 0;
      values.push(1 + below(255));
    }
  return { bits, values };
}

const beatOf = (bytes: readonly number[], beat: number): Beat =>
  new Uint32Array(
    Uint8Array.from({ length: BEAT_BYTES }, (_, i) => bytes[BEAT_BYTES * beat + i] ?? 0).buffer,
  );

export function onesOf(bits: Uint32Array): number {
  let ones = 0;
  for (let word of bits) for (; word !== 0; word &= word - 1) ones++;
  return ones;
}
