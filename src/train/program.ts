/**
 * A model compiled for training on batches of one size: every layer becomes a stage, every value a place in one
 * WebAssembly memory, and the way back is planned so that gradients share room.
 */
import { fail } from '../errors.ts';
import type { Layer } from '../model/layer.ts';
import type { Model } from '../model/model.ts';
import { volume } from '../tensor/shape.ts';
import { type Arena, arena } from './arena.ts';
import { dropout as dropoutStage } from './stages/elementwise.ts';
import { stageOf } from './stages/index.ts';
import type { Inlet, Pass, Slot, Stage, StageContext, Value } from './stages/stage.ts';

export type Parameters = ReadonlyMap<string, Float32Array>;
export type Masks = ReadonlyMap<string, Uint8Array>; // by parameter name; 1 keep, 0 prune

export interface Program {
  readonly batch: number;
  readonly classes: number;
  /** Names, in the order they are computed. */
  readonly layers: readonly string[];
  /** Fill with [batch, C, H, W] before `forward`. */
  readonly input: Float32Array;
  /** [batch, classes] after `forward`. */
  readonly logits: Float32Array;
  /** Fill with [batch, classes] before `backward`. */
  readonly logitsGradient: Float32Array;
  /** By parameter name; what `backward` gave, until it runs again. */
  readonly gradients: Parameters;
  /** Of batch norms, "layer/mean" and "layer/variance": what a training `forward` measured. */
  readonly measured: Parameters;
  /** By name, what `load` took: parameters and statistics that are not trained. */
  readonly loaded: Parameters;
  /** Take these parameters, pruned weights as zeros. */
  readonly load: (parameters: Parameters, masks?: Masks) => void;
  readonly forward: (pass: Pass) => void;
  readonly backward: () => void;
  /** The first layer whose values or parameters are not all finite. */
  readonly firstNonFinite: () => string | undefined;
}

export interface CompileOptions {
  readonly batch: number;
  /** The affine layers that are trained as batch norms. */
  readonly norms: ReadonlySet<string>;
  /** Dropout behind layers, by name: the share that is dropped. */
  readonly dropout?: ReadonlyMap<string, number> | undefined;
}

interface Planned {
  readonly name: string;
  readonly stage: Stage;
  readonly inputs: readonly Inlet[];
  readonly output: Value;
}

interface Statistic {
  readonly at: number;
  readonly measured: number;
  readonly length: number;
}

export function compile(model: Model, { batch, norms, dropout = new Map() }: CompileOptions): Program {
  if (!Number.isSafeInteger(batch) || batch < 1)
    fail(`a batch of ${batch} images: expected a whole number from 1 up`);
  for (const [name, rate] of dropout) {
    if (!model.layers.some((layer) => layer.name === name && layer.op !== 'reshape'))
      fail(`dropout behind "${name}", which is no layer that computes`);
    if (!(rate >= 0 && rate < 1)) fail(`dropout of ${rate} behind "${name}": expected from 0 to less than 1`);
  }
  const memory = arena(`training "${model.name}" on batches of ${batch} images`);
  const slots = new Map<string, Slot>();
  const statistics = new Map<string, Statistic>();
  const { input, logits, planned } = plan(model, { batch, norms, dropout }, { memory, slots, statistics });
  const backwards = planBackward(planned, { logits, batch, memory });
  memory.seal();

  const view = ({ at, length }: { at: number; length: number }) => memory.floats(at, length);
  const views = new Map([...slots].map(([name, slot]) => [name, view(slot)]));
  const usual = new Map([...statistics].map(([name, each]) => [name, view(each)]));
  const gradients = new Map(
    [...slots].map(([name, { gradient, length }]) => [name, memory.floats(gradient, length)]),
  );
  return {
    batch,
    classes: logits.size,
    layers: planned.map(({ name }) => name),
    loaded: new Map([...views, ...usual]),
    input: memory.floats(input.at, batch * input.size),
    logits: memory.floats(logits.at, batch * logits.size),
    logitsGradient: memory.floats(logits.gradient, batch * logits.size),
    gradients,
    measured: new Map(
      [...statistics].map(([name, { measured, length }]) => [name, memory.floats(measured, length)]),
    ),
    load(parameters, masks) {
      for (const [name, target] of views) copyIn(target, parameters.get(name), { name, absent: 0 });
      for (const [name, target] of usual)
        copyIn(target, parameters.get(name), { name, absent: name.endsWith('/variance') ? 1 : 0 });
      for (const [name, mask] of masks ?? []) {
        const target = views.get(name);
        if (!target || target.length !== mask.length)
          throw new Error(`a mask of ${mask.length} for "${name}"`);
        for (let i = 0; i < mask.length; i++) target[i] = target[i]! * mask[i]!;
      }
    },
    forward(pass) {
      for (const { stage } of planned) stage.forward(pass);
    },
    backward() {
      for (const gradient of gradients.values()) gradient.fill(0);
      for (const { stage } of backwards) stage.backward();
    },
    firstNonFinite() {
      for (const { name, output } of planned) {
        const own = [...views].filter(([key]) => key.startsWith(`${name}/`)).map(([, values]) => values);
        if (![memory.floats(output.at, batch * output.size), ...own].every(allFinite)) return name;
      }
      return undefined;
    },
  };
}

interface Places {
  readonly memory: Arena;
  readonly slots: Map<string, Slot>;
  readonly statistics: Map<string, Statistic>;
}

