/** Small ONNX files made in a test: a few nodes, constants and inputs, nothing checked. */
import { create, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, NodeProtoSchema } from '../../src/onnx/proto/onnx_pb.gen.ts';
import { type AttributeValue, attribute, tensorProto } from '../../src/onnx/write/proto.ts';
import type { Shape } from '../../src/tensor/shape.ts';
import type { Tensor, TensorData } from '../../src/tensor/tensor.ts';

export interface SmallNode {
  readonly op: string;
  readonly domain?: string;
  readonly name?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
}

export interface SmallGraph {
  readonly opset?: number;
  readonly inputs: readonly {
    readonly name: string;
    /** A name is a symbolic dimension; undefined leaves the whole shape open. */
    readonly shape: readonly (number | string)[] | undefined;
    readonly type?: number;
  }[];
  readonly constants?: ReadonlyMap<string, Tensor<TensorData>>;
  readonly nodes: readonly SmallNode[];
  readonly outputs: readonly string[];
}

const FLOAT = 1;

export function smallGraph({ opset = 13, inputs, constants = new Map(), nodes, outputs }: SmallGraph) {
  const domains = new Set(nodes.flatMap(({ domain }) => (domain ? [domain] : [])));
  return create(ModelProtoSchema, {
    irVersion: opset >= 19 ? 9n : 7n,
    opsetImport: [
      { domain: '', version: BigInt(opset) },
      ...[...domains].map((domain) => ({ domain, version: 1n })),
    ],
    graph: {
      name: 'small',
      node: nodes.map(({ op, attributes = {}, name = '', domain = '', ...ends }) =>
        create(NodeProtoSchema, {
          opType: op,
          domain,
          name,
          input: [...ends.inputs],
          output: [...ends.outputs],
          attribute: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
        }),
      ),
      initializer: [...constants].map(([name, { shape, data }]) => tensorProto(name, shape, data)),
      input: inputs.map(({ name, shape, type = FLOAT }) => ({
        name,
        type: {
          value: {
            case: 'tensorType' as const,
            value: { elemType: type, ...(shape && { shape: { dim: shape.map(dimension) } }) },
          },
        },
      })),
      output: outputs.map((name) => ({ name })),
    },
  });
}

const dimension = (d: number | string) => ({
  value:
    typeof d === 'number'
      ? { case: 'dimValue' as const, value: BigInt(d) }
      : { case: 'dimParam' as const, value: d },
});

export const smallFile = (graph: SmallGraph): Uint8Array => toBinary(ModelProtoSchema, smallGraph(graph));

export const floatTensor = (shape: Shape, ...data: number[]): Tensor => ({
  shape,
  data: Float32Array.from(data),
});
export const int64Tensor = (...data: number[]): Tensor<TensorData> => ({
  shape: [data.length],
  data: Float64Array.from(data),
});
