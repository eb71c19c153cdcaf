/** The issuer with loaders, lanes and a sequencer that take their time: its records and regions, and its wires. */
import type { WaveRecord } from '../../../src/blocks/sequencer/sequencer.ts';
import { type Region, tagOf, WaveIssue } from '../../../src/blocks/wave-issue/wave-issue.ts';
import { seeded } from '../../../src/tensor/random.ts';
import type { ExpectedRow } from '../agree.ts';
import type { InputRow } from '../cosim.ts';
import type { DrawnLayer } from './random-layer.ts';

export const ISSUE_SHAPE = { psumBanks: 2, entries: 32, weightBeats: 16, subBits: 3 } as const;

type Fields = readonly (readonly [value: number, width: number])[];

/** Fields as SystemVerilog concatenates them, the first one highest. */
const joined = (fields: Fields): bigint =>
  fields.reduce((bits, [value, width]) => (bits << BigInt(width)) | BigInt(value), 0n);

const recordBits = ({ place, ...wave }: WaveRecord): bigint =>
  joined([
    ...([
      [Number(wave.final), 1],
      [Number(wave.endsTile), 1],
      [wave.words, 8],
    ] as const),
    ...([
      [place.psumBank, 1],
      [place.halo, 6],
      [place.origin, 6],
      [place.reciprocal, 13],
    ] as const),
    ...([
      [wave.psums, 7],
      [wave.base, 6],
      [wave.header, 16],
      [wave.tap, 16],
    ] as const),
    ...([
      [wave.entry, 16],
      [wave.tag, 14],
    ] as const),
  ]);

/** Layers one after another on the same issuer. `hurry`: nothing is ever waited for. */
export function runIssue(drawn: readonly DrawnLayer[], seed: number, hurry = false) {
  const { below } = seeded(seed, 'pauses');
  const issue = new WaveIssue(ISSUE_SHAPE);
  const [vectors, expected]: [InputRow[], ExpectedRow[]] = [[{ reset: 1 }], [{}]];
  const weights = { onChip: 0 }; // of the next layer too
  const lanes = { clearing: 0 }; // likewise
  const layers = drawn.map((each) =>
    runLayer(each, { issue, below, hurry, weights, lanes, vectors, expected }),
  );
  return { layers, vectors, expected };
}

interface Around {
  readonly issue: WaveIssue;
  readonly below: (n: number) => number;
  readonly hurry: boolean;
  readonly weights: { onChip: number };
  readonly lanes: { clearing: number };
  readonly vectors: InputRow[];
  readonly expected: ExpectedRow[];
}

function runLayer(drawn: DrawnLayer, { issue, below, hurry, weights, lanes, vectors, expected }: Around) {
  const { layer, partitions, groups, tiles, works } = drawn;
  const records: (WaveRecord & { readonly at: number })[] = [];
  const regions: Region[] = [];
  const ifmaps = { onChip: 0 };
  let [emitting, idleFor] = [0, 0];
  let answers = { partition: 0, group: 0, tile: 0, wave: 0 };
  const at = { partition: 0, group: 0, tile: 0, wave: 0 };
  for (let t = 0; idleFor < 3; t++) {
    if (t > 100_000) throw new Error('the issuer is stuck');
    const start = t === 0;
    const loads = (side: { onChip: number }): boolean =>
      !start && side.onChip < 2 && (hurry || below(20) === 0);
    const [ifmapLoaded, weightsLoaded] = [loads(ifmaps), loads(weights)];
    const regionEmitted = emitting > 0 && (hurry || below(10) === 0);
    // A half may be clear before its last byte is written, but not before the region in front is.
    const clears = lanes.clearing > 0 && emitting <= lanes.clearing;
    const halfCleared = clears && (hurry || below(10) === 0);
    const recordReady = hurry || below(3) > 0;
    const lanesReady = hurry || t > 20;
    const [partition, group, tile] = [partitions[at.partition], groups[at.group], tiles[at.tile]];
    answers = { ...at };
    const found = works[answers.wave % ISSUE_SHAPE.entries] ?? false;
    const { record, region } = issue;
    vectors.push({
      ...{ start, weight_first: layer.weightFirst, partitions: layer.partitions, units: layer.units },
      ...{ blocks: layer.blocks, unit_blocks: layer.unitBlocks, chunks: layer.chunks, groups: layer.groups },
      ...{ chunk_groups: layer.chunkGroups, block_beats: layer.blockBeats, bare: layer.bare },
      ...{ lanes_ready: lanesReady },
      ...{ ifmap_loaded: ifmapLoaded, weights_loaded: weightsLoaded, region_emitted: regionEmitted },
      ...{ half_cleared: halfCleared, record_ready: recordReady, works: found },
      partition: joined([
        [partition?.tiles ?? 0, 10],
        [partition?.firstTile ?? 0, 10],
        [0, 56],
      ]),
      group_data: joined([
        [group?.word ?? 0, 4],
        [group?.beat ?? 0, 12],
        [group?.header ?? 0, 16],
        [group?.words ?? 0, 16],
      ]),
      tile_data: joined([
        ...([
          [tile?.reciprocal ?? 0, 16],
          [tile?.origin ?? 0, 16],
          [tile?.halo ?? 0, 8],
        ] as const),
        [tile?.psums ?? 0, 8],
      ]),
    });
    expected.push({
      ...{ idle: issue.idle, partition_address: start ? undefined : issue.partitionAddress },
      ...(issue.issues && {
        ...{ group_address: issue.groupAddress, tile_address: issue.tileAddress },
        wave_address: issue.waveAddress,
      }),
      region_valid: region !== undefined,
      ...(region && {
        region_partition: region.partition,
        region_block: region.block,
        region_half: region.half,
      }),
      ...{ record_valid: record !== undefined, record: record && recordBits(record) },
    });
    idleFor = issue.idle && !start ? idleFor + 1 : 0;
    if (region) regions.push(region);
    [ifmaps.onChip, weights.onChip] = [
      ifmaps.onChip + Number(ifmapLoaded),
      weights.onChip + Number(weightsLoaded),
    ];
    emitting -= Number(regionEmitted);
    lanes.clearing -= Number(halfCleared);
    if (record && recordReady) {
      records.push({ ...record, at: t });
      const tag = tagOf(record.tag);
      ifmaps.onChip -= Number(tag.freesIfmap);
      weights.onChip -= Number(tag.freesWeights);
      emitting += Number(tag.completes);
      lanes.clearing += Number(tag.completes);
    }
    [at.partition, at.group] = [issue.partitionAddress, issue.groupAddress];
    [at.tile, at.wave] = [issue.tileAddress, issue.waveAddress];
    issue.tick({
      ...{ start, layer, ifmapLoaded, weightsLoaded, regionEmitted, halfCleared, lanesReady },
      ...{ partition, group, tile, works: found, recordReady },
    });
    issue.commit();
  }
  return { records, regions };
}
