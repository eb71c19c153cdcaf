/**
 * An ONNX file to a model, in one walk over its nodes: constants are folded, computed values become layers.
 * Every value is named as in the file, so a layer's name is the name of the ONNX value it makes.
 */
import { fail, within } from '../errors.ts';
import { buildModel } from '../model/build.ts';
import type { Model, Receipt } from '../model/model.ts';
import { type Shape, volume } from '../tensor/shape.ts';
import { checkRank } from './axes.ts';
import { neededNodes, nodeLabel } from './graph.ts';
import { constantOf, type External, isHollow } from './initializer.ts';
import { operators } from './ops/index.ts';
import { NEWEST_OPSET, type OnnxFile, parseOnnx } from './parse.ts';
import { portsOf } from './ports.ts';
import type { GraphProto, NodeProto, TensorProto } from './proto/onnx_pb.gen.ts';
import { receiptsOutOf } from './receipts.ts';
import { type Import, stepOf } from './step.ts';
import type { Value } from './value.ts';

export interface OnnxOptions {
  /** What the model is called. */
  readonly name: string;
  /** Reads a file beside the model; undefined where there is none, and then only the topology is imported. */
  readonly external?: External;
  /** Shapes of inputs whose file leaves them open, batch 1 first. */
  readonly inputShapes?: ReadonlyMap<string, Shape>;
}

/** What folding may allocate besides twice the file's own constants, in elements. */
const FOLDING_BUDGET = 2 ** 22;

export function importOnnx(
  file: Uint8Array,
  { name, external, inputShapes = new Map() }: OnnxOptions,
): Model {
  const onnx = parseOnnx(file);
  const { graph } = onnx;
  const nodes = neededNodes(graph);
  const outputs = graph.output.map((output) => output.name);
  if (outputs.length === 0) fail('the graph has no outputs');
  const reads = new Set([...nodes.flatMap((node) => node.input), ...outputs]);
  reads.delete(''); // optional inputs left out
  const ports = portsOf(graph, reads, inputShapes);
  if (ports.length === 0) fail('no input of the graph reaches its outputs');

  const values = new Map<string, Value>(
    ports.map((port) => [port.name, { kind: 'computed', name: port.name, element: port.element }]),
  );
  const files = once(external);
  const budget = { left: FOLDING_BUDGET };
  const state: Import = {
    builder: buildModel(
      name,
      ports.map(({ name, shape }) => ({ name, shape })),
    ),
    opset: onnx.opset,
    topologyOnly: holdsNoWeights(graph, nodes, files),
    fileBatch: ports.find(({ fileBatch }) => fileBatch !== undefined)?.fileBatch,
    external: files,
    names: new Set([...graph.input.map((input) => input.name), ...graph.node.flatMap((node) => node.output)]),
    reads,
    lookUp: withInitializers(values, graph, { external: files, budget }),
    notes: new Map(),
    budget,
  };
  for (const node of nodes) within(label(node), () => lower(node, state, values));
  const names = outputs.map((output) => outputLayer(output, state));
  return state.builder.finish(names, receiptsOf(onnx, state));
}

const label = (node: NodeProto): string => `${nodeLabel(node)} (${node.opType})`;

/** Run the node's operator and give its outputs their names. */
function lower(node: NodeProto, state: Import, values: Map<string, Value>): void {
  const own = node.domain === '' || node.domain === 'ai.onnx';
  const operator = operators.get(own ? node.opType : `${node.domain}:${node.opType}`) ?? refuse(node);
  const step = stepOf(node, state);
  const result = operator(step);
  const made = Array.isArray(result) ? (result as readonly (Value | undefined)[]) : [result as Value];
  node.output.forEach((output, i) => {
    const value = made[i];
    if (output === '' || !value) return;
    checkRank(step.shapeOf(value).length, `"${output}"`);
    values.set(output, value);
  });
}

