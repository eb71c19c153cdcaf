/**
 * What every table of layers comes down to: names, shapes and the line each was found in, made into a model.
 * Such a table says shapes and no more: the layers have no weights, and each has an input of its own.
 */
import { fail, within } from '../errors.ts';
import { buildModel } from '../model/build.ts';
import type { Model } from '../model/model.ts';
import { type ConvShape, checkConv, weightCount } from '../tensor/conv.ts';
import { volume } from '../tensor/shape.ts';

export interface TableLayer {
  readonly name: string;
  readonly line: number; // of the file, from 1
  readonly conv: ConvShape;
}

export interface LayerTable {
  readonly madeBy: string; // "SCALE-Sim topology"
  readonly layers: readonly TableLayer[];
  /** What of the file was not used, or was read in a way of ours: for whoever reads the numbers. */
  readonly notes: readonly string[];
}

/** SCALE-Sim's longest table has 1118 lines. */
const MAX_LAYERS = 10_000;
const MAX_NAME = 200; // characters

export function modelOf(name: string, { madeBy, layers, notes }: LayerTable): Model {
  if (layers.length === 0) fail(`the ${madeBy} has no layers`);
  if (layers.length > MAX_LAYERS) fail(`the ${madeBy} has ${layers.length} layers, more than ${MAX_LAYERS}`);
  const unique = uniqueNames();
  const named = layers.map((layer) => {
    const own = unique(layer.name);
    return { ...layer, name: own, input: unique(`${own}.ifmap`) };
  });
  const ports = named.map(({ input, conv: { C, H, W }, line }) =>
    within(lineAt(line), () => {
      volume([C, H, W], 'the ifmap');
      return { name: input, shape: [1, C, H, W] };
    }),
  );
  const builder = buildModel(name, ports);
  for (const { name, input, conv, line } of named)
    within(lineAt(line), () => {
      volume([weightCount(conv)], 'the weights');
      builder.add({ op: 'conv', name, inputs: [input], conv });
    });
  const renamed = named.filter((layer, i) => layer.name !== layers[i]!.name).length;
  const remarks = [
    ...notes,
    ...(renamed > 0 ? [`${renamed} layers share their names with others and got a number`] : []),
    'a table of layers says nothing of values or of what reads what: each layer has its own input, and writes a dense ofmap',
  ];
  return builder.finish(
    named.map((layer) => layer.name),
    [{ madeBy }, ...remarks.map((note) => ({ madeBy, note }))],
  );
}

/** A second "conv" becomes "conv#2". */
function uniqueNames(): (wanted: string) => string {
  const taken = new Set<string>();
  const times = new Map<string, number>();
  return (wanted) => {
    let [name, n] = [wanted, times.get(wanted) ?? 1];
    while (taken.has(name)) name = `${wanted}#${++n}`;
    times.set(wanted, n);
    taken.add(name);
    return name;
  };
}

export const lineAt = (line: number): string => `line ${line}`;

/** A layer's name as a report may print it and a program may use it as a key. */
export function layerName(text: string, otherwise: string): string {
  const name = text.trim();
  if (name === '') return otherwise;
  if ([...name].length > MAX_NAME) fail(`a layer's name has more than ${MAX_NAME} characters`);
  if (/[\p{C}\u2028\u2029]/u.test(name)) fail("a layer's name holds a character that cannot be printed");
  if (name === '__proto__') fail('a layer cannot be named "__proto__"');
  return name;
}

/** One group of a stride-1 convolution without padding, unless `rest` says otherwise. */
export const convOf = (
  rest: Partial<ConvShape> & Pick<ConvShape, 'C' | 'H' | 'W' | 'K' | 'R' | 'S'>,
): ConvShape => checkConv({ stride: [1, 1], pad: [0, 0, 0, 0], dilation: [1, 1], groups: 1, ...rest });

const MAX_EXTENT = 2 ** 20;

/**
 * A matrix product [M, K] x [K, N]: a 1x1 convolution of K channels with N filters over M pixels, one row of them
 * where they fit a row, so that a fully connected layer of batch M is the same thing.
 */
export function gemmConv({
  M,
  K,
  N,
}: {
  readonly M: number;
  readonly K: number;
  readonly N: number;
}): ConvShape {
  let H = 1;
  if (M > MAX_EXTENT && M <= MAX_EXTENT ** 2) for (H = Math.floor(Math.sqrt(M)); M % H !== 0; ) H--;
  return convOf({ C: K, H, W: M / H, K: N, R: 1, S: 1 });
}
