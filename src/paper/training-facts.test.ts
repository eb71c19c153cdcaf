import fc from 'fast-check';
import { expect, test } from 'vitest';
import { trainingFacts } from './training-facts.ts';

const row = { network: 'lenet5', seed: 1, zeros: 0.5, zerosPerKernel: { min: 0.5, max: 0.5 } };
const dense = { ...row, method: 'dense', zeros: 0, accuracy: { fp32: 0.99 } };
const adaptive = { ...row, method: 'adaptive', accuracy: { fp32: 0.985 } };

test('rows of one network and seed belong together', () => {
  const other = { ...dense, seed: 2, accuracy: { fp32: 0.5 } };
  expect(trainingFacts({ rows: [other, dense, adaptive] }, 'accuracy.json')).toEqual([
    {
      ...{ model: 'lenet5, seed 1', zeros: 0.5, dense: 0.99, adaptive: 0.985 },
      ...{ zerosPerKernel: { min: 0.5, max: 0.5 }, source: 'accuracy.json' },
    },
  ]);
  expect(trainingFacts({ rows: [other, adaptive] }, '')).toEqual([]);
});

test('a report of sense train speaks where it trained by the rule', () => {
  const report = {
    ...{
      schema: 'sense.train/1',
      model: 'lenet5',
      dataset: 'glyphs',
      zerosPerKernel: { min: 0.5, max: 0.5 },
    },
    ...{
      rule: { kind: 'equal-per-kernel', zeros: 0.5 },
      accuracy: { dense: null, given: 0.9, adaptive: 0.89 },
    },
  };
  expect(trainingFacts(report, '')).toMatchObject([
    { model: 'lenet5 on glyphs', dense: 0.9, adaptive: 0.89 },
  ]);
  expect(trainingFacts({ ...report, rule: { kind: 'magnitude', zeros: 0.5 } }, '')).toEqual([]);
});

test('whatever the JSON, there are facts or none, never a crash', () => {
  fc.assert(fc.property(fc.jsonValue(), (json) => Array.isArray(trainingFacts(json, 'f'))));
  const rows = fc.array(
    fc.record({ method: fc.constantFrom('dense', 'adaptive'), accuracy: fc.jsonValue() }),
  );
  fc.assert(fc.property(rows, (list) => trainingFacts({ rows: list }, 'f').length === 0));
});
