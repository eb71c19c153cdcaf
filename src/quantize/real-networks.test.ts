/** Folding and quantisation on networks with real weights. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { dataDir, dataFile } from '../../test/data.ts';
import { randomInputs } from '../../test/fixtures/random-model.ts';
import { evaluate } from '../infer/evaluate.ts';
import type { Model } from '../model/model.ts';
import { importOnnx } from '../onnx/import.ts';
import { seeded } from '../tensor/random.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { agreement, requantisationDifference } from './agreement.ts';
import { fold } from './fold.ts';
import { postTraining } from './post-training.ts';

const load = (name: string): Model => importOnnx(readFileSync(dataFile(`models/${name}.onnx`)), { name });

/** MNIST digits as LeNet wants them: pixel / 256. */
function digits(set: 'train' | 't10k', count: number): ReadonlyMap<string, Tensor>[] {
  const pixels = gunzipSync(readFileSync(dataFile(`datasets/mnist/${set}-images-idx3-ubyte.gz`))).subarray(
    16,
  );
  return Array.from({ length: count }, (_, n) => {
    const data = Float32Array.from(pixels.subarray(n * 784, (n + 1) * 784), (pixel) => pixel / 256);
    return new Map([['input', { shape: [1, 1, 28, 28], data }]]);
  });
}

describe.skipIf(!dataDir())(
  `real networks${dataDir() ? '' : ' (skipped: none here; set SENSE_DATA_DIR)'}`,
  () => {
    test.each([
      ['resnet20_cifar10', 19 + 1 + 9 + 9 + 2 + 2 + 1 + 1], // conv, fc, add, ReLU behind add, slice, pad, pool, flatten
      ['onnx_with_weights/mlperf_tiny_resnet8', 20],
      ['onnx_with_weights/mnist_cntk', 6],
      ['squeezenet1_1', 66 - 26], // every ReLU inside its conv
    ])('%s folded has %i layers and the same outputs', (name, layers) => {
      const model = load(name);
      const folded = fold(model);
      expect(folded.layers).toHaveLength(layers);
      const inputs = randomInputs(model, seeded(1));
      const [before] = evaluate(model, inputs).values();
      const [after] = evaluate(folded, inputs).values();
      const largest = before!.data.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
      expect(largest).toBeGreaterThan(0);
      before!.data.forEach((x, i) => {
        expect(Math.abs(x - after!.data[i]!)).toBeLessThan(1e-5 * largest);
      });
    });

    test('LeNet in integers reads the digits that LeNet in fp32 reads', () => {
      const model = load('lenet5_mnist');
      const { quantized } = postTraining(model, digits('train', 30));
      const images = digits('t10k', 200);
      expect(agreement(model, quantized, images).sameTop1).toBeGreaterThanOrEqual(199);
      const { bytes, maxSteps } = requantisationDifference(quantized, images.slice(0, 10));
      expect(bytes).toBe(10 * (20 * 24 * 24 + 50 * 8 * 8 + 500 + 10));
      expect(maxSteps).toBeLessThanOrEqual(1);
    });

    test('pruned LeNet keeps every zero it was given', () => {
      const model = load('lenet5_mnist_dns');
      const { quantized } = postTraining(model, digits('train', 5));
      for (const layer of model.layers) {
        const bytes = quantized.convs.get(layer.name)?.weight.data;
        if (bytes && 'weight' in layer)
          layer.weight!.data.forEach((w, i) => {
            if (w === 0 && bytes[i] !== 0) throw new Error(`${layer.name}: weight ${i} became ${bytes[i]}`);
          });
      }
      expect(quantized.convs.size).toBe(4);
    });
  },
);