function plan(
  model: Model,
  { batch, norms, dropout }: Required<CompileOptions> & { dropout: ReadonlyMap<string, number> },
  { memory, slots, statistics }: Places,
) {
  const { port, layers, logits: output } = trainablePart(model);
  const values = new Map<string, Value>();
  const trained = new Set<Value>(); // those that depend on a parameter
  const place = (shape: readonly number[]): Value => {
    const size = volume(shape);
    volume([batch, size], 'a batch of values');
    return { shape, size, at: memory.allocate(batch * size), gradient: 0 };
  };
  const input = place(port.shape);
  values.set(port.name, input);
  const planned: Planned[] = [];

  for (const layer of layers) {
    const read = layer.inputs.map((name) => values.get(name) ?? fail(`no value is named "${name}"`));
    if (layer.op === 'reshape') {
      // The same memory under another name and shape: readers of both share one gradient.
      values.set(layer.name, reshaped(read[0]!, layer.shape));
      if (trained.has(read[0]!)) trained.add(values.get(layer.name)!);
      continue;
    }
    const inputs = read.map((value): Inlet => ({ value, backward: undefined }));
    const context: StageContext = {
      arena: memory,
      batch,
      inputs,
      output: place(layer.shape),
      parameter(name, length) {
        const slot = { at: memory.allocate(length), gradient: memory.allocate(length), length };
        slots.set(`${layer.name}/${name}`, slot);
        return slot;
      },
      statistic(name, length) {
        const statistic = { at: memory.allocate(length), measured: memory.allocate(length), length };
        statistics.set(`${layer.name}/${name}`, statistic);
        return statistic;
      },
    };
    const before = slots.size;
    const stage = stageOf(layer, context, { norm: norms.has(layer.name) });
    let last: Planned = { name: layer.name, stage, inputs, output: context.output };
    planned.push(last);
    const depends = slots.size > before || read.some((value) => trained.has(value));
    const rate = dropout.get(layer.name);
    if (rate !== undefined) {
      if (depends) trained.add(last.output);
      const inlet: Inlet = { value: last.output, backward: undefined };
      const dropped = { ...context, inputs: [inlet], output: place(layer.shape) };
      const stage = dropoutStage(rate, layer.name, dropped);
      last = { name: layer.name, stage, inputs: [inlet], output: dropped.output };
      planned.push(last);
    }
    if (depends) trained.add(last.output);
    values.set(layer.name, last.output);
  }
  const logits = values.get(output)!;
  if (!trained.has(logits))
    fail(`"${model.name}" has nothing to train: no convolution, no fully connected layer`);
  // Marked now, given a place in planBackward.
  for (const each of planned)
    for (const inlet of each.inputs)
      if (trained.has(inlet.value)) inlet.backward = { at: 0, accumulate: false };
  return { input, logits, planned };
}

/** The gradient lives in the one record that all names of a piece of memory share. */
function reshaped(value: Value, shape: readonly number[]): Value {
  return {
    shape,
    size: value.size,
    at: value.at,
    get gradient() {
      return value.gradient;
    },
    set gradient(address: number) {
      value.gradient = address;
    },
  };
}

/** In reverse: a value's gradient gets its place when its last reader is met, and gives it back behind its writer. */
function planBackward(
  planned: readonly Planned[],
  { logits, batch, memory }: { logits: Value; batch: number; memory: Arena },
): readonly Planned[] {
  logits.gradient = memory.allocate(batch * logits.size);
  const backwards: Planned[] = [];
  for (const each of planned.toReversed()) {
    if (each.output.gradient === 0) continue; // nothing that is trained reads it
    backwards.push(each);
    for (const inlet of each.inputs) {
      if (!inlet.backward) continue;
      const accumulate = inlet.value.gradient !== 0;
      if (!accumulate) inlet.value.gradient = memory.allocate(batch * inlet.value.size);
      inlet.backward = { at: inlet.value.gradient, accumulate };
    }
    if (each.output.at !== logits.at) memory.release(each.output.gradient, batch * each.output.size);
  }
  return backwards;
}

/** The model without a softmax at its end, which the loss does better on logits. */
export function trainablePart(model: Model) {
  const [port, ...ports] = model.inputs;
  const [output, ...outputs] = model.outputs;
  if (!port || !output || ports.length > 0 || outputs.length > 0)
    fail(`"${model.name}" has ${model.inputs.length} inputs and ${model.outputs.length} outputs`, {
      hint: 'training takes classifiers: one image in, one score a class out',
    });
  let logits = output;
  for (;;) {
    const layer: Layer | undefined = model.layers.find(({ name }) => name === logits);
    if (layer?.op !== 'softmax') break;
    logits = layer.inputs[0]!;
  }
  const wanted = new Set([logits]);
  const layers = model.layers
    .toReversed()
    .filter((layer) => {
      if (!wanted.has(layer.name)) return false;
      for (const input of layer.inputs) wanted.add(input);
      return true;
    })
    .reverse();
  return { port, layers, logits };
}

function copyIn(
  target: Float32Array,
  values: Float32Array | undefined,
  { name, absent }: { name: string; absent: number },
): void {
  if (!values) target.fill(absent);
  else if (values.length !== target.length)
    fail(`parameter "${name}" has ${values.length} values, the layer wants ${target.length}`);
  else target.set(values);
}

/** 0 * x is NaN for exactly the values that are not finite, and NaN sticks in the sum. */
function allFinite(values: Float32Array): boolean {
  let zero = 0;
  for (let i = 0; i < values.length; i++) zero += 0 * values[i]!;
  return zero === 0;
}
