/** The walk over a tile's psums against plain coordinates, and against its silicon. */
import { describe, expect, test } from 'vitest';
import { differenceToSilicon, type ExpectedRow } from '../../../rtl/blocks/agree.ts';
import type { InputRow } from '../../../rtl/blocks/cosim.ts';
import { missing } from '../../../rtl/tool.ts';
import { type Random, seeded } from '../../tensor/random.ts';
import { OfmWalk, type Place, type WalkedTile } from './ofm-walk.ts';

const WORDS = 256;

interface Region {
  readonly tiles: readonly { readonly tile: WalkedTile; readonly plain: readonly Place[] }[];
  readonly words: number; // of its ofmap
  readonly base: number;
}

/** P x Q words from `base` on, cut into tiles whose halos reach out on all sides; under dilation, phase by phase. */
function drawRegion({ below }: Random): Region {
  const [dilation, base] = [1 + below(2), below(WORDS)];
  const [P, Q] = [1 + below(12), 1 + below(12)];
  const tiles: { tile: WalkedTile; plain: Place[] }[] = [];
  for (let py = 0; py < Math.min(dilation, P); py++)
    for (let px = 0; px < Math.min(dilation, Q); px++) {
      const [rows, cols] = [Math.ceil((P - py) / dilation), Math.ceil((Q - px) / dilation)];
      const halo = [below(3), below(3)] as const;
      const [h, w] = [1 + below(6), 1 + below(6)];
      const wordOf = (y: number, x: number): number => base + (py + y * dilation) * Q + px + x * dilation;
      for (let y = 0; y < rows + halo[0]; y += h)
        for (let x = 0; x < cols + halo[1]; x += w) {
          const [top, left, width] = [y - halo[0], x - halo[1], w + halo[1]];
          const plain = Array.from({ length: (h + halo[0]) * width }, (_, psum): Place => {
            const [p, q] = [top + Math.floor(psum / width), left + (psum % width)];
            return p < 0 || q < 0 || p >= rows || q >= cols ? undefined : wordOf(p, q) % WORDS;
          });
          const address = wordOf(top, left) & (WORDS - 1);
          const steps = { step: dilation, rowStep: (dilation * Q) & (WORDS - 1) };
          tiles.push({ tile: { top, left, width, rows, cols, address, ...steps }, plain });
        }
    }
  return { tiles, base, words: P * Q };
}

/** Psums leave the first column one after another, with pauses; the next tile comes with the last of them or later, two cycles ahead. */
function walked(seed: number, regions: number) {
  const random = seeded(seed, 'walk');
  const walk = new OfmWalk(WORDS);
  const [vectors, expected]: [InputRow[], ExpectedRow[]] = [[{ reset: 1 }], [{}]];
  const found: Place[] = [];
  const plain: Place[] = [];
  let stepped = false;
  const cycle = (tile: WalkedTile | undefined, step: boolean): void => {
    if (stepped) found.push(walk.place);
    vectors.push(wires(tile, step));
    expected.push({ place_valid: walk.place !== undefined, place_address: walk.place });
    walk.tick({ tile, step });
    walk.commit();
    stepped = step;
  };
  const drawn = Array.from({ length: regions }, () => drawRegion(random));
  const tiles = drawn.flatMap((region) => region.tiles);
  cycle(tiles[0]!.tile, false);
  cycle(undefined, false);
  for (const [i, { plain: places }] of tiles.entries()) {
    const next = tiles[i + 1]?.tile;
    const early = random.below(2) === 0;
    for (const psum of places.keys()) {
      const last = psum === places.length - 1;
      cycle(early && last ? next : undefined, true);
      if (last || random.below(4) === 0) cycle(early || !last ? undefined : next, false);
    }
    plain.push(...places);
    if (!early) cycle(undefined, false);
  }
  cycle(undefined, false);
  return { drawn, vectors, expected, found, plain };
}

const wires = (tile: WalkedTile | undefined, step: boolean): InputRow => ({
  ...{ tile_valid: tile !== undefined, step },
  ...{ tile_top: tile?.top ?? 0, tile_left: tile?.left ?? 0, tile_width: tile?.width ?? 0 },
  ...{ tile_address: tile?.address ?? 0, tile_step: tile?.step ?? 0, tile_row_step: tile?.rowStep ?? 0 },
  ...{ region_rows: tile?.rows ?? 0, region_cols: tile?.cols ?? 0 },
});

test.each([1, 2, 3])('every psum finds its place, and those of a halo none, seed %i', (seed) => {
  const { found, plain } = walked(seed, 20);
  expect(found).toEqual(plain);
  expect(plain).toContain(undefined);
});

test('the tiles of a region reach every word of it', () => {
  for (const { tiles, base, words } of walked(4, 20).drawn) {
    const reached = new Set(tiles.flatMap(({ plain }) => plain.filter((place) => place !== undefined)));
    expect(reached).toEqual(new Set(Array.from({ length: words }, (_, i) => (base + i) % WORDS)));
  }
});

const noVerilator = missing('verilator');
describe.skipIf(noVerilator)(`ofm_walk.sv under Verilator${noVerilator ? ` (${noVerilator})` : ''}`, () => {
  test('every wire, every cycle', async () => {
    const { vectors, expected } = walked(31, 40);
    const sources = ['src/blocks/ofm-walk/ofm_walk.sv'];
    const task = { top: 'ofm_walk', sources, parameters: { ADDRESS_BITS: Math.log2(WORDS) }, vectors };
    expect(await differenceToSilicon(task, expected)).toBeUndefined();
  });
});
