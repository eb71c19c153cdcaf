/** A node's attributes, read by name and kind; a wrong kind or an absurd number is an error, not a default. */
import { fail } from '../errors.ts';
import type { TensorProto } from './proto/onnx_pb.gen.ts';
import {
  type AttributeProto,
  AttributeProto_AttributeType as Kind,
  type NodeProto,
} from './proto/onnx_pb.gen.ts';

export interface Attributes {
  readonly has: (name: string) => boolean;
  readonly int: (name: string, otherwise: number) => number;
  readonly ints: (name: string) => readonly number[] | undefined;
  readonly float: (name: string, otherwise: number) => number;
  readonly floats: (name: string) => readonly number[] | undefined;
  readonly text: (name: string, otherwise: string) => string;
  readonly tensor: (name: string) => TensorProto | undefined;
}

export function attributesOf(node: NodeProto): Attributes {
  const byName = new Map<string, AttributeProto>();
  for (const attribute of node.attribute) {
    if (byName.has(attribute.name)) fail(`attribute "${attribute.name}" is given twice`);
    byName.set(attribute.name, attribute);
  }
  const read = <T>(name: string, kind: Kind, value: (attribute: AttributeProto) => T): T | undefined => {
    const attribute = byName.get(name);
    if (!attribute) return undefined;
    if (attribute.type !== kind)
      fail(`attribute "${name}" has the wrong type (${attribute.type}, not ${kind})`);
    return value(attribute);
  };
  const whole = (name: string, wide: bigint): number =>
    Number.isSafeInteger(Number(wide)) ? Number(wide) : fail(`attribute "${name}" is ${wide}: out of range`);
  return {
    has: (name) => byName.has(name),
    int: (name, otherwise) => read(name, Kind.INT, ({ i }) => whole(name, i)) ?? otherwise,
    ints: (name) => read(name, Kind.INTS, ({ ints }) => ints.map((i) => whole(name, i))),
    float: (name, otherwise) =>
      read(name, Kind.FLOAT, ({ f }) => (Number.isFinite(f) ? f : fail(`attribute "${name}" is ${f}`))) ??
      otherwise,
    floats: (name) => read(name, Kind.FLOATS, ({ floats }) => floats),
    text: (name, otherwise) => read(name, Kind.STRING, ({ s }) => new TextDecoder().decode(s)) ?? otherwise,
    tensor: (name) => read(name, Kind.TENSOR, ({ t }) => t),
  };
}
