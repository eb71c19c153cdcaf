/** A layer's descriptor and tables, from how it is cut and where its images lie. */
import type { Arch } from '../../arch/arch.ts';
import { widthReciprocal } from '../../blocks/ifm-stream/ifm-stream.ts';
import {
  type Emit,
  emitCodec,
  filterCodec,
  groupCodec,
  layerCodec,
  partitionCodec,
  tapsByte,
  tileCodec,
} from '../../blocks/layer-control/layer.ts';
import { BEAT_BYTES } from '../../blocks/table-memory/beat.ts';
import { steps } from '../../schedule/channel-order.ts';
import { area, height, type Rect, width } from '../../schedule/tiling.ts';
import { weightStep } from '../../schedule/weight-banks.ts';
import type { CutLayer } from './cut.ts';
import { bitmapPitch, bitmapsAt, type PlacedLayout, valuePitch, valuesAt } from './layout.ts';
import type { MachineShape } from './shape.ts';
import type { PackedWeights } from './weights.ts';

export interface Placement {
  readonly weights: PackedWeights;
  readonly weightsAt: number;
  readonly ifmap: PlacedLayout;
  readonly ofmap: PlacedLayout;
  readonly next: number; // descriptor of the layer behind
  readonly arch: Arch;
  readonly shape: MachineShape;
}

export function layerTables(cut: CutLayer, at: Placement) {
  const { weights, ifmap, ofmap, arch, shape } = at;
  const { layer, regions, groups } = cut;
  const taps = bytesAsBeats(tapsTable(cut, arch));
  const headers = bytesAsBeats(headerTable(cut, arch));
  const tiles = regions.flatMap(({ rect }, p) =>
    ifmap.partitions[p]!.map((tile) => tileRecord(tile, rect, cut, at)),
  );
  const emits = regions.map((_, p) => emitList(cut, p, at));
  const partitions = regions.map(({ rect }, p) =>
    partitionCodec.encode({
      bitmaps: bitmapsAt(ifmap, p, 0),
      values: valuesAt(ifmap, p, 0),
      firstTile: ifmap.partitions.slice(0, p).reduce((sum, list) => sum + list.length, 0),
      tiles: ifmap.partitions[p]!.length,
      firstEmit: emits.slice(0, p).reduce((sum, list) => sum + list.length, 0),
      emits: emits[p]!.length,
      rows: height(rect),
      cols: width(rect),
    }),
  );
  const { multiplier, shift, bias } = layer;
  const filters = Array.from(ofmap.order.channels, (k) =>
    filterCodec.encode({ bias: bias?.[k] ?? 0, multiplier: multiplier[k]!, shift: shift[k]! }),
  );
  const parts = {
    ...{ taps, partitions, headers, groups: weights.groups.map(groupCodec.encode) },
    ...{ tiles: tiles.map(tileCodec.encode), emits: emits.flat().map(emitCodec.encode), filters },
  };
  const tables = joined(Object.values(parts).flat());
  const [H, W] = ofmap.size.slice(1) as [number, number];
  const pitch = Math.max(...regions.map(({ rect }) => width(rect)));
  const { kernel, stride } = layer.pool ?? { kernel: 1, stride: 1 };
  const { cols } = arch.array;
  const { place } = steps(ofmap.order, ofmap.planes.length);
  const [outBitmapPitch, outValuePitch] = [place * bitmapPitch(ofmap), place * valuePitch(ofmap)];
  const { units, blocks, chunks, columnBeats, blockBeats } = weights;
  const loads = (own: number, other: number, outer: boolean): number =>
    own === 1 ? 1 : outer ? own : own * other;
  return {
    tables,
    descriptor: (tablesAt: number): Uint32Array =>
      layerCodec.encode({
        ...{ next: at.next, tables: tablesAt, tableBeats: tables.length / 4 },
        tapsBeats: taps.length,
        headersBeats: headers.length,
        groupsBeats: parts.groups.length,
        tilesBeats: tiles.length,
        partitionsBeats: partitions.length,
        emitsBeats: parts.emits.length,
        filtersBeats: filters.length,
        signed: Number(layer.signed),
        weightFirst: Number(cut.weightFirst),
        bare: Number(cut.bare),
        weightStep: weightStep(Math.max(...cut.taps), arch.pe),
        ...{ partitions: regions.length, units, blocks, unitBlocks: cut.unitBlocks, chunks },
        ...{ chunkGroups: cut.chunkGroups, weights: at.weightsAt, columnBeats, blockBeats },
        unitBeats: columnBeats * cols,
        channels: ifmap.channels,
        bitmapBeats: ifmap.channels * bitmapPitch(ifmap),
        channelBeats: bitmapPitch(ifmap),
        valuePitch: valuePitch(ifmap),
        ...{ outBitmapPitch, outValuePitch },
        outBlockBitmaps: outBitmapPitch * cols,
        outBlockValues: outValuePitch * cols,
        outLanesBitmaps: outBitmapPitch * shape.ofmLanes,
        outLanesValues: outValuePitch * shape.ofmLanes,
        ...{ kernel, stride, pitch },
        ifmapLoads: loads(regions.length, units, !cut.weightFirst),
        weightLoads: loads(units, regions.length, cut.weightFirst),
        filters: layer.conv.K,
        regionWords: Math.max(...regions.map(({ rect }) => area(rect))),
        ...{ low: layer.low, high: layer.high, planeRows: H, planeCols: W, rowStep: stride * pitch, groups },
      }),
  };
}

