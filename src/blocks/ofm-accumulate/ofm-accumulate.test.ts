import { describe, expect, test } from 'vitest';
import { differenceToSilicon, type ExpectedRow } from '../../../rtl/blocks/agree.ts';
import type { InputRow } from '../../../rtl/blocks/cosim.ts';
import { type Prove, prove } from '../../../rtl/prove.ts';
import { missing } from '../../../rtl/tool.ts';
import { type Random, seeded } from '../../tensor/random.ts';
import { OfmAccumulate, type Send } from './ofm-accumulate.ts';
import { OfmWalk, type WalkedTile } from './ofm-walk.ts';

const DEPTH = 256;
const between = (random: Random, least: number, most: number): number =>
  least + random.below(most - least + 1);

interface PsumTile extends WalkedTile {
  readonly psums: readonly (readonly number[])[]; // [column][address]
}

/** A region of the buffer cut into tiles with halos on all sides, and the sums that must come of it. */
interface Region {
  readonly tiles: readonly PsumTile[];
  readonly base: number;
  readonly sums: readonly Int32Array[]; // by column
}

/** Tiles as the lowering makes them: psums of plane rows [y0, y1) reach up and left by the halo. */
function drawRegion(random: Random, columns: number): Region {
  const [dilation, base] = [between(random, 1, 2), random.below(DEPTH)];
  const [P, Q] = [between(random, 1, 12), between(random, 1, 12)];
  const sums = Array.from({ length: columns }, () => new Int32Array(P * Q));
  const tiles: PsumTile[] = [];
  // Under dilation the ofmap falls into phases, each with tiles of its own that write every other row and column.
  for (let py = 0; py < Math.min(dilation, P); py++)
    for (let px = 0; px < Math.min(dilation, Q); px++) {
      const [rows, cols] = [Math.ceil((P - py) / dilation), Math.ceil((Q - px) / dilation)];
      const halo = [random.below(3), random.below(3)] as const;
      const [h, w] = [between(random, 1, 6), between(random, 1, 6)];
      for (let y = 0; y < rows + halo[0]; y += h)
        for (let x = 0; x < cols + halo[1]; x += w) {
          const [top, left, width] = [y - halo[0], x - halo[1], w + halo[1]];
          const psums = sums.map((sum) =>
            Array.from({ length: (h + halo[0]) * width }, (_, a) => {
              const value = random.below(5) === 0 ? 2 ** 27 - 1 : random.below(2 ** 28) - 2 ** 27;
              const [p, q] = [top + Math.floor(a / width), left + (a % width)];
              if (p >= 0 && q >= 0 && p < rows && q < cols)
                sum[(py + p * dilation) * Q + px + q * dilation]! += value;
              return value;
            }),
          );
          const first = base + (py + top * dilation) * Q + px + left * dilation;
          tiles.push({
            ...{ top, left, width, rows, cols, psums },
            address: first & (DEPTH - 1),
            step: dilation,
            rowStep: (dilation * Q) & (DEPTH - 1),
          });
        }
    }
  return { tiles, base, sums };
}

/** The walker and its lanes, driven as the array does: column c one cycle behind its neighbour, drains 2 cycles apart. */
function play(
  seed: number,
  { columns = 2, queue = 8, regions = 6, order = (n: number) => [...Array(n).keys()] },
) {
  const random = seeded(seed, 'regions');
  const pauses = seeded(seed, 'pauses');
  const walk = new OfmWalk(DEPTH);
  const lanes = Array.from({ length: columns }, () => new OfmAccumulate({ depth: DEPTH, queue }));
  const walkRows: { input: InputRow; expected: ExpectedRow }[] = [{ input: { reset: 1 }, expected: {} }];
  const laneRows = lanes.map(() => [{ input: { reset: 1 } as InputRow, expected: {} as ExpectedRow }]);
  const out: number[][] = lanes.map(() => []);
  const wanted: number[][] = lanes.map(() => []);
  const lasts: number[][] = lanes.map(() => []);

  let t = 0;
  const cycle = (
    tile: WalkedTile | undefined,
    psums: readonly (number | undefined)[],
    sends: readonly (Send | undefined)[],
  ): void => {
    const step = psums[0] !== undefined;
    walkRows.push({ input: walkWires(tile, step), expected: placeWires('place', walk.place) });
    const ticks = [() => walk.tick({ tile, step })];
    for (const [c, lane] of lanes.entries()) {
      const place = c === 0 ? walk.place : lanes[c - 1]!.east;
      const [psum, send] = [psums[c] ?? random.below(100), sends[c]];
      const outReady = pauses.below(4) >= Math.floor(t / 150) % 4;
      const { sendReady, busy, out: leaving } = lane;
      laneRows[c]!.push({
        input: {
          ...{ psum, place_valid: place !== undefined, place_address: place ?? 0, out_ready: outReady },
          ...{
            send_valid: send !== undefined,
            send_address: send?.address ?? 0,
            send_count: send?.count ?? 0,
          },
        },
        expected: {
          ...{ send_ready: sendReady, busy, ...placeWires('east', lane.east) },
          ...{ out_valid: leaving !== undefined, out_word: leaving?.word, out_last: leaving?.last },
        },
      });
      if (leaving && outReady) {
        if (leaving.last) lasts[c]!.push(out[c]!.length);
        out[c]!.push(leaving.word);
      }
      ticks.push(() => lane.tick({ psum, place, send, outReady }));
    }
    for (const i of order(ticks.length)) ticks[i]!();
    for (const block of [walk, ...lanes]) block.commit();
    t++;
  };
  const idle = (): void => cycle(undefined, [], []);

  while (lanes.some((lane) => lane.busy)) idle(); // the buffer clears itself
  for (let r = 0; r < regions; r++) {
    const { tiles, base, sums } = drawRegion(random, columns);
    for (const tile of tiles) {
      const length = tile.psums[0]!.length;
      cycle(tile, [], []);
      for (let a = 0; a < length + columns - 1; a++)
        cycle(
          undefined,
          tile.psums.map((psums, c) => psums[a - c]),
          [],
        );
      for (let gap = random.below(3) + 1; gap > 0; gap--) idle(); // with the tile's own cycle, at least 2
    }
    const count = sums[0]!.length;
    const pending = lanes.map((): Send | undefined => ({ address: base % DEPTH, count }));
    while (pending.some((send) => send !== undefined)) {
      const ready = lanes.map((lane) => lane.sendReady);
      cycle(undefined, [], pending);
      for (const c of pending.keys()) if (ready[c]) pending[c] = undefined;
    }
    while (lanes.some((lane) => lane.busy)) idle();
    for (const [c, sum] of sums.entries()) wanted[c]!.push(...sum);
  }
  while (lanes.some((lane) => lane.out !== undefined)) idle();
  return { out, wanted, lasts, walkRows, laneRows };
}

