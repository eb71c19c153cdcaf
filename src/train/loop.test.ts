/** Training end to end on small networks: it learns, prunes exactly, resumes to the bit, and stops with a reason. */
import { describe, expect, test } from 'vitest';
import { evaluate } from '../infer/evaluate.ts';
import type { Model } from '../model/model.ts';
import { topology } from '../model/zoo/topology.ts';
import { seeded } from '../tensor/random.ts';
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts';
import type { Dataset } from './datasets/dataset.ts';
import { glyphs } from './datasets/glyphs.ts';
import { initialise } from './initialise.ts';
import { type MaskRule, type TrainOptions, type TrainProgress, type TrainResult, train } from './loop.ts';

const dataset = glyphs({ seed: 5, train: 1920, test: 400 });

function smallNetwork(): Model {
  const net = topology('small', { input: [1, 28, 28], cite: 'this test' });
  const conv1 = net.conv('conv1', net.input, { K: 12, R: 5, stride: 2 });
  const conv2 = net.conv('conv2', conv1, { K: 24, R: 3, stride: 2, pad: 1 });
  return net.finish(
    net.softmax('prob', net.fc('fc', net.maxPool('pool', conv2, { kernel: 2, stride: 2 }), { K: 10 })),
  );
}

/** The smallest of each kernel go, the same number in all: a rule that needs no other room. */
const smallestOfEachKernel: MaskRule = (_, weight, { R, S }, { zeros }) => {
  const mask = new Uint8Array(weight.length).fill(1);
  const taps = R * S;
  for (let first = 0; first < weight.length; first += taps) {
    const order = Array.from({ length: taps }, (_, i) => first + i);
    order.sort((a, b) => Math.abs(weight[a]!) - Math.abs(weight[b]!));
    for (const i of order.slice(0, Math.round(zeros * taps))) mask[i] = 0;
  }
  return mask;
};

const usual: TrainOptions = { epochs: 6, seed: 3, batchSize: 32, learningRate: 0.02 };
const sparse: TrainOptions = {
  ...usual,
  zeros: 0.5,
  mask: smallestOfEachKernel,
  exempt: (layer) => layer === 'fc',
};

function run(
  options: TrainOptions,
  {
    model = initialise(smallNetwork(), seeded(1)),
    from = undefined as Checkpoint | undefined,
    see = (_: TrainProgress) => {},
  } = {},
): TrainResult {
  const steps = train(model, dataset, options, from);
  for (;;) {
    const next = steps.next();
    if (next.done) return next.value;
    see(next.value);
  }
}

const accuracy = (model: Model, { test: { count, image, label } }: Dataset): number => {
  let correct = 0;
  for (let i = 0; i < count; i++) {
    const input = { shape: [1, 1, 28, 28], data: Float32Array.from(image(i)) };
    const { data } = evaluate(model, new Map([['input', input]])).get(model.outputs[0]!)!;
    correct += Number(data.indexOf(Math.max(...data)) === label(i));
  }
  return correct / count;
};

describe('a small network learns glyphs', () => {
  const zeros: number[] = [];
  const result = run(sparse, {
    see: (progress) => {
      if (progress.testAccuracy !== undefined) zeros.push(progress.zerosByLayer().get('conv2')!);
    },
  });

  test('to more than 85 % at one half zeros', () => {
    expect(result.testAccuracy).toBeGreaterThan(0.85);
  });
  test('the model it gives scores the same at inference', () => {
    expect(accuracy(result.model, dataset)).toBeCloseTo(result.testAccuracy, 2);
  });
  test('every kernel has exactly the zeros asked for, the exempt layer none', () => {
    for (const layer of result.model.layers) {
      if (layer.op !== 'conv' && layer.op !== 'fc') continue;
      const weight = layer.weight!.data;
      const taps = layer.conv.R * layer.conv.S;
      const wanted = layer.op === 'fc' ? 0 : Math.round(taps / 2);
      for (let first = 0; first < weight.length; first += taps)
        expect(weight.subarray(first, first + taps).filter((w) => w === 0).length).toBe(wanted);
    }
  });
  test('the share of zeros rises, then stays', () => {
    expect(zeros).toEqual(zeros.toSorted());
    expect(zeros.at(-1)).toBeCloseTo(5 / 9);
    expect(zeros[0]).toBeLessThan(5 / 9);
  });
});

