import { expect, test } from 'vitest';
import { pruningTable } from './pruning.ts';

test('one line a layer, and all together', () => {
  const text = pruningTable({
    ...{ schema: 'sense.prune/1', model: 'm', machine: 'sense', output: 'half.onnx' },
    rule: { kind: 'equal-per-kernel', zeros: 0.5 },
    zerosPerKernel: { min: 0.44, max: 0.56 },
    layers: [
      { name: 'conv1', op: 'conv', weights: 900, zerosBefore: 0, zeros: 400 },
      { name: 'fc\u001b[0m', op: 'fc', weights: 100, zerosBefore: 10, zeros: 50 },
    ],
  });
  expect(text).toContain('rule equal-per-kernel at 50.0 % zeros');
  expect(text).toMatch(/^conv1 +conv +900 +0 +400 +44\.4$/m);
  expect(text).toMatch(/^all +1,000 +10 +450 +45\.0$/m);
  expect(text).toContain('zeros per kernel: 44.0 % to 56.0 %');
  expect(text).not.toContain('\u001b');
});
