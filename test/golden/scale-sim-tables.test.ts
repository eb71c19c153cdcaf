/** SCALE-Sim's own topologies, read and run: every layer's compute cycles are its own arithmetic's, for any dataflow and array. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { machineByDataflow } from '../../src/accel/by-dataflow.ts';
import { foldGemm, gemmOf, type Stationary } from '../../src/cost/dense-gemm.ts';
import { run } from '../../src/index.ts';
import { convLayers } from '../../src/model/model.ts';
import { importTopology } from '../../src/peers/scale-sim.ts';
import { dataFile } from '../data.ts';

const folder = dataFile('stats/scalesim_topologies');
const tables = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.csv')) : [];
const HOLDS = { os: 'psum', ws: 'weight', is: 'ifmap' } as const satisfies Record<string, Stationary>;

/** topology_utils.py and systolic_compute_{os,ws,is}.py of v3 @ fab89b7, in their own steps and straight from the text. */
function lastCycles(text: string, dataflow: keyof typeof HOLDS, rows: number, cols: number) {
  const layers = text
    .split('\n')
    .slice(1)
    .map((row) => row.split(',').map((cell) => cell.trim()))
    .filter((cells) => cells.slice(0, 8).every((cell) => cell !== '') && cells.length >= 8);
  return layers.map(([name, ...cells]) => {
    const [h, w, r, s, c, filters, stride] = cells.map(Number) as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const pixels = Math.ceil((h - r + stride) / stride) * Math.ceil((w - s + stride) / stride);
    const window = r * s * c;
    const [Sr, Sc, T] = {
      os: [pixels, filters, window],
      ws: [window, filters, pixels],
      is: [window, pixels, filters],
    }[dataflow];
    const folds = Math.ceil(Sr! / rows) * Math.ceil(Sc! / cols);
    const fold = dataflow === 'os' ? T! + rows - 1 + cols - 1 : rows + (T! + rows - 1 + cols - 1);
    return { name, last: folds * fold - 1, macs: pixels * window * filters };
  });
}

describe.skipIf(tables.length === 0)('tables (skipped without data: set SENSE_DATA_DIR)', () => {
  test.each(tables)('%s: cycles of every layer on every dataflow and several arrays', (file) => {
    const bytes = readFileSync(`${folder}/${file}`);
    const layers = convLayers(importTopology(bytes, file));
    for (const dataflow of ['os', 'ws', 'is'] as const)
      for (const [rows, cols] of [
        [32, 32],
        [12, 14],
        [256, 256],
        [8, 128],
        [1, 1],
      ] as const) {
        const theirs = lastCycles(bytes.toString(), dataflow, rows, cols);
        const ours = layers.map(({ name, conv }) => {
          const gemm = gemmOf(conv, 1);
          return {
            name,
            last: foldGemm(gemm, HOLDS[dataflow], { rows, cols }).cycles - 1,
            macs: gemm.M * gemm.K * gemm.N,
          };
        });
        expect(ours).toEqual(theirs);
      }
  });

  test.each(['os', 'ws', 'is'] as const)('the whole flow says the same (alexnet.csv, %s)', (dataflow) => {
    const bytes = readFileSync(`${folder}/alexnet.csv`);
    const machine = machineByDataflow[dataflow];
    const arch = { ...machine.arch, array: { rows: 16, cols: 24 } };
    const { layers } = run(importTopology(bytes, 'alexnet'), { machine, arch });
    const theirs = lastCycles(bytes.toString(), dataflow, 16, 24);
    expect(layers.map(({ name, computeCycles }) => ({ name, last: computeCycles - 1 }))).toEqual(
      theirs.map(({ name, last }) => ({ name, last })),
    );
  });
});