describe('what is drawn follows from the seed', () => {
  const short: TrainOptions = {
    ...sparse,
    epochs: 2,
    augment: { crop: 2, flip: true, mixup: 0.2 },
    optimiser: 'adamw',
    dropout: new Map([['conv2', 0.1]]),
  };
  const bytesOf = (result: TrainResult): Uint8Array =>
    encodeCheckpoint({
      schema: 'sense.checkpoint/1',
      options: '',
      step: 0,
      lossSum: 0,
      correct: 0,
      moments: new Map(),
      ...result,
    });
  let saved: Uint8Array | undefined;
  const whole = run(short, {
    see: ({ step, checkpoint }) => {
      if (step === 67) saved = encodeCheckpoint(checkpoint());
    },
  });

  test('twice the same, to the bit', () => {
    expect(bytesOf(run(short))).toEqual(bytesOf(whole));
  });
  test('resumed in the middle of an epoch, through bytes, the same to the bit', () => {
    expect(bytesOf(run(short, { from: decodeCheckpoint(saved!) }))).toEqual(bytesOf(whole));
  });
  test('another seed, another network', () => {
    expect(bytesOf(run({ ...short, seed: 4 }))).not.toEqual(bytesOf(whole));
  });
  test('a checkpoint that lacks a parameter is refused', () => {
    const from = decodeCheckpoint(saved!);
    const parameters = new Map([...from.parameters].slice(1));
    expect(() => run(short, { from: { ...from, parameters } })).toThrow(
      'this checkpoint lacks "conv1/weight" among its parameters',
    );
  });
  test('a checkpoint of another run is refused', () => {
    expect(() => run({ ...short, learningRate: 0.5 }, { from: decodeCheckpoint(saved!) })).toThrow(
      'this checkpoint is of another run',
    );
  });
});

test('a teacher shortens the way: the pupil agrees with it more than without', () => {
  const teacher = run({ ...usual, epochs: 4 }).model;
  const short: TrainOptions = { ...usual, epochs: 1 };
  expect(run({ ...short, teacher }).testAccuracy).toBeGreaterThan(run(short).testAccuracy);
});

describe('batch norm', () => {
  const normed = initialise(smallNetwork(), seeded(1), { norms: true });
  const result = run({ ...usual, epochs: 2 }, { model: normed });
  test('stands behind each convolution and learns', () => {
    expect(result.model.layers.map(({ op }) => op).filter((op) => op === 'affine')).toHaveLength(2);
    expect(result.testAccuracy).toBeGreaterThan(0.6);
  });
  test('the statistics found in the end are those of inference', () => {
    expect(accuracy(result.model, dataset)).toBeCloseTo(result.testAccuracy, 2);
  });
  test('a network that came trained keeps its answers when its statistics are taken out', () => {
    const first = run({ ...usual, epochs: 1, learningRate: 0 }, { model: result.model });
    expect(first.testAccuracy).toBeGreaterThan(result.testAccuracy - 0.05);
  });
});

describe('it stops with a reason', () => {
  test('a learning rate far too high: the loss is no number, and the layer is named', () => {
    expect(() => run({ ...usual, learningRate: 1e6, schedule: { kind: 'constant' } })).toThrow(
      expect.objectContaining({
        message: 'the loss is not a finite number: training has diverged',
        at: expect.stringMatching(/^layer "(conv1|conv2|fc)"$/),
      }),
    );
  });
  test('labels out of range', () => {
    const wrong = { ...dataset, train: { ...dataset.train, label: () => 10 } };
    expect(() => train(initialise(smallNetwork(), seeded(1)), wrong, usual).next()).toThrow(
      'image 0 of the batch is labelled 10, the network has classes 0 to 9',
    );
  });
  test('a teacher of other classes', () => {
    const net = topology('other', { input: [1, 28, 28], cite: 'this test' });
    const teacher = initialise(net.finish(net.fc('fc', net.input, { K: 7 })), seeded(1));
    expect(() => run({ ...usual, teacher })).toThrow(
      'the teacher "other" has other images or classes than the network it is to teach',
    );
  });
  test('images of another size', () => {
    const wide = { ...dataset, shape: [3, 32, 32] as const };
    expect(() => train(initialise(smallNetwork(), seeded(1)), wide, usual).next()).toThrow(
      '"small" reads images of [1,28,28], those of glyphs are [3,32,32]',
    );
  });
  test.each([
    [{ epochs: 0 }, 'epochs is 0: expected a number from 1 to 10000'],
    [{ batchSize: 2.5 }, 'batchSize is 2.5: expected a whole number'],
    [{ zeros: 0.5 }, 'a share of 0.5 zeros, but no rule that says where'],
    [{ learningRate: Number.NaN }, 'learningRate is NaN'],
    [{ batchSize: 2000 }, 'glyphs has 1920 training images, fewer than one batch of 2000'],
    [{ dropout: new Map([['conv9', 0.5]]) }, 'dropout behind "conv9", which is no layer that computes'],
    [{ dropout: new Map([['conv1', 1]]) }, 'dropout of 1 behind "conv1": expected from 0 to less than 1'],
  ])('%o', (wrong, message) => {
    expect(() => run({ ...usual, ...wrong })).toThrow(message);
  });
});
