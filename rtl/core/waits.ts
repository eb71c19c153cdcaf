/**
 * Where a network's cycles go on the stepped machine, layer by layer: waves run, or the next one waits for its ifmap,
 * its weights or a half of the ofmap lanes; and between two layers, for the last ofmaps to leave and for tables.
 *
 *   npx tsx rtl/core/waits.ts 32 network.onnx ...       32 x 32 PEs, a DRAM latency of 40 cycles; seeded random inputs
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { zcu102 } from '../../src/arch/presets/zcu102.ts';
import { tapWordBits } from '../../src/blocks/pe/pe.ts';
import { wavesAhead } from '../../src/blocks/sequencer/sequencer.ts';
import { importOnnx } from '../../src/onnx/import.ts';
import { postTraining } from '../../src/quantize/post-training.ts';
import { networkTasks } from '../../src/sim/machine/network-tasks.ts';
import type { Machine } from '../../src/sim/machine/step-machine.ts';
import { type TimedWave, wavesTime } from '../../src/sim/machine/wave-time.ts';
import { seeded } from '../../src/tensor/random.ts';
import { verifyNetwork } from './verify-network.ts';

const [size, ...files] = process.argv.slice(2);
const arch = { ...zcu102, array: { rows: Number(size), cols: Number(size) } };
const timing = { latency: 40, stall: 0, seed: 1 };

const REASONS = ['waves', 'ifmap', 'weights', 'lanes', 'ofmap', 'tables'] as const;
type Reason = (typeof REASONS)[number];

/** A layer's cycles, the waves it ran, and how many of them may be in the PEs at once. */
interface Tally extends Record<Reason, number> {
  readonly records: TimedWave[];
  banks: number;
}
const tally = (): Tally => ({
  waves: 0,
  ifmap: 0,
  weights: 0,
  lanes: 0,
  ofmap: 0,
  tables: 0,
  records: [],
  banks: 2,
});

function reason({ control, issue, sequencer }: Machine): Reason {
  if (sequencer.running && (issue.record || !sequencer.recordReady)) return 'waves';
  const [lack] = issue.lacks;
  if (lack) return lack;
  return issue.idle && (control.request || !control.tablesReady) ? 'tables' : 'ofmap';
}

/** Counts every cycle of one task after another, a tally a layer. */
function counter() {
  const tallies: Tally[] = [];
  let [task, layers] = [-1, 0];
  let layer: object | undefined;
  const watch = (of: number, _: number, machine: Machine): void => {
    if (of !== task) [task, layers, layer] = [of, 0, undefined];
    // The first layer that the control holds is none, and what comes before its descriptor counts to the one behind.
    if (layer !== machine.control.layer && ++layers !== 2) tallies.push(tally());
    layer = machine.control.layer;
    if (!machine.control.busy) return;
    const now = tallies.at(-1)!;
    now[reason(machine)]++;
    const { record } = machine.issue;
    if (!machine.sequencer.recordReady || !record) return;
    now.banks = wavesAhead(2 ** tapWordBits(arch.pe), machine.control.layer.weightStep);
    const { psumBank } = record.place;
    now.records.push({ ...record, psumBank, slots: machine.rowSlots(record.entry) });
  };
  return { tallies, watch };
}

const line = (name: string, cells: readonly (string | number)[]): void =>
  void process.stdout.write(`${name.padEnd(20)}${cells.map((cell) => String(cell).padStart(10)).join('')}\n`);

for (const file of files) {
  const model = importOnnx(readFileSync(file), { name: basename(file) });
  const random = seeded(3, 'inputs');
  const values = (length: number) => Float32Array.from({ length }, () => Math.max(0, random.normal()));
  const input = () =>
    new Map(
      model.inputs.map(({ name, shape }) => [
        name,
        { shape, data: values(shape.reduce((a, b) => a * b, 1)) },
      ]),
    );
  const { quantized } = postTraining(model, [input(), input()]);
  const { tallies, watch } = counter();
  const chains = await verifyNetwork(networkTasks(quantized, input()), {
    ...{ arch, timing, engines: 'stepped', watch },
  });
  const names = chains.flatMap((chain) => chain.names);
  const cycles = chains.flatMap(({ shares }) => shares.map((share) => share.cycles));
  const cells = tallies.map((each, i) => [
    cycles[i]!,
    wavesTime(each.records, each.banks, arch),
    ...REASONS.map((why) => each[why]),
  ]);
  line(basename(file, '.onnx'), ['cycles', 'bound', ...REASONS]);
  for (const [i, row] of cells.entries()) line(names[i]!, row);
  line(
    'all',
    cells[0]!.map((_, c) => cells.reduce((sum, row) => sum + row[c]!, 0)),
  );
}
