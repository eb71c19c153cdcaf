/**
 * From operands and schedule to what the compute core runs: for each tile the channels dealt into waves, for each
 * wave the rows' bitmaps and values and the columns' taps.
 */
import type { Arch } from '../arch/arch.ts';
import { widthReciprocal } from '../blocks/ifm-stream/ifm-stream.ts';
import { fail } from '../errors.ts';
import type { Operands, Schedule } from '../schedule/schedule.ts';
import { psumsOf, width } from '../schedule/tiling.ts';
import { gathering } from '../schedule/waves.ts';
import { weightStep } from '../schedule/weight-banks.ts';
import { type ComputePass, type ComputeTile, computePasses, partitionTiles } from './compute-passes.ts';
import { type ComputeStreams, streamWriter } from './compute-streams.ts';
import { tileDealer } from './deal.ts';

/** Psums that leave the array together: those of a tile, for the filters of a block. */
export interface DrainedTile {
  readonly tile: ComputeTile;
  readonly partition: number;
  readonly block: number;
  readonly base: number; // address of the first of them
  readonly psums: number;
}

export interface ComputeProgram extends ComputeStreams {
  readonly signed: boolean;
  readonly weightStep: number; // words of a PE's taps that a wave may take
  readonly drains: readonly DrainedTile[]; // in order
}

interface Place {
  readonly bank: number;
  readonly base: number;
}

/** A program holds every tap apart: one of more would not fit into memory. */
const MOST_WEIGHTS = 5_000_000;

export function computeProgram(
  operands: Operands,
  schedule: Schedule,
  { arch, passes = computePasses(schedule) }: { arch: Arch; passes?: readonly ComputePass[] },
): ComputeProgram {
  const { length: weights } = operands.weight;
  if (weights > MOST_WEIGHTS)
    fail(`${weights} weights are too many for a program of the compute core, which takes ${MOST_WEIGHTS}`, {
      hint: 'leave the layer out; the whole machine takes it: sense run --fidelity sim',
    });
  const { array, pe } = arch;
  const deal = tileDealer(operands, schedule, array.rows);
  const writer = streamWriter({ ...array, ...pe });
  const drains: DrainedTile[] = [];
  let bank = 0; // of the tile that comes next
  let groupBank = 0;
  const stayed = new Set<string>(); // partitions and blocks with psums left in the PEs by an earlier chunk
  for (const pass of passes) {
    const tiles = partitionTiles(schedule, pass.partition);
    // Psums of a lone tile stay in the PEs from chunk to chunk, each block of the group at a place of its own.
    const stays = tiles.length === 1 && pass.chunks > 1;
    if (pass.firstOfGroup) groupBank = bank;
    for (const tile of tiles) {
      const psums = psumsOf(tile.rect, tile.layer);
      const place: Place = stays
        ? {
            bank: (groupBank + pass.place) % pe.psumBanks,
            base: Math.floor(pass.place / pe.psumBanks) * psums,
          }
        : { bank, base: 0 };
      const drained = stays && !pass.lastChunk ? 0 : psums;
      const waves = deal.waves(pass, tile);
      // A tile with nothing to multiply is no tile; but psums that have stayed must leave: a wave without work.
      const key = `${pass.partition} ${pass.block}`;
      if (waves.length === 0 && !(pass.lastChunk && stayed.has(key))) continue;
      if (drained === 0) stayed.add(key);
      const dealt = waves.length === 0 ? [[]] : waves;
      for (const [g, wave] of dealt.entries())
        writer.add(
          {
            endsTile: g === dealt.length - 1,
            place: psumPlace(tile, place, pe.psumDepth),
            psums: drained,
            base: place.base,
          },
          wave.map(({ stream, taps }) => ({
            ...stream,
            taps: taps.most,
            columns: taps.at(width(tile.rect) + tile.layer.halo[1]),
          })),
          gathering(wave.length, arch),
        );
      if (drained > 0) {
        drains.push({ tile, partition: pass.partition, block: pass.block, base: place.base, psums });
        bank = (place.bank + 1) % pe.psumBanks;
      }
    }
  }
  return {
    ...writer.finish(),
    drains,
    signed: operands.ifmaps[0] instanceof Int8Array,
    weightStep: weightStep(deal.mostTaps(), pe),
  };
}

/** Where a tile's psums are, as the feeders need it. */
function psumPlace({ rect, layer }: ComputeTile, { bank, base }: Place, psumDepth: number) {
  const pitch = width(rect) + layer.halo[1];
  return {
    psumBank: bank,
    halo: layer.halo[1],
    origin: base + layer.halo[0] * pitch + layer.halo[1],
    reciprocal: widthReciprocal(width(rect), psumDepth),
  };
}
