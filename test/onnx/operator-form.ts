/** A QDQ file with its convolutions and global pool as integer operators: what ONNX Runtime then computes exactly. */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
} from '../../src/onnx/proto/onnx_pb.gen.ts';

const MICROSOFT = 'com.microsoft';

/** ReLU6 must be what the quantised range holds anyway, as it is in files that come from TFLite; it is left out. */
export function operatorForm(file: Uint8Array): Uint8Array {
  const proto = fromBinary(ModelProtoSchema, file);
  const graph = proto.graph!;
  const byOutput = new Map(graph.node.map((node) => [node.output[0]!, node]));
  const made = graph.node.map((node) => fused(node, byOutput) ?? node);
  const used = new Set([...made.flatMap(({ input }) => input), ...graph.output.map(({ name }) => name)]);
  // What only the fused nodes read falls away, last reader first.
  for (let i = made.length - 1; i >= 0; i--) {
    if (made[i]!.output.some((name) => used.has(name))) continue;
    made.splice(i, 1);
    used.clear();
    for (const name of [...made.flatMap(({ input }) => input), ...graph.output.map((o) => o.name)])
      used.add(name);
    i = made.length;
  }
  graph.node = made;
  proto.opsetImport.push(create(OperatorSetIdProtoSchema, { domain: MICROSOFT, version: 1n }));
  return toBinary(ModelProtoSchema, proto);
}

function fused(quantize: NodeProto, byOutput: ReadonlyMap<string, NodeProto>): NodeProto | undefined {
  if (quantize.opType !== 'QuantizeLinear') return undefined;
  const source = byOutput.get(quantize.input[0]!);
  const node = source?.opType === 'Clip' ? byOutput.get(source.input[0]!) : source;
  const parts = (name: string | undefined): readonly string[] => byOutput.get(name ?? '')?.input ?? [];
  const { name, output } = quantize;
  const [, yScale, yZero] = quantize.input as [string, string, string];
  if (node?.opType === 'Conv')
    return create(NodeProtoSchema, {
      opType: 'QLinearConv',
      name,
      output,
      input: [...parts(node.input[0]), ...parts(node.input[1]), yScale, yZero, parts(node.input[2])[0]!],
      attribute: node.attribute,
    });
  if (node?.opType === 'GlobalAveragePool')
    return create(NodeProtoSchema, {
      opType: 'QLinearGlobalAveragePool',
      domain: MICROSOFT,
      name,
      output,
      input: [...parts(node.input[0]), yScale, yZero],
    });
  return undefined;
}