function refuse({ opType, domain, attribute }: NodeProto): never {
  if (attribute.some(({ g, graphs }) => g !== undefined || graphs.length > 0))
    fail(`the operator ${opType} chooses what runs at run time, which no machine here can schedule`, {
      hint: 'export the model with control flow unrolled or traced',
    });
  return fail(`the operator ${domain ? `${domain}:` : ''}${opType} is not known`, {
    hint: 'simplify the model (e.g. with onnxsim), cut the graph before this node, or replace the operator before exporting',
  });
}

/** Values by name; initializers are read when first asked for, and enlarge the budget of folding. */
function withInitializers(
  values: Map<string, Value>,
  graph: GraphProto,
  { external, budget }: { external: External | undefined; budget: { left: number } },
): (name: string) => Value | undefined {
  const initializers = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  return (name) => {
    const tensor = initializers.get(name);
    if (!tensor || values.has(name)) return values.get(name);
    const constant = constantOf(tensor, name, external);
    const shape = constant.kind === 'known' ? constant.value.shape : constant.shape;
    if (constant.kind === 'known') budget.left += 2 * volume(shape);
    values.set(name, constant);
    return constant;
  };
}

/**
 * Whether convolutions take their weights from nowhere: external data that is not there, tensors without bytes, or
 * ConstantOfShape (how ONNX's own "light" models are stored). The other parameters of such a file are filler as well.
 */
function holdsNoWeights(
  graph: GraphProto,
  nodes: readonly NodeProto[],
  external: External | undefined,
): boolean {
  const tensors = new Map<string, TensorProto>(graph.initializer.map((tensor) => [tensor.name, tensor]));
  const makers = new Map(nodes.flatMap((node) => node.output.map((output) => [output, node] as const)));
  return nodes.some((node) => {
    let name = node.input[weightInput.get(node.opType) ?? -1] ?? '';
    let maker = makers.get(name);
    while (maker && passesOn.has(maker.opType)) {
      name = maker.input[0] ?? '';
      maker = makers.get(name);
    }
    const tensor = tensors.get(name);
    if (!tensor) return maker?.opType === 'ConstantOfShape';
    return within(`initializer "${name}"`, () => isHollow(tensor, external));
  });
}

const weightInput = new Map([
  ['Conv', 1],
  ['Gemm', 1],
  ['MatMul', 1],
  ['QLinearConv', 3],
]);
const passesOn = new Set([
  'Cast',
  'DequantizeLinear',
  'Identity',
  'Reshape',
  'Squeeze',
  'Transpose',
  'Unsqueeze',
]);

/** Each external file is read at most once. */
function once(external: External | undefined): External | undefined {
  if (!external) return undefined;
  const files = new Map<string, Uint8Array | undefined>();
  return (location) => {
    if (!files.has(location)) files.set(location, external(location));
    return files.get(location);
  };
}

/** The layer that makes an output of the graph; one that only passes an input or a constant on is made here. */
function outputLayer(output: string, { lookUp, builder, names }: Import): string {
  const value = lookUp(output) ?? fail(`the graph's output "${output}" is made by no node`);
  if (value.kind === 'absent')
    fail(`the graph's output "${output}" is a constant whose numbers are not in the file`);
  const own = names.has(output) ? output : `${output}/output`;
  if (value.kind === 'known')
    return builder.add({ op: 'constant', name: own, inputs: [], value: value.value });
  return value.name;
}

function receiptsOf({ proto, opset }: OnnxFile, { notes }: Import): readonly Receipt[] {
  const producer = [proto.producerName, proto.producerVersion].filter(Boolean).join(' ');
  const madeBy = `ONNX import, opset ${opset}${producer ? `, written by ${producer}` : ''}`;
  const newer =
    opset > NEWEST_OPSET ? [`opset ${opset} is newer than ${NEWEST_OPSET}, the newest known`] : [];
  const remarks = [...notes].map(([sentence, layers]) => {
    const shown = layers.slice(0, 3).map((layer) => (layer.length > 40 ? `${layer.slice(0, 39)}…` : layer));
    return `${sentence}: ${layers.length} layers (${shown.join(', ')}${layers.length > 3 ? ', …' : ''})`;
  });
  return [
    { madeBy },
    ...[...newer, ...remarks].map((note) => ({ madeBy: 'ONNX import', note })),
    ...receiptsOutOf(proto),
  ];
}
