/**
 * The machine's own order of work, in integers: compressed ifmaps are read tile by tile, channels dealt into waves,
 * every non-zero multiplied by every tap of its row, psums accumulated in the PE, drained and added up.
 * No clock here; sums, counts and addresses are those of the machine, so what it returns must equal conv-reference.
 */
import type { Arch } from '../arch/arch.ts';
import { bitmap } from '../format/bitmap.ts';
import type { FilterBlock } from '../schedule/blocks.ts';
import type { LoweredLayer, PlaneSlice } from '../schedule/lowering.ts';
import type { IfmapPartition, Operands, Schedule } from '../schedule/schedule.ts';
import { height, planeRegion, type Rect, tilesOf, width } from '../schedule/tiling.ts';
import { byWorkPlain } from '../schedule/waves.ts';
import { type ConvShape, ofmapHeight, ofmapWidth } from '../tensor/conv.ts';
import { type PsumBank, psumBank } from '../tensor/kernels/scatter.ts';
import type { ByteData } from '../tensor/tensor.ts';

export interface ScheduledResult {
  /** One [K, P, Q] an image, without bias. */
  readonly accumulators: readonly Int32Array[];
  /** Products of two non-zeros that reached an ofmap. */
  readonly pairs: number;
  /** Largest magnitude that a psum in a PE reached. */
  readonly largestPsum: number;
}

export function scheduledConv(operands: Operands, schedule: Schedule, arch: Arch): ScheduledResult {
  const { conv, weight } = operands;
  const stored = bitmap.decode(bitmap.encode(weight)) as Int8Array;
  const taps = schedule.lowered.map((layer) =>
    schedule.blocks.map((block) => blockTaps(stored, { conv, layer, block })),
  );
  const tally = { pairs: 0, largestPsum: 0 };
  const banks = new Map<string, PsumBank>();
  const bankOf = (addresses: number, columns: number): PsumBank => {
    const bank = banks.get(`${addresses}x${columns}`) ?? psumBank({ addresses, cols: columns });
    banks.set(`${addresses}x${columns}`, bank);
    return bank;
  };
  const accumulators = operands.ifmaps.map((compressed, n) => {
    const ifmap = bitmap.decode(bitmap.encode(compressed)) as ByteData;
    const ofmap = new Int32Array(conv.K * ofmapHeight(conv) * ofmapWidth(conv));
    for (const partition of schedule.partitions) {
      if (n < partition.images[0] || n >= partition.images[1]) continue;
      for (const [phase, layer] of schedule.lowered.entries())
        for (const rect of tilesOf(planeRegion(partition.ofmap, layer), schedule.tile)) {
          const tile: Tile = { rect, layer, partition, streams: decodeTile(ifmap, { conv, layer, rect }) };
          for (const [b, block] of schedule.blocks.entries())
            runTile(tile, { block, held: taps[phase]![b]!, conv, schedule, arch, ofmap, tally, bankOf });
        }
    }
    return ofmap;
  });
  return { accumulators, ...tally };
}

/** A channel's non-zeros in a tile, in raster order: where a tap at offset 0 would add them, and what they are. */
interface Stream {
  readonly positions: Int32Array;
  readonly values: ByteData;
}

interface Tile {
  readonly rect: Rect;
  readonly layer: LoweredLayer;
  readonly partition: IfmapPartition;
  readonly streams: readonly Stream[]; // by virtual channel
}

function decodeTile(
  ifmap: ByteData,
  { conv, layer, rect }: { conv: ConvShape; layer: LoweredLayer; rect: Rect },
): readonly Stream[] {
  const pitch = width(rect) + layer.halo[1];
  const positions = new Int32Array(height(rect) * width(rect));
  const values =
    ifmap instanceof Int8Array ? new Int8Array(positions.length) : new Uint8Array(positions.length);
  const decode = (c: number, { origin, step }: PlaneSlice): Stream => {
    let count = 0;
    for (let Y = rect.y[0]; Y < rect.y[1]; Y++) {
      const y = origin[0] + step[0] * Y;
      if (y < 0 || y >= conv.H) continue;
      for (let X = rect.x[0]; X < rect.x[1]; X++) {
        const x = origin[1] + step[1] * X;
        const value = x >= 0 && x < conv.W ? ifmap[(c * conv.H + y) * conv.W + x]! : 0;
        if (value === 0) continue;
        positions[count] = (Y - rect.y[0] + layer.halo[0]) * pitch + (X - rect.x[0] + layer.halo[1]);
        values[count++] = value;
      }
    }
    return { positions: positions.slice(0, count), values: values.slice(0, count) };
  };
  return Array.from({ length: conv.C }, (_, c) => layer.slices.map((slice) => decode(c, slice))).flat();
}

/** What the PEs of a row hold for one virtual channel: for each kernel position a weight a column. */
interface RowTaps {
  readonly most: number; // taps the row waits for
  readonly y: Int32Array; // offset of each kernel position
  readonly x: Int32Array;
  readonly weight: Int8Array; // [position][column]
  readonly nonZero: Int32Array; // columns with a tap at each position
}

