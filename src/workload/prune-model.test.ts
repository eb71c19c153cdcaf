/** One-shot pruning of a whole network: column blocks are of alike filters, and what is not pruned computes what it did. */
import { expect, test } from 'vitest';
import { convLayers, type Model } from '../model/model.ts';
import { findZoo } from '../model/zoo/index.ts';
import { prune, ruleNamed } from '../prune/index.ts';
import { seeded } from '../tensor/random.ts';
import { initialise } from '../train/initialise.ts';
import { pruneModel } from './prune-model.ts';

const rule = ruleNamed('column-block', { zeros: 0.5, blockFilters: 8 });
const model = initialise(findZoo('vgg_small').build(), seeded(1));
const magnitudes = (of: Model): number =>
  convLayers(of).reduce((sum, { weight }) => sum + weight!.data.reduce((s, w) => s + Math.abs(w), 0), 0);

test('column blocks of filters grouped by likeness keep more than those of the order they stood in', () => {
  const inOrder = convLayers(model).reduce((sum, { weight, conv }) => {
    const mask = prune(weight!.data, conv, rule);
    return sum + weight!.data.reduce((s, w, i) => s + Math.abs(w) * mask[i]!, 0);
  }, 0);
  const pruned = pruneModel(model, rule);
  expect(magnitudes(pruned.model)).toBeGreaterThan(inOrder);
  // Pruned again it stays what it is.
  expect(magnitudes(pruneModel(pruned.model, rule).model)).toBeCloseTo(magnitudes(pruned.model), 3);
});

test('under any other rule filters stay where they are', () => {
  const pruned = pruneModel(model, ruleNamed('equal-per-kernel', { zeros: 0.5, blockFilters: 8 })).model;
  for (const [i, { weight }] of convLayers(pruned).entries())
    expect(weight!.data.every((w, j) => w === 0 || w === convLayers(model)[i]!.weight!.data[j])).toBe(true);
});
