/** One 3x3 layer, pruned to the machine's rule, stepped through a compute core of 4 x 4, and what its wires carried. */
import { randomWork } from '../../rtl/random-work.ts';
import { sense } from '../../src/accel/sense.ts';
import type { Arch } from '../../src/arch/arch.ts';
import { zcu102 } from '../../src/arch/presets/zcu102.ts';
import type { LayerWork } from '../../src/model/work.ts';
import { planLayer } from '../../src/plan/plan-layer.ts';
import { prune } from '../../src/prune/index.ts';
import { type ComputeProgram, computeProgram } from '../../src/sim/compute-program.ts';
import { type CoreRun, stepCore } from '../../src/sim/step-core.ts';
import type { ConvShape } from '../../src/tensor/conv.ts';

export const arch: Arch = { ...zcu102, array: { rows: 4, cols: 4 } };

/** Two tiles of 6 x 6 pixels, two waves of four channels each, one block of four filters. */
export function walkLayer(): LayerWork {
  const conv: ConvShape = {
    ...{ C: 8, H: 6, W: 12, K: 4, R: 3, S: 3 },
    ...{ stride: [1, 1], pad: [1, 1, 1, 1], dilation: [1, 1], groups: 1 },
  };
  const work = randomWork(conv, { ifmap: 0.4, weight: 1 }, { seed: 11, batch: 1, signed: false });
  const mask = prune(Float32Array.from(work.weight.data), conv, sense.rule(0.5, arch));
  return {
    ...work,
    weight: { ...work.weight, data: work.weight.data.map((weight, i) => (mask[i] ? weight : 0)) },
    ifmaps: work.ifmaps.map((ifmap) => ifmap.map((value) => value % 10)), // one digit fits a picture
  };
}

/** An operation on the west edge of a row. */
export interface SlotOperation {
  readonly slot: number;
  readonly row: number;
  readonly x: number;
  readonly position: number;
}

/** Taps that a word on column 0's chain brings to a row's PE. */
export interface SlotTaps {
  readonly slot: number;
  readonly row: number;
  readonly taps: number;
}

export interface SlotPsum {
  readonly slot: number;
  readonly address: number;
  readonly psum: number;
}

/** One wave of one row. */
export interface RowWave {
  readonly wave: number;
  readonly row: number;
  readonly start: number;
  readonly end: number;
}

export interface Walk {
  readonly program: ComputeProgram;
  readonly run: CoreRun;
  readonly operations: readonly SlotOperation[];
  readonly loads: readonly SlotTaps[];
  readonly commands: readonly number[]; // slots in which row 0 is told to drain
  readonly psums: readonly SlotPsum[]; // of column 0
  /** When the operations of a row's waves are on its edge: [start, end). */
  readonly waves: readonly RowWave[];
  /** Rows of the first wave: their taps and non-zeros. */
  readonly entry: readonly { readonly row: number; readonly taps: number }[];
  readonly nonZeros: readonly number[];
}

export function walk(): Walk {
  const { rows } = arch.array;
  const plan = planLayer(walkLayer(), arch);
  const program = computeProgram(plan.operands, plan.schedule, { arch });
  const operations: SlotOperation[] = [];
  const loads: SlotTaps[] = [];
  const commands: number[] = [];
  const psums: SlotPsum[] = [];
  const run = stepCore(program, arch, {
    watch: ({ slot, feeders, array, loader, drain }) => {
      for (const [row, { operation }] of feeders.entries())
        if (operation) operations.push({ slot, row, x: operation.x, position: operation.position });
      for (let row = 0; row < rows; row++) {
        const chain = row === 0 ? loader.chain(0) : array.grid[row - 1]![0]!.taps;
        if (chain && chain.left > 0) loads.push({ slot, row, taps: chain.left });
      }
      if (drain.command) commands.push(slot);
      const address = drain.leaving(0);
      if (address !== undefined) psums.push({ slot, address, psum: array.psum(0) });
    },
  });
  const waves = Array.from({ length: rows }, (_, row): readonly RowWave[] => {
    const mine = operations.filter((operation) => operation.row === row);
    let first = 0;
    return program.waves.map((_, wave) => {
      const count = program.entrySlots[wave * rows + row]!;
      const start = mine[first]!.slot;
      first += count;
      return { wave, row, start, end: mine[first - 1]!.slot + 1 };
    });
  }).flat();
  const entry = Array.from({ length: rows }, (_, row) => ({ row, taps: program.entryTaps[row]! }));
  const nonZeros = entry.map(({ row }) => countBits(program, row));
  return { program, run, operations, loads, commands, psums, waves, entry, nonZeros };
}

/** Non-zeros of an entry, wave * rows + row. */
function countBits({ bitmaps }: ComputeProgram, entry: number): number {
  let count = 0;
  for (const word of bitmaps.subarray(2 * entry, 2 * entry + 2))
    for (let i = 0; i < 32; i++) count += (word >> i) & 1;
  return count;
}

/** The taps that a PE holds in a wave, in raster order: one for each slot of a non-zero. */
export function peTaps(
  { waves, entryTaps, tapWeights, tapOffsets }: ComputeProgram,
  { wave, row, column }: { wave: number; row: number; column: number },
): readonly { readonly weight: number; readonly offset: number }[] {
  const { rows, cols } = arch.array;
  const lanes = arch.pe.weightLanes;
  const before = entryTaps.subarray(wave * rows, wave * rows + row).reduce((sum, taps) => sum + taps, 0);
  return Array.from({ length: entryTaps[wave * rows + row]! }, (_, k) => {
    const [word, lane] = [Math.floor((before + k) / lanes), (before + k) % lanes];
    const at = ((waves[wave]!.tap + word) * cols + column) * lanes + lane;
    return { weight: tapWeights[at]!, offset: tapOffsets[at]! };
  });
}

/** What each row's PE of a column has gathered when a tile ends, from the operations it was sent. */
export function rowPsums(
  { program, operations }: Walk,
  { tile, column }: { tile: number; column: number },
): readonly Int32Array[] {
  const { rows } = arch.array;
  const all = Array.from({ length: rows }, () => new Int32Array(arch.pe.psumDepth));
  for (let row = 0; row < rows; row++) {
    let next = 0;
    const mine = operations.filter((operation) => operation.row === row);
    for (let wave = 0; wave < program.waves.length; wave++) {
      const taps = peTaps(program, { wave, row, column });
      const nonZeros = countBits(program, wave * rows + row);
      for (let i = 0; i < nonZeros * taps.length; i++) {
        const { x, position } = mine[next++]!;
        const { weight, offset } = taps[i % taps.length]!;
        if (wave >> 1 === tile) all[row]![position - offset]! += x * weight;
      }
    }
  }
  return all;
}
