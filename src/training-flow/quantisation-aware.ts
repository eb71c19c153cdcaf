/**
 * The last steps with int8 in sight: the network as the integer path will run it, in floats, to be trained on.
 *
 *   folded network:   conv ─▶ pool ─▶ conv      int8 in sight:   conv ─▶ quantise ─▶ dequantise ─▶ pool ─▶ conv
 *
 * Batch norms are folded and masks fixed, so that weights, scales and zeros are those that are shipped. Activations get
 * the formats that calibration finds for them; weights are rounded by the training loop. What only moves values
 * stays on their grid and needs none. Afterwards the layers put in here are gone: plain fp32 weights are left.
 */
import { staysReal } from '../infer/integers.ts';
import type { Layer } from '../model/layer.ts';
import type { Model } from '../model/model.ts';
import type { ValueFormat } from '../model/quantized.ts';
import { calibrate } from '../quantize/calibrate.ts';
import { movesValues } from '../quantize/shared-scales.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { MaskRule, TrainOptions } from '../train/loop.ts';
import { settle } from '../train/options.ts';

const BYTES = { uint8: [0, 255], int8: [-128, 127] } as const;

/** Every value that has bytes in the integer network is rounded to them; `model` must be folded. */
export function withRoundedValues(model: Model, inputs: readonly ReadonlyMap<string, Tensor>[]): Model {
  const formats = calibrate(model, inputs, { method: 'percentile' });
  const real = staysReal(model);
  const rounded = new Set<string>();
  const renamed = new Map<string, string>();
  const now = (value: string): string => renamed.get(value) ?? value;
  const round = (value: string, shape: Layer['shape']): Layer[] => {
    rounded.add(value);
    renamed.set(value, `${value}/real`);
    return roundings(value, shape, formats.get(value)!);
  };
  const layers = model.inputs.flatMap(({ name, shape }) => round(name, shape));
  for (const layer of model.layers) {
    layers.push({ ...layer, inputs: layer.inputs.map(now) });
    // Clamping a value of a grid that holds 0 and was made for the clamp's range leaves it on the grid.
    const onGrid = movesValues(layer) || layer.op === 'clamp';
    if (onGrid && layer.inputs.every((input) => rounded.has(input))) rounded.add(layer.name);
    else if (!real.has(layer.name)) layers.push(...round(layer.name, layer.shape));
  }
  return { ...model, layers, outputs: model.outputs.map(now) };
}

function roundings(value: string, shape: Layer['shape'], { scale, type }: ValueFormat): Layer[] {
  const [low, high] = BYTES[type];
  const bytes = `${value}/bytes`;
  return [
    { op: 'quantize', name: bytes, inputs: [value], shape, scale, zeroPoint: 0, low, high },
    { op: 'dequantize', name: `${value}/real`, inputs: [bytes], shape, scale, zeroPoint: 0 },
  ];
}

/** What is 0 now stays 0. */
const keepZeros: MaskRule = (_, weight) => Uint8Array.from(weight, (w) => Number(w !== 0));

/** Gentle: what is learnt is where to round, not what the pictures show. */
const RATE_BESIDE_INT8 = 0.05;

/** The options of a training, for going on with int8 in sight; zeros stay zeros where there are any. */
export function besideInt8(
  train: TrainOptions,
  { epochs, zeros }: { readonly epochs: number; readonly zeros: number },
): TrainOptions {
  const { dropout: _, ...others } = train;
  return {
    ...{ ...others, epochs, learningRate: settle(train).learningRate * RATE_BESIDE_INT8 },
    ...{ schedule: { kind: 'cosine' }, norms: 'fixed', roundWeights: true },
    ...(zeros > 0 && { zeros, mask: keepZeros, rampEpochs: 0, freezeEpochs: epochs }),
  };
}
