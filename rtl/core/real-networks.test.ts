/**
 * LeNet-5 and ResNet-20 with real weights on the machine, channels in an order from other inputs: every layer's ofmap,
 * every byte of memory, every cycle.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { zcu102 } from '../../src/arch/presets/zcu102.ts';
import type { Model } from '../../src/model/model.ts';
import { importOnnx } from '../../src/onnx/import.ts';
import { postTraining } from '../../src/quantize/post-training.ts';
import { type NetworkTask, networkTasks } from '../../src/sim/machine/network-tasks.ts';
import { seeded } from '../../src/tensor/random.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { channelOrders } from '../../src/workload/channel-orders.ts';
import { measureBatch } from '../../src/workload/measured-works.ts';
import { dataDir, dataFile } from '../../test/data.ts';
import { missing } from '../tool.ts';
import { verifyNetwork } from './verify-network.ts';

const arch = { ...zcu102, array: { rows: 8, cols: 8 }, rearrange: 'static' } as const;
const load = (name: string) => importOnnx(readFileSync(dataFile(`models/${name}.onnx`)), { name });

/** MNIST digits as LeNet wants them: pixel / 256. */
function digits(count: number): readonly ReadonlyMap<string, Tensor>[] {
  const pixels = gunzipSync(readFileSync(dataFile('datasets/mnist/t10k-images-idx3-ubyte.gz'))).subarray(16);
  return Array.from({ length: count }, (_, n) => {
    const data = Float32Array.from(pixels.subarray(n * 784, (n + 1) * 784), (pixel) => pixel / 256);
    return new Map([['input', { shape: [1, 1, 28, 28], data }]]);
  });
}

type Input = ReadonlyMap<string, Tensor>;

/** What an input asks of the machine, its channels in an order from the others. */
function ordered(model: Model, input: Input, others: readonly Input[]): readonly NetworkTask[] {
  const { quantized } = postTraining(model, others);
  const orders = channelOrders(quantized.model, arch, others.length);
  for (const other of others) orders.count(measureBatch(quantized, [other]).works);
  const { works } = measureBatch(quantized, [input]);
  return networkTasks(
    quantized,
    input,
    new Map(works.map((work) => [work.name, orders.orderOf(work, [0, 0])])),
  );
}

/** Layers whose channels do not come as they are listed. */
const moved = (tasks: readonly NetworkTask[]): number =>
  tasks
    .flatMap(({ chain }) => chain.layers)
    .filter(({ order }) => order!.channels.some((channel, c) => channel !== c)).length;

const skipped = dataDir() ? missing('verilator') : 'skipped: no data here; set SENSE_DATA_DIR';
describe.skipIf(skipped)(`real networks on the machine${skipped ? ` (${skipped})` : ''}`, () => {
  test.each(['lenet5_mnist', 'lenet5_mnist_dns'])(
    '%s, a digit from DRAM to logits',
    { timeout: 600_000 },
    async (name) => {
      const [image, ...rest] = digits(6);
      const tasks = ordered(load(name), image!, rest);
      expect(moved(tasks)).toBe(3); // conv1 has one channel
      const chains = await verifyNetwork(tasks, { arch });
      expect(chains.map(({ layers }) => layers)).toEqual([['pool1', 'pool2', 'ip1', 'logits']]);
      for (const { wrong, silicon } of chains)
        expect({ wrong, silicon }).toEqual({ wrong: [], silicon: true });
    },
  );

  test('ResNet-20, all its convolutions; the host adds and averages between them', {
    timeout: 900_000,
  }, async () => {
    const random = seeded(20, 'picture');
    const picture = () =>
      new Map([
        [
          'input',
          { shape: [1, 3, 32, 32], data: Float32Array.from({ length: 3 * 32 * 32 }, () => random.normal()) },
        ],
      ]);
    const tasks = ordered(load('resnet20_cifar10'), picture(), [picture(), picture()]);
    expect(moved(tasks)).toBeGreaterThan(15);
    const chains = await verifyNetwork(tasks, { arch });
    expect(chains.reduce((sum, { layers }) => sum + layers.length, 0)).toBe(20);
    for (const { wrong, silicon } of chains) expect({ wrong, silicon }).toEqual({ wrong: [], silicon: true });
  });
});
