/** ONNX files of a single node, for asking two implementations the same question. */
import type { AttributeValue } from '../../src/onnx/write/proto.ts';
import { type Random, seeded } from '../../src/tensor/random.ts';
import { type Shape, volume } from '../../src/tensor/shape.ts';
import type { TensorData } from '../../src/tensor/tensor.ts';
import type { Feed } from './runtime.ts';
import { smallFile } from './small-graph.ts';

/** Fed when the file runs, or constant in the file, or an optional input left out. */
export type Operand =
  | { readonly feed: Shape; readonly codes?: 'uint8' | 'int8' }
  | { readonly constant: Shape; readonly data: TensorData }
  | 'none';

export interface OneNode {
  readonly op: string;
  readonly opset?: number;
  readonly domain?: string;
  readonly inputs: readonly Operand[];
  readonly outputs?: number;
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
}

export const feed = (...shape: number[]): Operand => ({ feed: shape });
export const ints = (...list: number[]): Operand => ({
  constant: [list.length],
  data: Float64Array.from(list),
});
export const scalarInt = (n: number): Operand => ({ constant: [], data: Float64Array.of(n) });
export const floats = (shape: Shape, ...list: number[]): Operand => ({
  constant: shape,
  data: Float32Array.from(list),
});
export const normal = (shape: Shape, random: Random): Operand => ({
  constant: shape,
  data: Float32Array.from({ length: volume(shape) }, random.normal),
});

const elementType = { float: 1, uint8: 2, int8: 3 };

export function oneNodeFile({ op, opset = 13, domain = '', inputs, outputs = 1, attributes = {} }: OneNode) {
  const named = inputs.map((operand, i) => ({ operand, name: operand === 'none' ? '' : `in${i}` }));
  const made = Array.from({ length: outputs }, (_, i) => `out${i}`);
  return smallFile({
    opset,
    inputs: named.flatMap(({ operand, name }) =>
      operand !== 'none' && 'feed' in operand
        ? [{ name, shape: operand.feed, type: elementType[operand.codes ?? 'float'] }]
        : [],
    ),
    constants: new Map(
      named.flatMap(({ operand, name }) =>
        operand !== 'none' && 'constant' in operand
          ? [[name, { shape: operand.constant, data: operand.data }] as const]
          : [],
      ),
    ),
    nodes: [{ op, domain, name: 'it', inputs: named.map(({ name }) => name), outputs: made, attributes }],
    outputs: made,
  });
}

/** Seeded inputs for the fed operands. */
export function feedsOf({ inputs }: OneNode, seed: number): ReadonlyMap<string, Feed> {
  const random = seeded(seed, 'feeds');
  return new Map(
    inputs.flatMap((operand, i): [string, Feed][] => {
      if (operand === 'none' || !('feed' in operand)) return [];
      const { feed: shape, codes } = operand;
      const number =
        codes === 'uint8'
          ? () => random.below(256)
          : codes === 'int8'
            ? () => random.below(256) - 128
            : random.normal;
      return [[`in${i}`, { shape, codes, data: Float32Array.from({ length: volume(shape) }, number) }]];
    }),
  );
}
