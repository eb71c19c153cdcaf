/** A model made trainable: its parameters by name, the loss of a batch with all gradients, and the way back to a model. */
import { fail } from '../errors.ts';
import { isConv, type Layer } from '../model/layer.ts';
import type { Model } from '../model/model.ts';
import type { Random } from '../tensor/random.ts';
import { sameShape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { crossEntropy, type LossOptions, type Targets } from './loss.ts';
import { compile, type Masks, type Parameters, type Program } from './program.ts';
import { EPSILON } from './stages/norm.ts';

export type { Masks, Parameters } from './program.ts';

export interface Batch extends Targets {
  readonly images: Tensor; // [N, C, H, W]
}

/**
 * "conv1/weight" and, where the layer has one, "conv1/bias". Of an affine layer "name/scale" and "name/shift"; with
 * `norms: 'batch'` those behind a convolution become batch norms: "name/gamma", "name/beta" and, not trained,
 * "name/mean" and "name/variance".
 */
export function parametersOf(
  model: Model,
  { norms = 'fixed' }: { norms?: 'fixed' | 'batch' } = {},
): Map<string, Float32Array> {
  const asNorms = norms === 'batch' ? normLayers(model) : new Set<string>();
  const parameters = new Map<string, Float32Array>();
  for (const layer of model.layers) {
    const { name } = layer;
    if (isConv(layer)) {
      if (!layer.weight)
        fail('this layer has no weights, only its loop bounds are known', {
          at: `layer "${name}"`,
          hint: 'initialise the network, or import a model with weights',
        });
      parameters.set(`${name}/weight`, layer.weight.data.slice());
      if (layer.bias) parameters.set(`${name}/bias`, layer.bias.slice());
    } else if (layer.op === 'affine' && asNorms.has(name)) {
      const { scale, shift } = layer;
      // As if mean 0 and variance 1 had been measured, so that inference changes nothing.
      parameters.set(
        `${name}/gamma`,
        scale.map((factor) => factor * Math.sqrt(1 + EPSILON)),
      );
      parameters.set(`${name}/beta`, shift.slice());
      parameters.set(`${name}/mean`, new Float32Array(scale.length));
      parameters.set(`${name}/variance`, new Float32Array(scale.length).fill(1));
    } else if (layer.op === 'affine') {
      parameters.set(`${name}/scale`, layer.scale.slice());
      parameters.set(`${name}/shift`, layer.shift.slice());
    }
  }
  return parameters;
}

/** Affine layers that can be batch norms: one scale a channel, straight behind a convolution. */
export function normLayers(model: Model): Set<string> {
  const convs = new Set(model.layers.filter(isConv).map(({ name }) => name));
  return new Set(
    model.layers
      .filter(
        (layer) =>
          layer.op === 'affine' && convs.has(layer.inputs[0]!) && layer.scale.length === layer.shape[1],
      )
      .map(({ name }) => name),
  );
}

/** The model with these parameters; batch norms become what they are at inference, a scale and a shift. */
export function withParameters(model: Model, parameters: Parameters): Model {
  const of = (name: string, layer: Layer): Float32Array | undefined =>
    parameters.get(`${layer.name}/${name}`);
  const layers = model.layers.map((layer): Layer => {
    const weight = of('weight', layer);
    if (isConv(layer) && weight) {
      const { conv } = layer;
      const shape = [conv.K, conv.C / conv.groups, conv.R, conv.S];
      const bias = of('bias', layer);
      // The integers an imported weight was stored as are no longer these weights.
      return {
        ...layer,
        weight: { shape, data: weight.slice() },
        bias: bias?.slice() ?? layer.bias,
        codes: undefined,
      };
    }
    if (layer.op !== 'affine') return layer;
    const gamma = of('gamma', layer);
    if (gamma) {
      const [beta, mean, variance] = [of('beta', layer)!, of('mean', layer)!, of('variance', layer)!];
      const scale = gamma.map((factor, c) => factor / Math.sqrt(variance[c]! + EPSILON));
      return { ...layer, scale, shift: beta.map((term, c) => term - scale[c]! * mean[c]!) };
    }
    const scale = of('scale', layer);
    return scale ? { ...layer, scale: scale.slice(), shift: of('shift', layer)!.slice() } : layer;
  });
  return { ...model, layers };
}

export interface LossAndGradientsOptions extends Omit<LossOptions, 'teacher'> {
  readonly teacher?: Tensor | undefined; // logits
  readonly masks?: Masks | undefined;
  /** Pruned weights get the gradient they would have if they were not, so that they can come back. */
  readonly straightThrough?: boolean | undefined;
  readonly random?: Random | undefined; // for dropout
  readonly dropout?: ReadonlyMap<string, number> | undefined;
}

export interface LossAndGradients {
  readonly loss: number;
  readonly correct: number;
  readonly gradients: Map<string, Float32Array>;
  /** What batch norms measured on this batch, "layer/mean" and "layer/variance" (unbiased). */
  readonly statistics: Map<string, Float32Array>;
}

/** One training step's forward and backward pass; nothing is changed. */
export function lossAndGradients(
  model: Model,
  parameters: Parameters,
  batch: Batch,
  options: LossAndGradientsOptions = {},
): LossAndGradients {
  const { masks, straightThrough = false, random, dropout, teacher, ...rest } = options;
  const program = programFor(model, batch.images, { norms: normsIn(parameters), dropout });
  program.load(parameters, masks);
  program.input.set(batch.images.data);
  program.forward({ training: true, random });
  const loss = lossOf(program, batch, { ...rest, teacher: teacher?.data });
  program.backward();
  const gradients = new Map<string, Float32Array>();
  for (const [name, gradient] of program.gradients)
    if (parameters.has(name)) gradients.set(name, gradient.slice());
  if (!straightThrough) applyMasks(gradients, masks);
  const statistics = new Map([...program.measured].map(([name, values]) => [name, values.slice()]));
  return { ...loss, gradients, statistics };
}

/** Loss of what the program holds, with its gradient put in place; a loss that is no number names the layer. */
export function lossOf(
  program: Program,
  targets: Targets,
  options: LossOptions,
): { loss: number; correct: number } {
  const result = crossEntropy(program.logits, targets, { ...options, gradient: program.logitsGradient });
  if (!Number.isFinite(result.loss)) {
    const layer = program.firstNonFinite();
    fail('the loss is not a finite number: training has diverged', {
      at: layer === undefined ? 'the loss' : `layer "${layer}"`,
      hint: 'try a lower learning rate or a warm-up, and look at how the images are scaled',
    });
  }
  return result;
}

/** Logits [N, classes] as at inference. */
export function predict(model: Model, parameters: Parameters, images: Tensor): Tensor {
  const program = programFor(model, images, { norms: normsIn(parameters) });
  program.load(parameters);
  program.input.set(images.data);
  program.forward({ training: false });
  return { shape: [program.batch, program.classes], data: program.logits.slice() };
}

export function applyMasks(values: Parameters, masks: Masks | undefined): void {
  for (const [name, mask] of masks ?? []) {
    const target = values.get(name);
    if (target) for (let i = 0; i < mask.length; i++) target[i] = target[i]! * mask[i]!;
  }
}

/** The affine layers that these parameters treat as batch norms. */
export const normsIn = (parameters: Parameters): ReadonlySet<string> =>
  new Set(
    [...parameters.keys()]
      .filter((key) => key.endsWith('/gamma'))
      .map((key) => key.slice(0, -'/gamma'.length)),
  );

interface Cached {
  readonly key: string;
  readonly program: Program;
}

/** The last program of each model: calls with batches of one size compile once. */
const cache = new WeakMap<Model, Cached>();

function programFor(
  model: Model,
  images: Tensor,
  options: { norms: ReadonlySet<string>; dropout?: ReadonlyMap<string, number> | undefined },
): Program {
  const wanted = model.inputs[0]?.shape.slice(1) ?? [];
  if (!sameShape(images.shape.slice(1), wanted))
    fail(`images of shape [${images.shape}] for a network that reads [N, ${wanted}]`);
  const batch = images.shape[0]!;
  const key = JSON.stringify([batch, [...options.norms], [...(options.dropout ?? [])]]);
  const known = cache.get(model);
  if (known?.key === key) return known.program;
  const program = compile(model, { batch, ...options });
  cache.set(model, { key, program });
  return program;
}
