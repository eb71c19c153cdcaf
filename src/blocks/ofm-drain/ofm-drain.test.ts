/** Places of drained psums against the tile's geometry, plainly, and against its silicon. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { differenceToSilicon, type ExpectedRow } from '../../../rtl/blocks/agree.ts';
import type { InputRow } from '../../../rtl/blocks/cosim.ts';
import { missing } from '../../../rtl/tool.ts';
import { seeded } from '../../tensor/random.ts';
import { type Tile, tileCodec } from '../layer-control/layer.ts';
import { OfmDrain } from './ofm-drain.ts';

const shape = { rows: 3, cols: 4, words: 64 };
const pitch = 7;

/** Tiles over a region's borders. */
function tilesOf(seed: number): readonly Tile[] {
  const { below } = seeded(seed, 'tiles');
  return Array.from({ length: 12 }, () => {
    const [top, left, width, height] = [below(6) - 2, below(6) - 2, 1 + below(6), 1 + below(6)];
    return {
      ...{ top, left, width, psums: width * height - below(width), halo: 0, origin: 0, reciprocal: 0 },
      address: (top * pitch + left + shape.words) % shape.words,
      ...{ rows: 3 + below(5), cols: 3 + below(pitch - 2) },
    };
  });
}

/** Where psum `i` of a tile belongs, or undefined outside its region. */
function plainPlace({ top, left, width, rows, cols }: Tile, i: number): number | undefined {
  const [y, x] = [top + Math.floor(i / width), left + (i % width)];
  return y < 0 || x < 0 || y >= rows || x >= cols ? undefined : y * pitch + x;
}

interface Placed {
  readonly half: number;
  readonly address: number;
}

/** Drains as close as the array makes them, or further apart; psums leave column 0 from ROWS + 5 cycles on. */
function run(seed: number) {
  const { below } = seeded(seed, 'drains');
  const tiles = tilesOf(seed);
  const block = new OfmDrain(shape);
  const [vectors, expected]: [InputRow[], ExpectedRow[]] = [[{ reset: 1 }], [{}]];
  const [starts, leaves] = [
    new Map<number, { tile: number; completes: boolean; half: number }>(),
    new Set<number>(),
  ];
  const plain: Placed[] = [];
  const plainDone: number[] = [];
  let end = 1;
  for (let t = 1, n = 0; n < 40; n++) {
    const tile = below(tiles.length);
    const drain = { tile, completes: below(3) === 0, half: below(2) };
    const { psums } = tiles[tile]!;
    starts.set(t, drain);
    for (let i = 0; i < psums; i++) {
      leaves.add(t + shape.rows + 5 + i);
      const address = plainPlace(tiles[tile]!, i);
      if (address !== undefined) plain.push({ half: drain.half, address });
    }
    const last = t + shape.rows + 4 + psums;
    if (drain.completes) plainDone.push(last + shape.cols + 4);
    end = last + shape.cols + 8;
    t += psums + 2 + below(3) * below(10);
  }
  const [found, done]: [Placed[], number[]] = [[], []];
  let answer = 0;
  for (let t = 1; t < end; t++) {
    const drain = starts.get(t);
    const tile = tiles[answer];
    const { place, half, tileAddress, regionDone } = block;
    if (place !== undefined) found.push({ half, address: place });
    if (regionDone) done.push(t);
    vectors.push({
      ...{ region_pitch: pitch, leaves: leaves.has(t), drain_start: drain !== undefined },
      ...{
        drain_completes: drain?.completes ?? 0,
        drain_half: drain?.half ?? 0,
        drain_tile: drain?.tile ?? 0,
      },
      tile_data: tileCodec.encode(tile!).reduceRight((bits, word) => (bits << 32n) | BigInt(word), 0n),
    });
    expected.push({
      ...{ tile_address: tileAddress, region_done: regionDone, place_valid: place !== undefined },
      ...{ place_address: place, place_half: place === undefined ? undefined : half },
    });
    block.tick({ drain, tile, pitch, leaves: leaves.has(t) });
    answer = tileAddress;
    block.commit();
  }
  return { vectors, expected, plain, found, plainDone, done };
}

test('every psum inside its region has its word and half, and a region is done when its last lane has its last psum', () => {
  fc.assert(
    fc.property(fc.nat(1e6), (seed) => {
      const { plain, found, plainDone, done } = run(seed);
      expect(found).toEqual(plain);
      expect(done).toEqual(plainDone);
    }),
    { numRuns: 50 },
  );
});

const noVerilator = missing('verilator');
describe.skipIf(noVerilator)(`ofm_drain.sv under Verilator${noVerilator ? ` (${noVerilator})` : ''}`, () => {
  test('every wire, every cycle', async () => {
    const { vectors, expected, found, done } = run(2);
    expect(found.length).toBeGreaterThan(100);
    expect(done.length).toBeGreaterThan(3);
    const parameters = { ROWS: shape.rows, COLS: shape.cols, WORDS: shape.words };
    const sources = ['src/blocks/ofm-walk/ofm_walk.sv', 'src/blocks/ofm-drain/ofm_drain.sv'];
    expect(
      await differenceToSilicon({ top: 'ofm_drain', sources, parameters, vectors }, expected),
    ).toBeUndefined();
  });
});
