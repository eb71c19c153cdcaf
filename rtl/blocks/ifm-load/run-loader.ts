/** The loader with a slow memory, tables and somebody who asks for waves around it: what it leaves, and its wires cycle by cycle. */
import { IfmLoad } from '../../../src/blocks/ifm-load/ifm-load.ts';
import type { RowEntry } from '../../../src/blocks/ifm-stream/ifm-stream.ts';
import { tapsByte } from '../../../src/blocks/layer-control/layer.ts';
import { BEAT_BYTES, type Beat, putBits } from '../../../src/blocks/table-memory/beat.ts';
import { seeded } from '../../../src/tensor/random.ts';
import type { ExpectedRow } from '../agree.ts';
import type { InputRow } from '../cosim.ts';
import type { Drawn } from './random-ifmap.ts';

const ENTRIES = 32;

const bigOf = (words: ArrayLike<number>): bigint =>
  Array.from(words).reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n);

/** Row memories, as the loader's writes leave them. */
class RowMemories {
  readonly #entries = new Map<number, RowEntry>();
  readonly #values = new Map<number, number>();
  readonly #half: number;
  readonly #valueBeats: number;

  constructor(half: number, valueBeats: number) {
    [this.#half, this.#valueBeats] = [half, valueBeats];
  }

  write({ entry, valuePlace }: IfmLoad, beat: Beat | undefined): void {
    if (entry) this.#entries.set(entry.row * 2 * ENTRIES + entry.address, entry.entry);
    if (!valuePlace || !beat) return;
    const at = (valuePlace.row * 2 * this.#valueBeats + valuePlace.address) * BEAT_BYTES;
    for (const [i, byte] of new Uint8Array(beat.slice().buffer).entries()) this.#values.set(at + i, byte);
  }

  entry(row: number, wave: number): RowEntry | undefined {
    return this.#entries.get(row * 2 * ENTRIES + this.#half * ENTRIES + wave);
  }

  value(row: number, address: number): number | undefined {
    return this.#values.get(row * 2 * this.#valueBeats * BEAT_BYTES + address);
  }
}

export function runLoader({ size, layer, partitions, taps, memory }: Drawn, seed: number) {
  const { below } = seeded(seed, 'pauses');
  const [readyOf, validOf] = [1 + below(4), below(2) === 0 ? 1 : 2 + below(3)]; // every so many cycles
  const load = new IfmLoad({ ...size, entries: ENTRIES });
  const [vectors, expected]: [InputRow[], ExpectedRow[]] = [[{ reset: 1 }], [{}]];
  const halves: { readonly memories: RowMemories; readonly works: Map<number, boolean> }[] = [];
  let memories = new RowMemories(0, size.valueBeats);
  const coming: readonly [number[], number[]] = [[], []]; // beats on their way through each port
  let [place, tapsAt, released, asked] = [0, 0, 0, false];
  let reading: { readonly works: Map<number, boolean>; readonly wave: number } | undefined;
  for (let t = 0; halves.length < layer.ifmapLoads || t % 8 > 0; t++) {
    if (t > 100_000) throw new Error('the loader is stuck');
    if (reading) reading.works.set(reading.wave, load.works);
    if (load.loaded) {
      halves.push({ memories, works: new Map() });
      memories = new RowMemories(halves.length % 2, size.valueBeats);
    }
    const known = reading !== undefined;
    const half = released + below(Math.max(1, halves.length - released));
    const open = halves[half];
    const waves = layer.groups * (partitions[half % layer.partitions]!.tiles[0]?.length ?? 0);
    reading = open && { works: open.works, wave: below(waves) };
    const waveAddress = reading ? (half % 2) * ENTRIES + reading.wave : 0;
    const release = released < halves.length && below(60) === 0;
    if (release) released++;
    if (release) reading = undefined;
    const beats = coming.map((list) =>
      list.length > 0 && below(validOf) === 0 ? memory.get(list[0]!) : undefined,
    );
    const { ports, entry, valuePlace } = load;
    const taken = ports.map(({ request }) => request !== undefined && below(readyOf) === 0);
    asked ||= ports[0].request !== undefined;
    const [bitmaps, values] = beats;
    const partition = partitions[place];
    const tapsBeat = tapsOf(taps, tapsAt);
    vectors.push({
      ...{ start: t === 0, loads: layer.ifmapLoads, partitions: layer.partitions, channels: layer.channels },
      ...{ groups: layer.groups, channel_beats: layer.channelBeats, bitmap_beats: layer.bitmapBeats },
      ...{ value_pitch: layer.valuePitch, release_half: release, partition: partitionWord(partition) },
      ...{
        taps: bigOf(tapsBeat),
        request_ready: bits(taken),
        in_valid: bits(beats.map((beat) => beat !== undefined)),
      },
      ...{ bitmaps: bitmaps ? bigOf(bitmaps) : 0, wave_address: waveAddress },
    });
    expected.push({
      ...{ loaded: load.loaded, overflow: load.overflow, partition_address: load.partitionAddress },
      taps_address: asked ? load.tapsAddress : undefined,
      request_valid: bits(ports.map(({ request }) => request !== undefined)),
      ...(ports[0].request &&
        ports[1].request && {
          request_address: joined(
            ports.map(({ request }) => request!.address),
            28,
          ),
          request_beats: joined(
            ports.map(({ request }) => request!.beats),
            16,
          ),
        }),
      ...{ in_ready: bits(ports.map(({ inReady }) => inReady)), entry_write: entry !== undefined },
      ...{
        entry_row: entry?.row,
        entry_address: entry?.address,
        entry: entry && entryWord(entry.entry, size),
      },
      value_write: valuePlace !== undefined && values !== undefined,
      ...(valuePlace && { value_row: valuePlace.row, value_address: valuePlace.address }),
      works: known ? load.works : undefined,
    });
    memories.write(load, values);
    for (const [p, { request, inReady }] of ports.entries()) {
      if (inReady && beats[p]) coming[p]!.shift();
      if (request && taken[p]) for (let i = 0; i < request.beats; i++) coming[p]!.push(request.address + i);
    }
    [place, tapsAt] = [load.partitionAddress, load.tapsAddress];
    load.tick({
      ...{ start: t === 0, layer, release, waveAddress, taps: tapsBeat },
      ...{ requestsTaken: [taken[0]!, taken[1]!] as const, bitmaps, valuesArrive: values !== undefined },
      partition: partition && { ...partition, tiles: partition.tiles[0]!.length },
    });
    load.commit();
  }
  return { vectors, expected, halves, overflow: load.overflow };
}

/** Fields of so many bits side by side, the first one lowest. */
const joined = (fields: readonly number[], width: number): bigint =>
  fields.reduceRight((all, field) => (all << BigInt(width)) | BigInt(field), 0n);
const bits = (flags: readonly boolean[]): bigint => joined(flags.map(Number), 1);

function tapsOf(taps: Drawn['taps'], address: number): Beat {
  const bytes = Uint8Array.from({ length: BEAT_BYTES }, (_, i) => {
    const of = taps[BEAT_BYTES * address + i];
    return of ? tapsByte(of.taps, of.lane) : 0;
  });
  return new Uint32Array(bytes.buffer);
}

function partitionWord(partition: Drawn['partitions'][number] | undefined): bigint {
  const words = new Uint32Array(4);
  putBits(words, 0, 28, partition?.bitmaps ?? 0);
  putBits(words, 28, 28, partition?.values ?? 0);
  putBits(words, 66, 10, partition?.tiles[0]?.length ?? 0);
  return bigOf(words);
}

/** {slots, taps, lane, address of the first value, bitmap}. */
const entryWord = (
  { slots, taps, lane, value, bitmap }: RowEntry,
  { psumDepth }: { psumDepth: number },
): bigint =>
  (((((((BigInt(slots) << 6n) | BigInt(taps)) << 2n) | BigInt(lane)) << 16n) | BigInt(value)) <<
    BigInt(psumDepth)) |
  bigOf(bitmap);
