/** Filters of alike layers side by side before a rule prunes by blocks of them: its blocks then lose least. */
import { convLayers, type Model } from '../model/model.ts';
import type { SparsityRule } from '../model/sparsity.ts';
import type { ConvShape } from '../tensor/conv.ts';
import { likeFilters } from './likeness.ts';
import { type Order, reorderable, reorderFilters } from './reorder.ts';

/** Filters times channels times blocks: beyond it a search takes half a minute, and the filters stay as they are. */
const MOST_WORK = 2e9;

const isWithinReach = ({ K, C }: ConvShape, { blockFilters }: SparsityRule): boolean =>
  K * C * Math.ceil(K / blockFilters) <= MOST_WORK;

/**
 * The same function, with the filters of each layer that `ruleOf` gives a column-block rule grouped by likeness where
 * their order is free. Masks that grouped them while training become blocks, and nothing is lost of blocks there are.
 */
export function arrange(model: Model, ruleOf: (layer: string) => SparsityRule | undefined): Model {
  const orders = new Map<string, Order>();
  const free = reorderable(model);
  for (const { name, conv, weight } of convLayers(model)) {
    const rule = ruleOf(name);
    if (rule?.kind === 'column-block' && weight && free.has(name) && isWithinReach(conv, rule))
      orders.set(name, likeFilters(weight.data, conv, rule));
  }
  return orders.size > 0 ? reorderFilters(model, orders) : model;
}
