/** A rule on a network, as the training loop asks for it: the mask of one layer while the share of zeros rises. */
import { convLayers, type Model } from '../model/model.ts';
import { prune } from '../prune/index.ts';
import { likeMask } from '../prune/likeness.ts';
import { reorderable } from '../prune/reorder.ts';
import type { MaskRule } from '../train/loop.ts';
import { type RuleOn, ruleAt } from './rule.ts';

/** The largest share of any layer: the one that rises while training, the others in proportion. */
export const highest = (on: RuleOn, model: Model): number =>
  convLayers(model).reduce(
    (most, { name }) => (on.exempt(name) ? most : Math.max(most, ruleAt(on, name).zeros)),
    0,
  );

/** Filters of a block are chosen by likeness where their order is free; `arranged` puts them side by side in the end. */
export function maskRule(on: RuleOn, model: Model): MaskRule {
  const [free, top] = [reorderable(model), highest(on, model)];
  return (layer, weight, conv, { zeros, previous }) => {
    const asked = ruleAt(on, layer);
    const rule = { ...asked, zeros: zeros === top ? asked.zeros : (asked.zeros * zeros) / top };
    return rule.kind === 'column-block' && free.has(layer)
      ? likeMask(weight, conv, rule, previous)
      : prune(weight, conv, rule);
  };
}
