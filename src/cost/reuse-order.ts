/** The passes in the order of reuse, each with the bytes it waits for and the bytes it leaves behind. */
import type { Arch } from '../arch/arch.ts';
import type { Schedule } from '../schedule/schedule.ts';
import type { LayerCounts } from './count-layer.ts';
import type { Reuse } from './layer-cost.ts';
import type { PassPlace } from './passes.ts';
import { fetchedBytes } from './sizes.ts';

export interface OrderedPass {
  readonly pass: PassPlace;
  readonly load: number; // bytes that must be on chip before it starts and were not
  readonly store: number;
  readonly ifmap: number; // share of load
}

export interface ReuseInputs {
  readonly counts: LayerCounts;
  readonly schedule: Schedule;
  readonly arch: Arch;
}

/** Which operand stays: ifmap partitions outermost, or weight partitions outermost. */
export function inReuseOrder(
  inputs: ReuseInputs,
  passes: readonly PassPlace[],
  reuse: Reuse,
): readonly OrderedPass[] {
  const { counts, schedule, arch } = inputs;
  const partitionOf = Int32Array.from(schedule.blocks, (_, b) =>
    schedule.weightPartitions.findIndex(([first, end]) => b >= first && b < end),
  );
  // A stable sort: within a weight partition and an ifmap partition, passes keep their order.
  const order =
    reuse === 'reuse-ifmap-first'
      ? passes
      : passes.toSorted((a, b) => partitionOf[a.block]! - partitionOf[b.block]! || a.partition - b.partition);
  const weights = weightFetches(inputs, reuse);
  const stays = reuse === 'reuse-weight-first' && schedule.channelChunks === 1;

  let [partition, held, owed, stored] = [-1, -1, 0, 0];
  const loaded = new Set<number>();
  return order.map((pass) => {
    const { ifmapBytes, ofmapShare } = counts.partitions[pass.partition]!;
    const ifmap = pass.partition === partition ? 0 : inBursts(ifmapBytes, arch.dram.burstBytes);
    partition = pass.partition;
    if (partitionOf[pass.block] !== held) loaded.clear();
    held = partitionOf[pass.block]!;
    const weight = stays && loaded.has(pass.block) ? 0 : weights(pass);
    loaded.add(pass.block);
    const [k0, k1] = schedule.blocks[pass.block]!.filters;
    if (pass.lastChunk) owed += (counts.ofmapBytes * ofmapShare * (k1 - k0)) / schedule.conv.K;
    const store = Math.floor(owed + 1e-6) - stored; // whole bytes, and all of them by the end
    stored += store;
    return { pass, ifmap, load: ifmap + weight, store };
  });
}

const inBursts = (n: number, burst: number): number => Math.ceil(n / burst) * burst;

/** Bytes fetched before a pass: its channels for every block of its group, with the first block of the group. */
function weightFetches({ counts, schedule, arch }: ReuseInputs, reuse: Reuse): (pass: PassPlace) => number {
  const { blocksTogether, rearrange } = schedule;
  const anywhere = nonEmptyChannels(counts, schedule.conv.C);
  const groups = groupSizes(
    counts.weightBytes.map(({ channels }) => channels),
    blocksTogether,
  );
  return ({ block, channels, partition }) => {
    if (block % blocksTogether !== 0) return 0;
    const first = schedule.blocks[block]!.channels[0];
    const nonEmpty = reuse === 'reuse-ifmap-first' ? counts.partitions[partition]!.nonEmpty : anywhere;
    const wanted = rearrange === 'per-tile' ? (c: number) => nonEmpty[first + c] === 1 : () => true;
    return fetchedBytes(groups[block / blocksTogether]!, [channels[0] - first, channels[1] - first], {
      wanted,
      burst: arch.dram.burstBytes,
    });
  };
}

/** Bytes of each channel for all blocks of a group, which lie side by side in DRAM. */
export function groupSizes(blocks: readonly Int32Array[], together: number): readonly Int32Array[] {
  return Array.from({ length: Math.ceil(blocks.length / together) }, (_, g) => {
    const sum = blocks[g * together]!.slice();
    for (const sizes of blocks.slice(g * together + 1, (g + 1) * together))
      for (let c = 0; c < sum.length; c++) sum[c]! += sizes[c]!;
    return sum;
  });
}

/** Channels with a non-zero in any partition. */
export function nonEmptyChannels({ partitions }: LayerCounts, channels: number): Uint8Array {
  const anywhere = new Uint8Array(channels);
  for (const { nonEmpty } of partitions) for (let c = 0; c < channels; c++) anywhere[c]! |= nonEmpty[c]!;
  return anywhere;
}
