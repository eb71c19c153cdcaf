/**
 * Which values must share one scale so that moving bytes is exact, and which of them need to be measured.
 *
 * A layer that only moves values (or picks the largest) is exact in integers when its ifmaps and ofmap have one
 * format. So has a clamp: a value that only a clamp reads needs no byte for what the clamp cuts away, so it takes
 * the format of the clamp's ofmap, and saturating to bytes does the clamp's work (the sum before a ReLU is uint8).
 */
import type { Layer } from '../model/layer.ts';
import { consumers, type Model } from '../model/model.ts';

export interface SharedScales {
  /** For every model input and layer, the name that stands for its group. */
  readonly groupOf: ReadonlyMap<string, string>;
  /** The values whose range decides the group's; the rest hold the same numbers, or some of them. */
  readonly measured: ReadonlySet<string>;
}

/** The ofmap holds values of the ifmaps and nothing else (a pad with 0 is at home in every format). */
export const movesValues = (layer: Layer): boolean =>
  layer.op === 'concat' ||
  layer.op === 'maxPool' ||
  layer.op === 'reshape' ||
  layer.op === 'slice' ||
  layer.op === 'transpose' ||
  (layer.op === 'pad' && layer.value === 0);

export function sharedScales(model: Model): SharedScales {
  const readers = consumers(model);
  const values = [...model.inputs.map((port) => port.name), ...model.layers.map((layer) => layer.name)];
  const parent = new Map<string, string>(values.map((value) => [value, value]));
  const root = (value: string): string => {
    let top = value;
    while (parent.get(top)! !== top) top = parent.get(top)!;
    parent.set(value, top);
    return top;
  };

  const measured = new Set(values);
  for (const layer of model.layers) {
    if (!movesValues(layer) && layer.op !== 'clamp') continue;
    for (const input of layer.inputs) parent.set(root(input), root(layer.name));
    if (movesValues(layer)) measured.delete(layer.name);
    else {
      const input = layer.inputs[0]!;
      const alone = readers.get(input)!.length === 1 && !model.outputs.includes(input);
      measured.delete(alone ? input : layer.name);
    }
  }
  return { groupOf: new Map(values.map((value) => [value, root(value)])), measured };
}
