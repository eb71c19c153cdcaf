/** A model as an ONNX file: opset 13, weights as raw bytes, the batch a symbol wherever every layer keeps it first. */
import { create, toBinary } from '@bufbuild/protobuf';
import { fail } from '../errors.ts';
import type { Layer } from '../model/layer.ts';
import type { Model } from '../model/model.ts';
import type { Shape } from '../tensor/shape.ts';
import { ModelProtoSchema } from './proto/onnx_pb.gen.ts';
import { receiptsIn } from './receipts.ts';
import { graphWriter } from './write/graph.ts';
import { type Surroundings, writeLayer } from './write/layer.ts';
import { valueInfo } from './write/proto.ts';

export function exportOnnx(model: Model): Uint8Array {
  const shapes = new Map<string, Shape>(
    [...model.inputs, ...model.layers].map(({ name, shape }) => [name, shape]),
  );
  const shapeOf = (value: string): Shape => shapes.get(value) ?? fail(`the model has no value "${value}"`);
  const carriers = batchCarriers(model);
  const batched = carriers !== undefined;
  const codes = new Map<string, 'uint8' | 'int8'>();
  const graph = graphWriter(shapes.keys());
  for (const layer of model.layers) {
    const around: Surroundings = { shapeOf, codes, batched: batched && carriers.has(layer.inputs[0] ?? '') };
    writeLayer(graph, layer, around);
    if (
      codes.has(layer.inputs[0] ?? '') &&
      ['reshape', 'transpose', 'slice', 'concat', 'maxPool'].includes(layer.op)
    )
      codes.set(layer.name, codes.get(layer.inputs[0]!)!);
  }
  const made = [...new Set(model.outputs)];
  const outputs = made.map((name) => outputOf(name, { graph, codes }));
  const info = (name: string, source = name) =>
    valueInfo(name, shapeOf(source), { batch: batched && carriers.has(source) ? 'N' : undefined });
  // AveragePool learnt dilation in opset 19, which belongs to IR 9.
  const late = model.layers.some((layer) => layer.op === 'avgPool' && layer.dilation.some((d) => d !== 1));
  const proto = create(ModelProtoSchema, {
    irVersion: late ? 9n : 7n,
    producerName: 'sense-cnn',
    opsetImport: [{ domain: '', version: late ? 19n : 13n }],
    ...receiptsIn(model.receipts),
    graph: {
      name: model.name,
      node: [...graph.nodes],
      initializer: [...graph.initializers],
      input: model.inputs.map(({ name }) => info(name)),
      output: outputs.map((name, i) => info(name, made[i])),
    },
  });
  return toBinary(ModelProtoSchema, proto);
}

/** Outputs are declared float; integer codes, and inputs passed straight on, get a node of their own. */
function outputOf(
  name: string,
  { graph, codes }: { graph: ReturnType<typeof graphWriter>; codes: ReadonlyMap<string, string> },
): string {
  const made = graph.nodes.some((node) => node.output.includes(name));
  if (made && !codes.has(name)) return name;
  const output = graph.unused(`${name}/output`);
  if (codes.has(name)) graph.node('Cast', { inputs: [name], output, attributes: { to: 1 } });
  else graph.node('Identity', { inputs: [name], output });
  return output;
}

/** The values whose first dimension is the batch; undefined when some layer mixes images, so that only batch 1 runs. */
function batchCarriers(model: Model): ReadonlySet<string> | undefined {
  const carriers = new Set(model.inputs.map(({ name }) => name));
  for (const layer of model.layers) {
    if (!layer.inputs.some((input) => carriers.has(input))) continue; // a constant
    if (!keepsBatch(layer, carriers)) return undefined;
    carriers.add(layer.name);
  }
  return carriers;
}

function keepsBatch(layer: Layer, carriers: ReadonlySet<string>): boolean {
  switch (layer.op) {
    case 'reshape':
      return layer.shape[0] === 1;
    case 'transpose':
      return layer.perm[0] === 0;
    case 'slice':
      return layer.start[0] === 0 && layer.step[0] === 1 && layer.shape[0] === 1;
    case 'pad':
      return layer.before[0] === 0 && layer.shape[0] === 1;
    case 'softmax':
      return layer.axis !== 0;
    case 'concat':
      return layer.axis !== 0 && layer.inputs.every((input) => carriers.has(input));
    default:
      return true; // an added constant broadcasts over the batch
  }
}
