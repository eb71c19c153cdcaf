/** The packer against bitmaps and values collected plainly, and against its silicon. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { differenceToSilicon, type ExpectedRow } from '../../../rtl/blocks/agree.ts';
import type { InputRow } from '../../../rtl/blocks/cosim.ts';
import { missing } from '../../../rtl/tool.ts';
import { seeded } from '../../tensor/random.ts';
import type { Write } from '../write-gather/write-gather.ts';
import { type Note, OfmPack, type Pixel } from './ofm-pack.ts';

const [lanes, psumDepth, beatBits] = [3, 64, 28];
const laneBitmaps = [0, 5, 10];
const laneValues = [0, 40, 80];

/** Segments of random tiles; lanes without a channel now and then. */
function segments(seed: number): readonly (readonly Pixel[])[] {
  const { below } = seeded(seed, 'segments');
  return Array.from({ length: 6 }, (_, s) => {
    const active = Array.from({ length: lanes }, (_, j) => j === 0 || below(4) > 0);
    const tiles = Array.from({ length: 1 + below(4) }, () => 1 + below(psumDepth));
    const density = below(5);
    return tiles.flatMap((pixels, t) =>
      Array.from({ length: pixels }, (_, i) => ({
        bytes: Array.from({ length: lanes }, () => (below(4) < density ? 1 + below(255) : 0)),
        note: {
          outside: below(10) === 0,
          tileEnds: i === pixels - 1,
          segmentEnds: i === pixels - 1 && t === tiles.length - 1,
          ...{ bitmaps: 1000 * s, values: 500_000 + 1000 * s, active },
        },
      })),
    );
  });
}

/** Every beat a segment comes to, by address. */
function plainBeats(segment: readonly Pixel[]): ReadonlyMap<number, bigint> {
  const beats = new Map<number, bigint>();
  const { bitmaps, values, active } = segment[0]!.note;
  for (let j = 0; j < lanes; j++) {
    if (!active[j]) continue;
    const bytes = segment.map((pixel) => (pixel.note.outside ? 0 : pixel.bytes[j]!));
    const nonZeros = bytes.filter((byte) => byte !== 0);
    for (const [i, byte] of nonZeros.entries())
      add(beats, values + laneValues[j]! + (i >> 4), BigInt(byte) << BigInt(8 * (i & 15)));
    let [tile, bit] = [0, 0];
    for (const [i, { note }] of segment.entries()) {
      const place = tile * psumDepth + bit;
      add(beats, bitmaps + laneBitmaps[j]! + (place >> 7), bytes[i] === 0 ? 0n : 1n << BigInt(place & 127));
      [tile, bit] = note.tileEnds ? [tile + 1, 0] : [tile, bit + 1];
    }
  }
  return beats;
}

const add = (beats: Map<number, bigint>, at: number, bits: bigint): void => {
  beats.set(at, (beats.get(at) ?? 0n) | bits);
};

const beatOf = ({ data }: Write): bigint =>
  data.reduce((sum, word, i) => sum | (BigInt(word) << BigInt(32 * i)), 0n);

const noteBits = (note: Note): bigint => {
  const flags = [note.outside, note.tileEnds, note.segmentEnds].reduce(
    (bits, on) => bits * 2n + BigInt(on),
    0n,
  );
  const places = (flags << BigInt(beatBits)) | BigInt(note.bitmaps);
  const active = note.active.reduceRight((bits, on) => bits * 2n + BigInt(on), 0n);
  return (((places << BigInt(beatBits)) | BigInt(note.values)) << BigInt(lanes)) | active;
};

function run(seed: number) {
  const { below } = seeded(seed, 'pauses');
  const pack = new OfmPack({ lanes, psumDepth });
  const pixels = segments(seed).flat();
  const writes: Write[] = [];
  const [vectors, expected]: [InputRow[], ExpectedRow[]] = [[{ reset: 1 }], [{}]];
  const joined = (list: readonly number[], width: number): bigint =>
    list.reduceRight((bits, each) => (bits << BigInt(width)) | BigInt(each), 0n);
  for (let at = 0; at < pixels.length || !pack.empty; ) {
    const pixel = below(4) > 0 ? pixels[at] : undefined;
    const writeReady = below(3) > 0;
    const { write, empty, ready } = pack;
    vectors.push({
      ...{ in_valid: pixel !== undefined, write_ready: writeReady },
      ...{ lane_bitmaps: joined(laneBitmaps, beatBits), lane_values: joined(laneValues, beatBits) },
      bytes: pixel ? joined(pixel.bytes, 8) : 0,
      nonzero: pixel
        ? joined(
            pixel.bytes.map((byte) => Number(byte !== 0)),
            1,
          )
        : 0,
      note: pixel ? noteBits(pixel.note) : 0,
    });
    expected.push({
      ...{ in_ready: ready, write_valid: write !== undefined },
      // Its register fills in the first cycle.
      empty: expected.length > 1 ? empty : undefined,
      ...{ write_stream: write?.stream, write_begins: write?.begins, write_ends: write?.ends },
      write_address: write?.address,
      write_data: write && beatOf(write),
    });
    if (write && writeReady) writes.push(write);
    pack.tick({ pixel, laneBitmaps, laneValues, writeReady });
    pack.commit();
    if (pixel && ready) at++;
  }
  return { writes, vectors, expected };
}

test('every bitmap and every value lies where it belongs, written once', () => {
  fc.assert(
    fc.property(fc.nat(1e6), (seed) => {
      const { writes } = run(seed);
      const plain = segments(seed).flatMap((segment) => [...plainBeats(segment)]);
      const sorted = (list: readonly (readonly [number, bigint])[]) => list.toSorted(([a], [b]) => a - b);
      expect(sorted(writes.map((write) => [write.address, beatOf(write)]))).toEqual(sorted(plain));
    }),
    { numRuns: 50 },
  );
});

const noVerilator = missing('verilator');
describe.skipIf(noVerilator)(`ofm_pack.sv under Verilator${noVerilator ? ` (${noVerilator})` : ''}`, () => {
  test('every wire, every cycle', async () => {
    const { vectors, expected } = run(2);
    const parameters = { LANES: lanes, PSUM_DEPTH: psumDepth, BEAT_BITS: beatBits };
    const sources = ['src/blocks/ofm-pack/ofm_pack.sv'];
    expect(
      await differenceToSilicon({ top: 'ofm_pack', sources, parameters, vectors }, expected),
    ).toBeUndefined();
  });
});
