/** A layer in front of a fully connected one, too large for the ofmap lanes: it comes in regions, each some rows of pixels. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { plainNetwork } from '../../../rtl/core/networks.ts';
import { smallShape, verifyNetworks } from '../../../rtl/core/verify.ts';
import { missing } from '../../../rtl/tool.ts';
import { dataDir, dataFile } from '../../../test/data.ts';
import { zcu102 } from '../../arch/presets/zcu102.ts';
import { presets } from '../../arch/presets.ts';
import { importOnnx } from '../../onnx/import.ts';
import { postTraining } from '../../quantize/post-training.ts';
import type { ConvShape } from '../../tensor/conv.ts';
import { seeded } from '../../tensor/random.ts';
import { machineChains } from './chains.ts';
import { compileNetwork } from './compile.ts';
import { cutChain } from './cut.ts';
import { readIfmap, writeIfmap } from './layout.ts';
import type { MachineLayer } from './machine-layer.ts';
import { machineShape } from './shape.ts';
import { stepMachine } from './step-machine.ts';

const arch = { ...zcu102, array: { rows: 4, cols: 4 } };
const random = seeded(7);

function layer(conv: Partial<ConvShape>, pool?: MachineLayer['pool']): MachineLayer {
  const plain = { stride: [1, 1], pad: [0, 0, 0, 0], dilation: [1, 1], groups: 1 } as const;
  const shape: ConvShape = { C: 3, H: 16, W: 16, K: 5, R: 3, S: 3, ...plain, ...conv };
  return {
    ...{ name: 'layer', conv: shape, signed: false, low: 0, high: 255, pool },
    weight: Int8Array.from({ length: shape.K * shape.C * shape.R * shape.S }, () => random.below(255) - 127),
    multiplier: new Int32Array(shape.K).fill(2 ** 30),
    shift: new Uint8Array(shape.K).fill(39),
  };
}

/** 14 x 14 psums, pooled with windows that overlap, then fully connected. */
const layers = [
  layer({}, { kernel: 3, stride: 2, pad: [0, 0], to: [6, 6] }),
  layer({ C: 5 * 36, H: 1, W: 1, R: 1, S: 1, K: 6 }),
];
const ifmap = Uint8Array.from({ length: 3 * 256 }, () => random.below(256));

test('on lanes of 64 words, every pixel is cut from one region, and the ofmap is right', () => {
  const net = compileNetwork(layers, arch, smallShape(arch));
  const [{ regions }] = net.layers as [(typeof net.layers)[0]];
  expect(regions.length).toBeGreaterThan(1);
  const planes = regions.flatMap(({ feeds }) => feeds.map((feed) => feed.planes));
  expect(planes.flatMap(([first, end]) => Array.from({ length: end - first }, (_, i) => first + i))).toEqual([
    ...Array(36).keys(),
  ]);
  writeIfmap(net.dram, net.input, ifmap);
  stepMachine(net.dram, arch, { first: net.first, shape: smallShape(arch) });
  expect(readIfmap(net.dram, net.output, net.outputSigned)).toEqual(plainNetwork(layers, ifmap));
});

test('planes that see nothing but padding take no row from in front of the ofmap', () => {
  const pool = { kernel: 2, stride: 3, pad: [1, 1], to: [2, 2] } as const;
  const first = layer({ C: 2, H: 3, W: 5, R: 3, S: 2, stride: [2, 2], pad: [2, 2, 2, 2] }, pool);
  const second = layer({ C: 5, H: 2, W: 2, K: 6, R: 2, S: 3, stride: [4, 4], pad: [1, 1, 1, 1] });
  // All sums below zero: a row of padding, where they are 0, would win every window that reaches into it.
  const negative = { ...first, weight: first.weight.map((w) => -Math.abs(w)), low: -128, high: 127 };
  const own = [negative, { ...second, signed: true }];
  const input = Uint8Array.from({ length: 30 }, () => 1 + random.below(255));
  const net = compileNetwork(own, arch);
  for (const { rect } of net.layers[0]!.regions) expect(rect.y[0]).toBeGreaterThanOrEqual(0);
  writeIfmap(net.dram, net.input, input);
  stepMachine(net.dram, arch, { first: net.first });
  expect(readIfmap(net.dram, net.output, net.outputSigned)).toEqual(plainNetwork(own, input));
});

const noVerilator = missing('verilator');
test.skipIf(noVerilator)(
  `in silicon too${noVerilator ? ` (${noVerilator})` : ''}`,
  { timeout: 300_000 },
  async () => {
    const timing = { latency: 5, stall: 60, seed: 1 };
    const found = await verifyNetworks([{ layers, ifmap, timing }], { arch, seed: 1 });
    expect(found).toMatchObject({ cases: 1, valueMismatches: 0, cycleMismatches: 0 });
  },
);

test.skipIf(!dataDir())(
  'LeNet-5 is one chain on every preset, 32 x 32 (skipped without SENSE_DATA_DIR)',
  () => {
    const model = importOnnx(readFileSync(dataFile('models/lenet5_mnist.onnx')), { name: 'lenet5' });
    const grey = new Map([['input', { shape: [1, 1, 28, 28], data: new Float32Array(784).fill(0.5) }]]);
    const [chain, ...others] = machineChains(postTraining(model, [grey]).quantized);
    expect([chain!.layers.length, others]).toEqual([4, []]);
    for (const preset of presets) {
      expect(preset.array).toEqual({ rows: 32, cols: 32 });
      expect(
        cutChain(chain!.layers, preset, machineShape(preset)).map(({ regions }) => regions.length)[3],
      ).toBe(1);
    }
  },
);
