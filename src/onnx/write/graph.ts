/** The ONNX graph while it is written: nodes and initializers in order, every name used once. */
import type { Shape } from '../../tensor/shape.ts';
import type { TensorData } from '../../tensor/tensor.ts';
import type { NodeProto, TensorProto } from '../proto/onnx_pb.gen.ts';
import { type AttributeValue, node, tensorProto } from './proto.ts';

export interface GraphWriter {
  readonly nodes: readonly NodeProto[];
  readonly initializers: readonly TensorProto[];
  /** A name close to `wish` that nothing has yet. */
  readonly unused: (wish: string) => string;
  /** Append a node making `output`; returns that name. */
  readonly node: (
    opType: string,
    parts: {
      readonly inputs: readonly string[];
      readonly output: string;
      readonly attributes?: Readonly<Record<string, AttributeValue>>;
    },
  ) => string;
  /** Append a constant of exactly that name, which is a value's own. */
  readonly value: (name: string, shape: Shape, data: TensorData) => string;
  /** Append a constant under a name close to `wish`, and return it. */
  readonly constant: (wish: string, shape: Shape, data: TensorData) => string;
}

export function graphWriter(taken: Iterable<string>): GraphWriter {
  const names = new Set(taken);
  const nodes: NodeProto[] = [];
  const initializers: TensorProto[] = [];
  const unused = (wish: string): string => {
    let name = wish;
    for (let i = 2; names.has(name); i++) name = `${wish}${i}`;
    names.add(name);
    return name;
  };
  const value: GraphWriter['value'] = (name, shape, data) => {
    initializers.push(tensorProto(name, shape, data));
    return name;
  };
  return {
    nodes,
    initializers,
    unused,
    node: (opType, parts) => {
      nodes.push(node(opType, parts));
      return parts.output;
    },
    value,
    constant: (wish, shape, data) => value(unused(wish), shape, data),
  };
}

/** int64, as ONNX wants shapes and axes. */
export const int64 = (numbers: readonly number[]): Float64Array => Float64Array.from(numbers);
