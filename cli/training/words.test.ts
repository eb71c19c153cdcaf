import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { TrainingReport } from '../../src/train/training-report.ts';
import { progressOn } from '../progress.ts';
import { trainingFigure } from './figure.ts';
import { trainingTable } from './table.ts';
import { clock, type TrainingStep, watchTraining } from './watch.ts';

const epoch = (method: 'dense' | 'adaptive', n: number, testAccuracy: number) => ({
  ...{ method, epoch: n, loss: 1 / n, trainAccuracy: testAccuracy, testAccuracy },
  zeros: method === 'adaptive' ? 0.25 * n : 0,
});
const none = { given: null, dense: null, oneShot: null, adaptive: null, unstructured: null };
const report: TrainingReport = {
  ...{
    schema: 'sense.train/1',
    model: 'net',
    dataset: 'digits',
    machine: 'm',
    seed: 3,
    epochs: 2,
    qatEpochs: 0,
    batch: 64,
  },
  rule: { kind: 'equal-per-kernel', zeros: 0.5 },
  images: { train: 1200, test: 100 },
  accuracy: { ...none, dense: 0.98, oneShot: 0.9, adaptive: 0.976 },
  accuracyInt8: { ...none, dense: 0.97, oneShot: 0.89, adaptive: 0.975 },
  zerosPerKernel: { min: 0.48, max: 0.52 },
  exact: true,
  imagesPerSecond: 4321.9,
  layers: [
    {
      ...{ name: 'conv<1>', op: 'conv', weights: 8, zeros: 4, exempt: false },
      kernels: { before: [0, 0, 0, 0, 2], unstructured: [0, 1, 0, 1, 0], after: [0, 0, 2, 0, 0] },
    },
    {
      ...{ name: 'fc', op: 'fc', weights: 4, zeros: 0, exempt: true },
      kernels: { before: [0, 4], unstructured: [2, 2], after: [0, 4] },
    },
  ],
  history: [
    epoch('dense', 1, 0.9),
    epoch('dense', 2, 0.98),
    epoch('adaptive', 1, 0.85),
    epoch('adaptive', 2, 0.976),
  ],
};

test('the table has a line a method, in fp32 and int8, against dense', () => {
  const lines = trainingTable(report).split('\n');
  expect(lines[0]).toBe(
    'net on digits: rule equal-per-kernel at 50.0 % zeros, 2 epochs of 1,200 images, tested on 100, seed 3',
  );
  expect(lines).toContain('dense           0   98.00   97.00');
  expect(lines).toContain('one-shot     50.0   90.00   89.00          -8.00');
  expect(lines).toContain('adaptive     50.0   97.60   97.50          -0.40');
  expect(lines).toContain('zeros per kernel: 48.0 % to 52.0 % over 1 layers; exempt: fc');
  expect(lines).toContain('the rule holds exactly');
  expect(lines).toContain('trained at 4,322 images/s');
});

describe('the figure', () => {
  const figure = trainingFigure(report);
  test('draws a curve a trained method, a level for one-shot, and bars of kernels', () => {
    expect(figure).toMatch(/^<svg .*<\/svg>$/);
    expect(figure.match(/stroke="#0072b2" stroke-width="2"/g)).toHaveLength(1);
    expect(figure.match(/stroke="#009e73" stroke-width="2"/g)).toHaveLength(1);
    expect(figure).toMatch(/stroke="#d55e00" stroke-width="2" stroke-dasharray/);
    expect(figure).toContain('2 kernels have 2 non-zeros (trained to the rule)');
    expect(figure).toContain('2 kernels have 4 non-zeros (dense)');
  });
  test('has no foreign markup, no NaN, and no histogram where kernels are one tap', () => {
    expect(trainingFigure({ ...report, dataset: '<script>' })).not.toContain('<script>');
    const flat = { ...report, layers: [], history: [], epochs: 0 };
    expect(trainingFigure(flat)).not.toMatch(/NaN|Infinity|non-zeros \(/);
  });
});

describe('watching', () => {
  const watched = (live: boolean, ...steps: (Partial<TrainingStep> & { at: number })[]): string => {
    let [out, time] = ['', 0];
    const stderr = new Writable({
      write(chunk, _, done) {
        out += chunk;
        done();
      },
    });
    const now = (): number => time;
    const watch = watchTraining(progressOn({ stderr, liveProgress: live }, { now }), { live, now });
    for (const { at, ...step } of steps) {
      time = at;
      watch({ stage: 'adaptive', done: 0, total: 6400, epochs: 2, ...step } as TrainingStep);
    }
    return out;
  };

  test('piped: one plain line an epoch', () => {
    const last = { at: 2000, done: 6400, loss: 0.5, epoch: epoch('adaptive', 2, 0.976) };
    expect(watched(false, { at: 0, loss: 2 }, { at: 1000, done: 3200, loss: 1 }, last)).toBe(
      'adaptive 2/2: loss 0.5000, accuracy 97.60 %, zeros 50.0 %\n',
    );
  });

  test('on a terminal: loss, speed and the time left', () => {
    const out = watched(true, { at: 0, loss: 2 }, { at: 1000, done: 3200, loss: 1.25 });
    expect(out).toContain('adaptive 50 %, loss 1.250, 3,200 images/s, 0:01 left');
  });

  test('a clock people read', () => {
    expect([0, 9.6, 75, 3671, Number.NaN].map(clock)).toEqual(['0:00', '0:10', '1:15', '1:01:11', '0:00']);
  });
});
