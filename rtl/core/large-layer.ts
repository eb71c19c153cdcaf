/**
 * One layer of AlexNet's size on the full 32 x 32 machine in silicon, from DRAM to DRAM, held to plain arithmetic and
 * to the stepped machine. Minutes:
 *
 *   npx tsx rtl/core/large-layer.ts        writes results/rtl-layer.json
 */
import { writeFile } from 'node:fs/promises';
import { zcu102 } from '../../src/arch/presets/zcu102.ts';
import { wholeKernel } from '../../src/model/sparsity.ts';
import { zoo } from '../../src/model/zoo/index.ts';
import { fold } from '../../src/quantize/fold.ts';
import { compileNetwork } from '../../src/sim/machine/compile.ts';
import { DramImage } from '../../src/sim/machine/dram.ts';
import { readIfmap, writeIfmap } from '../../src/sim/machine/layout.ts';
import { byKind } from '../../src/sim/machine/shape.ts';
import { stepMachine } from '../../src/sim/machine/step-machine.ts';
import { seeded } from '../../src/tensor/random.ts';
import { assumedWorks } from '../../src/workload/assumed-works.ts';
import { fromRoot } from '../tool.ts';
import { verilated } from '../verilator.ts';
import { machineBench, runMachine } from './build.ts';
import { plainNetwork } from './networks.ts';
import { same, sameTime } from './verify.ts';

const [network, name] = ['alexnet', 'conv3'];
const entry = zoo.find((each) => each.name === network)!;
const { works } = assumedWorks(
  fold(entry.build()),
  { kind: 'equal-per-kernel', zeros: 0.5, blockFilters: 32, slicesOf: wholeKernel },
  { densities: entry.densities, activations: 'published', batch: 1, layers: name, seed: 1 },
);
const [work] = [...works];
if (!work) throw new Error(`${network} has no layer ${name}`);
const { conv, weight, ifmaps } = work;
const random = seeded(1, 'requantisation');
const layer = {
  ...{ name, conv, weight: weight.data, signed: ifmaps[0] instanceof Int8Array },
  bias: Int32Array.from({ length: conv.K }, () => random.below(2000) - 1000),
  multiplier: new Int32Array(conv.K).fill(1.5 * 2 ** 30),
  shift: new Uint8Array(conv.K).fill(39),
  ...{ low: 0, high: 255 },
};
const net = compileNetwork([layer], zcu102);
writeIfmap(net.dram, net.input, ifmaps[0]!);
const before = new DramImage(net.dram.beats);
before.words.set(net.dram.words);
// A latency and stalls as a memory controller has them, so that nothing rests on an ideal memory.
const timing = { latency: 40, stall: 20, seed: 1 };
const took = async <T>(what: string, work: () => Promise<T> | T): Promise<T> => {
  const since = performance.now();
  const result = await work();
  process.stderr.write(`${what}: ${((performance.now() - since) / 1000).toFixed(0)} s\n`);
  return result;
};
await took('building the simulator', () => verilated(machineBench(zcu102)));
const [silicon] = await took('silicon', () =>
  runMachine([{ dram: before, first: net.first, timing }], zcu102),
);
const stepped = await took('stepped machine', () =>
  stepMachine(net.dram, zcu102, { first: net.first, timing }),
);
const ofmap = readIfmap(net.dram, net.output, net.outputSigned);
const nonZeros = (bytes: ArrayLike<number>): number => Array.from(bytes).filter((byte) => byte !== 0).length;
const [tables, ifmapBeats, weights] = byKind(silicon!.beatsRead);
const result = {
  schema: 'sense.rtl-layer/1',
  layer: `${network} ${name}`,
  rows: zcu102.array.rows,
  cols: zcu102.array.cols,
  timing,
  ifmapDensity: nonZeros(ifmaps[0]!) / ifmaps[0]!.length,
  weightDensity: nonZeros(weight.data) / weight.data.length,
  cycles: silicon!.cycles,
  beatsRead: { tables, ifmaps: ifmapBeats, weights },
  beatsWritten: silicon!.beatsWritten,
  equal: {
    ofmapToPlainArithmetic: same(ofmap, plainNetwork([layer], ifmaps[0]!)) && !stepped.overflow,
    memoryToSteppedMachine: same(silicon!.dram.words, net.dram.words),
    cyclesToSteppedMachine: silicon!.finished && sameTime(silicon!, stepped),
  },
};
await writeFile(fromRoot('results/rtl-layer.json'), `${JSON.stringify(result, undefined, 2)}\n`);
process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
process.exitCode = Object.values(result.equal).every(Boolean) ? 0 : 1;
