/** What an operator sees of the graph: its node, its inputs as values, and a way to append layers. */
import { fail } from '../errors.ts';
import type { LayerSpec, ModelBuilder } from '../model/build.ts';
import { type Shape, volume } from '../tensor/shape.ts';
import type { Tensor, TensorData } from '../tensor/tensor.ts';
import { type Attributes, attributesOf } from './attributes.ts';
import type { Element } from './element.ts';
import { constantOf, type External } from './initializer.ts';
import type { NodeProto, TensorProto } from './proto/onnx_pb.gen.ts';
import type { Computed, Known, Value } from './value.ts';

/** One ONNX operator: appends what layers it takes and says what its outputs are, in order. */
export type Operator = (step: Step) => Value | readonly (Value | undefined)[];

type Nameless<L> = L extends unknown ? Omit<L, 'name'> : never;
export type NamelessSpec = Nameless<LayerSpec>;

/** State of one import, shared by all its steps. */
export interface Import {
  readonly builder: ModelBuilder;
  readonly opset: number;
  /** No conv weights in this file: parameters are not to be trusted, only shapes. */
  readonly topologyOnly: boolean;
  /** The batch the inputs were fixed to before they became 1. */
  readonly fileBatch: number | undefined;
  readonly external: External | undefined;
  /** Names taken by values of the file; inner layers of a composition must not collide with them. */
  readonly names: Set<string>;
  /** Values that a node or the graph's outputs read. */
  readonly reads: ReadonlySet<string>;
  readonly lookUp: (name: string) => Value | undefined;
  readonly notes: Map<string, string[]>; // sentence -> the layers it is true of
  /** Elements that folding may still allocate. */
  readonly budget: { left: number };
}

export interface Step {
  readonly attributes: Attributes;
  readonly opset: number;
  readonly topologyOnly: boolean;
  readonly fileBatch: number | undefined;
  readonly inputCount: number;
  readonly outputs: readonly string[];
  /** Whether anything may read that output. */
  readonly uses: (output: number) => boolean;
  /** The value of an input, undefined where the optional input is left out. */
  readonly value: (input: number) => Value | undefined;
  readonly needed: (input: number) => Value;
  /** An input as an ofmap; a constant becomes a layer of its own. */
  readonly computed: (input: number) => Computed;
  /** An input that must be a constant with numbers. */
  readonly known: (input: number) => Known;
  /** Whole numbers of a constant input: axes, a shape. */
  readonly wholes: (input: number) => readonly number[];
  readonly asComputed: (value: Value) => Computed;
  readonly shapeOf: (value: Value) => Shape;
  /** Append the layer named after the node's output, or an inner one of a composition. */
  readonly layer: (spec: NamelessSpec, inner?: string) => Computed;
  /** A constant made by folding. */
  readonly fold: (element: Element, shape: Shape, fill: () => TensorData) => Known;
  readonly constant: (tensor: TensorProto) => Value;
  readonly note: (sentence: string) => void;
}

export function stepOf(node: NodeProto, state: Import): Step {
  const name = node.output.find((output) => output !== '') ?? fail('it has no outputs');
  const value = (input: number): Value | undefined => {
    const key = node.input[input] ?? '';
    if (key === '') return undefined;
    return state.lookUp(key) ?? fail(`it reads "${key}", which nothing in the file makes`);
  };
  const needed = (input: number): Value => value(input) ?? fail(`its input ${input} is missing`);
  const shapeOf = (v: Value): Shape =>
    v.kind === 'computed' ? state.builder.shapeOf(v.name) : v.kind === 'known' ? v.value.shape : v.shape;
  const layer = (spec: NamelessSpec, inner?: string): Computed => {
    const own = inner === undefined ? name : unused(`${name}/${inner}`, state.names);
    return {
      kind: 'computed',
      name: state.builder.add({ ...spec, name: own } as LayerSpec),
      element: 'float',
    };
  };
  const asComputed = (v: Value): Computed => {
    if (v.kind === 'computed') return v;
    if (v.kind === 'absent') fail(`it computes with "${v.from}", whose numbers are not in the file`);
    const { value, element, from } = v;
    const own = unused(from === name ? `${name}/constant` : from, state.names);
    return {
      kind: 'computed',
      name: state.builder.add({ op: 'constant', name: own, inputs: [], value }),
      element,
    };
  };
  const known = (input: number): Known => {
    const v = needed(input);
    if (v.kind === 'known') return v;
    return v.kind === 'absent'
      ? fail(`the numbers of its input ${input}, "${v.from}", are not in the file`)
      : fail(`its input ${input}, "${v.name}", must be a constant but is computed by the network`);
  };
  const fold = (element: Element, shape: Shape, fill: () => TensorData): Known => {
    const count = volume(shape, `constant "${name}"`);
    if (count > state.budget.left)
      fail('folding the constants of this graph takes more memory than a network of its size should need');
    state.budget.left -= count;
    return { kind: 'known', from: name, element, value: { shape, data: fill() } as Tensor<TensorData> };
  };
  return {
    attributes: attributesOf(node),
    opset: state.opset,
    topologyOnly: state.topologyOnly,
    fileBatch: state.fileBatch,
    inputCount: node.input.length,
    outputs: node.output,
    uses: (output) => state.reads.has(node.output[output] ?? ''),
    value,
    needed,
    computed: (input) => asComputed(needed(input)),
    known,
    wholes: (input) => {
      const { data } = known(input).value;
      if (data.length > 1024)
        fail(`its input ${input} has ${data.length} elements: expected a few axes or sizes`);
      return Array.from(data, (n) =>
        Number.isInteger(n) ? n : fail(`its input ${input} holds ${n}: not whole`),
      );
    },
    asComputed,
    shapeOf,
    layer,
    fold,
    constant: (tensor) => constantOf(tensor, name, state.external),
    note: (sentence) => {
      const layers = state.notes.get(sentence);
      if (layers) layers.push(name);
      else state.notes.set(sentence, [name]);
    },
  };
}

function unused(wish: string, names: Set<string>): string {
  let name = wish;
  for (let i = 2; names.has(name); i++) name = `${wish}${i}`;
  names.add(name);
  return name;
}