function blockTaps(
  weight: Int8Array,
  { conv, layer, block }: { conv: ConvShape; layer: LoweredLayer; block: FilterBlock },
): readonly RowTaps[] {
  const [k0, k1] = block.filters;
  const [perGroup, filtersPerGroup, kernel] = [conv.C / conv.groups, conv.K / conv.groups, conv.R * conv.S];
  const rows: RowTaps[] = [];
  for (let c = block.channels[0]; c < block.channels[1]; c++)
    for (const { taps } of layer.slices) {
      const held = new Int8Array(taps.length * (k1 - k0));
      const nonZero = new Int32Array(taps.length);
      const perColumn = new Int32Array(k1 - k0);
      for (let k = k0; k < k1; k++) {
        const group = Math.floor(k / filtersPerGroup);
        if (group !== Math.floor(c / perGroup)) continue;
        for (const [t, tap] of taps.entries()) {
          const value = weight[(k * perGroup + (c - group * perGroup)) * kernel + tap.weight]!;
          if (value === 0) continue;
          held[t * (k1 - k0) + k - k0] = value;
          nonZero[t]!++;
          perColumn[k - k0]!++;
        }
      }
      rows.push({
        most: Math.max(...perColumn),
        y: Int32Array.from(taps, (tap) => tap.y),
        x: Int32Array.from(taps, (tap) => tap.x),
        weight: held,
        nonZero,
      });
    }
  return rows;
}

interface Pass {
  readonly block: FilterBlock;
  readonly held: readonly RowTaps[];
  readonly conv: ConvShape;
  readonly schedule: Schedule;
  readonly arch: Arch;
  readonly ofmap: Int32Array;
  readonly tally: { pairs: number; largestPsum: number };
  readonly bankOf: (addresses: number, columns: number) => PsumBank;
}

function runTile(tile: Tile, pass: Pass): void {
  const { block, held, schedule, arch } = pass;
  const columns = block.filters[1] - block.filters[0];
  const pitch = width(tile.rect) + tile.layer.halo[1];
  const addresses = (height(tile.rect) + tile.layer.halo[0]) * pitch;
  const bank = pass.bankOf(addresses, columns);
  const first = block.channels[0] * tile.layer.slices.length;
  const streams = tile.streams.slice(first, first + held.length);
  const order =
    schedule.rearrange === 'per-tile'
      ? byWorkPlain(
          Uint16Array.from(streams, ({ values }) => values.length),
          Uint8Array.from(held, ({ most }) => most),
        )
      : [...streams.keys()];
  const inside = insideOfmap(tile);
  for (let from = 0; from < order.length; from += arch.array.rows)
    for (const v of order.slice(from, from + arch.array.rows)) {
      const [{ positions, values }, row] = [streams[v]!, held[v]!];
      const offset = row.y.map((y, t) => -y * pitch - row.x[t]!);
      bank.scatter(
        { positions, values, count: values.length },
        { offset, weight: row.weight, count: offset.length },
      );
      for (const position of positions)
        for (let t = 0; t < offset.length; t++)
          if (row.nonZero[t]! > 0 && inside(position + offset[t]!)) pass.tally.pairs += row.nonZero[t]!;
    }
  drain(tile, { psums: bank.psums(), columns, pass });
  bank.psums().fill(0);
}

/** Whether a psum address lies in the part of the ofmap that this partition makes. */
function insideOfmap({ rect, layer, partition }: Tile): (address: number) => boolean {
  const pitch = width(rect) + layer.halo[1];
  const [top, left] = [rect.y[0] - layer.halo[0], rect.x[0] - layer.halo[1]];
  const { y, x } = partition.ofmap;
  const [bottom, right] = [Math.min(y[1], layer.ofmap[0]), Math.min(x[1], layer.ofmap[1])];
  return (address) => {
    const [p, q] = [top + Math.floor(address / pitch), left + (address % pitch)];
    return p >= y[0] && p < bottom && q >= x[0] && q < right;
  };
}

/** Psums leave the array and are added into the ofmap; what lies outside this partition's rectangle is dropped. */
function drain(
  tile: Tile,
  { psums, columns, pass }: { psums: Int32Array; columns: number; pass: Pass },
): void {
  const { rect, layer } = tile;
  const { conv, ofmap, block, tally } = pass;
  const pitch = width(rect) + layer.halo[1];
  const [P, Q] = [ofmapHeight(conv), ofmapWidth(conv)];
  const inside = insideOfmap(tile);
  for (let address = 0; address * columns < psums.length; address++) {
    const wanted = inside(address);
    const p =
      layer.ofmapOrigin[0] + layer.ofmapStep[0] * (rect.y[0] - layer.halo[0] + Math.floor(address / pitch));
    const q = layer.ofmapOrigin[1] + layer.ofmapStep[1] * (rect.x[0] - layer.halo[1] + (address % pitch));
    for (let k = 0; k < columns; k++) {
      const psum = psums[address * columns + k]!;
      if (Math.abs(psum) > tally.largestPsum) tally.largestPsum = Math.abs(psum);
      if (wanted) ofmap[((block.filters[0] + k) * P + p) * Q + q]! += psum;
    }
  }
}