/** Taps and first lane of every virtual channel. */
function tapsTable({ taps }: CutLayer, { array, pe }: Arch): readonly number[] {
  let before = 0;
  return Array.from(taps, (k, v) => {
    if (v % array.rows === 0) before = 0;
    const byte = tapsByte(k, before % pe.weightLanes);
    before += k;
    return byte;
  });
}

/** Of each word of each group's load, {valid, last of its row} a lane. */
function headerTable({ taps, groups }: CutLayer, { array, pe }: Arch): readonly number[] {
  const bytes: number[] = [];
  for (let g = 0; g < groups; g++) {
    const own = taps.subarray(g * array.rows, (g + 1) * array.rows);
    const lasts = Array.from(own).flatMap((k) => Array.from({ length: k }, (_, i) => i === k - 1));
    for (let first = 0; first < lasts.length; first += pe.weightLanes)
      bytes.push(
        lasts
          .slice(first, first + pe.weightLanes)
          .reduce((bits, last, l) => bits | ((last ? 3 : 2) << (2 * l)), 0),
      );
  }
  return bytes;
}

function tileRecord(tile: Rect, region: Rect, { lowered, pitch }: CutLayer, { arch, shape }: Placement) {
  const [hy, hx] = lowered.halo;
  const [top, left] = [tile.y[0] - hy - region.y[0], tile.x[0] - hx - region.x[0]];
  return {
    psums: (height(tile) + hy - 1) * pitch + width(tile) + hx,
    halo: pitch - width(tile),
    origin: hy * pitch + hx,
    reciprocal: widthReciprocal(width(tile), arch.pe.psumDepth),
    width: pitch,
    address: modulo(top * width(region) + left, shape.ofmWords),
    ...{ top, left, rows: height(region), cols: width(region) },
  };
}

/** The tiles of the next layer that are cut from a region, plane by plane: a segment a plane and partition. */
function emitList({ layer, regions }: CutLayer, p: number, { ofmap, shape }: Placement): readonly Emit[] {
  const { rect, feeds } = regions[p]!;
  const { stride, pad } = layer.pool ?? { stride: 1, pad: [0, 0] };
  const step = steps(ofmap.order, ofmap.planes.length);
  return feeds.flatMap(({ partition, planes: [first, end] }) =>
    ofmap.planes.slice(first, end).flatMap((plane, i) => {
      const v = (first + i) * step.slice;
      const tiles = ofmap.partitions[partition]!;
      return tiles.map((tile, t) => {
        const [planeY, planeX] = [
          plane.origin[0] + plane.step[0] * tile.y[0],
          plane.origin[1] + plane.step[1] * tile.x[0],
        ];
        const [windowY, windowX] = [
          planeY * stride - pad[0]! - rect.y[0],
          planeX * stride - pad[1]! - rect.x[0],
        ];
        return {
          ...{ planeY, planeX, windowY, windowX },
          address: modulo(windowY * width(rect) + windowX, shape.ofmWords),
          ...{ height: height(tile), width: width(tile) },
          bitmaps: bitmapsAt(ofmap, partition, v),
          values: valuesAt(ofmap, partition, v),
          logStep: Math.log2(plane.step[0]),
          endsSegment: Number(t === tiles.length - 1),
        };
      });
    }),
  );
}

const modulo = (a: number, n: number): number => ((a % n) + n) % n;

const bytesAsBeats = (bytes: readonly number[]): readonly Uint32Array[] =>
  Array.from({ length: Math.max(1, Math.ceil(bytes.length / BEAT_BYTES)) }, (_, i) => {
    const beat = new Uint8Array(BEAT_BYTES);
    beat.set(bytes.slice(i * BEAT_BYTES, (i + 1) * BEAT_BYTES));
    return new Uint32Array(beat.buffer);
  });

function joined(beats: readonly Uint32Array[]): Uint32Array {
  const all = new Uint32Array(beats.length * 4);
  for (const [i, beat] of beats.entries()) all.set(beat, 4 * i);
  return all;
}