const walkWires = (tile: WalkedTile | undefined, step: boolean): InputRow => ({
  tile_valid: tile !== undefined,
  tile_top: tile?.top ?? 0,
  tile_left: tile?.left ?? 0,
  tile_width: tile?.width ?? 0,
  tile_address: tile?.address ?? 0,
  tile_step: tile?.step ?? 0,
  tile_row_step: tile?.rowStep ?? 0,
  region_rows: tile?.rows ?? 0,
  region_cols: tile?.cols ?? 0,
  step,
});

const placeWires = (name: string, place: number | undefined): ExpectedRow => ({
  [`${name}_valid`]: place !== undefined,
  [`${name}_address`]: place,
});

describe('walker and lanes', () => {
  test.each([1, 2, 3, 4])('regions of tiles with halos come out as their plain sums, seed %i', (seed) => {
    const { out, wanted, lasts } = play(seed, {});
    expect(out).toEqual(wanted);
    expect(lasts[0]).toHaveLength(6);
  });

  test('the order of ticks changes nothing', () => {
    const options = { columns: 3, regions: 3 };
    const reversed = play(9, { ...options, order: (n) => [...Array(n).keys()].reverse() });
    expect(reversed).toEqual(play(9, options));
  });

  test('a word that is used again too early is an error, not a wrong sum', () => {
    const lane = new OfmAccumulate({ depth: 4 });
    const cycle = (place?: number): void => {
      lane.tick({ psum: 1, place, send: undefined, outReady: true });
      lane.commit();
    };
    while (lane.busy) cycle();
    for (const place of [1, undefined, undefined, 1, undefined]) cycle(place);
    expect(() => cycle(1)).toThrow('word 1 of the ofmap buffer is used again within two cycles');
  });
});

const noVerilator = missing('verilator');
describe.skipIf(noVerilator)(`under Verilator${noVerilator ? ` (${noVerilator})` : ''}`, () => {
  test.each([8, 2])('a lane with a queue of %i: every wire, every cycle', async (queue) => {
    const { laneRows } = play(20 + queue, { queue, regions: 25 });
    for (const rows of laneRows)
      expect(
        await differenceToSilicon(
          {
            top: 'ofm_accumulate',
            sources: ['src/blocks/ofm-accumulate/ofm_accumulate.sv', 'src/blocks/fifo/fifo.sv'],
            parameters: { DEPTH, QUEUE: queue },
            vectors: rows.map((row) => row.input),
          },
          rows.map((row) => row.expected),
        ),
      ).toBeUndefined();
  });

  test('the walker: every wire, every cycle', async () => {
    const { walkRows } = play(31, { regions: 40, columns: 1 });
    expect(
      await differenceToSilicon(
        {
          top: 'ofm_walk',
          sources: ['src/blocks/ofm-accumulate/ofm_walk.sv'],
          parameters: { ADDRESS_BITS: Math.log2(DEPTH) },
          vectors: walkRows.map((row) => row.input),
        },
        walkRows.map((row) => row.expected),
      ),
    ).toBeUndefined();
  });
});

const noProver = missing('yosys', 'yosys-smtbmc', 'z3');
describe.skipIf(noProver)(`proofs${noProver ? ` (${noProver})` : ''}`, () => {
  const proof: Prove = {
    top: 'ofm_accumulate',
    sources: ['src/blocks/ofm-accumulate/ofm_accumulate.sv', 'src/blocks/fifo/fifo.sv'],
    parameters: { DEPTH: 4, QUEUE: 2, PSUM_BITS: 4 },
    depth: 8,
    mode: 'induction',
  };

  test('what is sent of any word is the sum of what was added to it, and finds its place in the queue', async () => {
    expect(await prove(proof)).toMatchObject({ holds: true });
  });

  // Controls: the premise and the interlock are needed, and the proof sees it.
  test.each([
    ['a word may be used again at once', '(clearing || at2 || at3) && address1', 'clearing && address1'],
    ['sends do not wait for additions', 'active && settled &&', 'active &&'],
    ['places are not counted', '(sending && !leave) taken', '(sending && leave) taken'],
  ])('is refuted where %s', async (_, replace, by) => {
    expect(await prove({ ...proof, mode: 'bounded', depth: 12, change: { replace, by } })).toMatchObject({
      holds: false,
    });
  });
});
