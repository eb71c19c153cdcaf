/** Small pieces of an ONNX file: nodes, attributes, tensors and value descriptions. */
import { create } from '@bufbuild/protobuf';
import type { Shape } from '../../tensor/shape.ts';
import type { TensorData } from '../../tensor/tensor.ts';
import {
  type AttributeProto,
  AttributeProtoSchema,
  TensorProto_DataType as DataType,
  AttributeProto_AttributeType as Kind,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from '../proto/onnx_pb.gen.ts';

export type AttributeValue = number | string | readonly number[] | { readonly float: number } | TensorProto;

/** Whole numbers become INT and INTS; a float is written { float }. */
export function attribute(name: string, value: AttributeValue): AttributeProto {
  if (typeof value === 'number')
    return create(AttributeProtoSchema, { name, type: Kind.INT, i: BigInt(value) });
  if (typeof value === 'string')
    return create(AttributeProtoSchema, { name, type: Kind.STRING, s: new TextEncoder().encode(value) });
  if ('$typeName' in value) return create(AttributeProtoSchema, { name, type: Kind.TENSOR, t: value });
  if ('float' in value) return create(AttributeProtoSchema, { name, type: Kind.FLOAT, f: value.float });
  return create(AttributeProtoSchema, { name, type: Kind.INTS, ints: value.map(BigInt) });
}

export interface NodeParts {
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
}

export const node = (opType: string, { inputs, output, attributes = {} }: NodeParts): NodeProto =>
  create(NodeProtoSchema, {
    opType,
    name: output,
    input: [...inputs],
    output: [output],
    attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
  });

const bytesOf = (data: ArrayBufferView): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();

/** A tensor as raw little-endian bytes, typed as its array is. */
export function tensorProto(name: string, shape: Shape, data: TensorData): TensorProto {
  const [dataType, raw] =
    data instanceof Float32Array
      ? ([DataType.FLOAT, data] as const)
      : data instanceof Float64Array
        ? ([DataType.INT64, BigInt64Array.from(data, (n) => BigInt(n))] as const)
        : data instanceof Int32Array
          ? ([DataType.INT32, data] as const)
          : data instanceof Int16Array
            ? ([DataType.INT16, data] as const)
            : data instanceof Int8Array
              ? ([DataType.INT8, data] as const)
              : ([DataType.UINT8, data] as const);
  return create(TensorProtoSchema, { name, dims: shape.map(BigInt), dataType, rawData: bytesOf(raw) });
}

/** A float value of the graph; the batch is a symbol where it may vary. */
export const valueInfo = (
  name: string,
  shape: Shape,
  { batch }: { batch: string | undefined },
): ValueInfoProto =>
  create(ValueInfoProtoSchema, {
    name,
    type: {
      value: {
        case: 'tensorType',
        value: {
          elemType: DataType.FLOAT,
          shape: {
            dim: shape.map((d, axis) => ({
              value:
                axis === 0 && batch !== undefined
                  ? { case: 'dimParam' as const, value: batch }
                  : { case: 'dimValue' as const, value: BigInt(d) },
            })),
          },
        },
      },
    },
  });
