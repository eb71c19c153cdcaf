/**
 * From a folded model and a format for every value to a network in integers: int8 weights, int32 biases, and for
 * each filter the multiplier and shift that bring its accumulator into the ofmap's bytes.
 * Jacob et al., CVPR 2018, section 2.2, with all zero points 0 and one weight scale a filter.
 */
import { fail, within } from '../errors.ts';
import { byteRange, clampBytes } from '../infer/integers/bytes.ts';
import { type ConvLayer, isConv } from '../model/layer.ts';
import type { Model } from '../model/model.ts';
import type { QuantizedConv, QuantizedModel, Requantisation, ValueFormat } from '../model/quantized.ts';
import { quantiseMultiplier, roundHalfEven } from '../tensor/requantise.ts';
import { psumBounds } from './psum-bound.ts';
import { type Int8Weights, int8Weights } from './weights.ts';

export function quantize(
  model: Model,
  formats: ReadonlyMap<string, ValueFormat>,
  calibration: QuantizedModel['calibration'],
): QuantizedModel {
  const formatOf = (value: string): ValueFormat =>
    formats.get(value) ??
    fail(`no format is known for value "${value}"`, { hint: 'calibrate the model first' });
  const convs = new Map<string, QuantizedConv>();
  for (const layer of model.layers)
    if (isConv(layer))
      convs.set(
        layer.name,
        within(`layer "${layer.name}"`, () =>
          quantizeConv(layer, formatOf(layer.inputs[0]!), formatOf(layer.name)),
        ),
      );
  const values = [...model.inputs.map((port) => port.name), ...model.layers.map((layer) => layer.name)];
  return {
    schema: 'sense.quantized/1',
    model,
    values: new Map(values.map((value) => [value, formatOf(value)])),
    convs,
    calibration,
  };
}

export function quantizeConv(layer: ConvLayer, ifmap: ValueFormat, ofmap: ValueFormat): QuantizedConv {
  const weights = int8Weights(layer, ifmap.scale);
  const { weight, scale, correction } = weights;
  const bias = Int32Array.from(biasCodes(layer, scale, ifmap.scale));
  checkAccumulator(layer, weights, { bias, ifmap });
  return {
    weight: { shape: layer.weight!.shape, data: weight },
    weightScale: scale,
    bias,
    requantisation: requantisation(layer, scale, { ifmap, ofmap }),
    ...(correction && { correction }),
  };
}

function biasCodes({ conv, bias }: ConvLayer, scale: Float32Array, ifmapScale: number): number[] {
  return Array.from({ length: conv.K }, (_, k) => {
    const code = roundHalfEven((bias?.[k] ?? 0) / (ifmapScale * scale[k]!));
    return Math.abs(code) < 2 ** 31
      ? code
      : fail(
          `the bias of filter ${k}, ${bias![k]}, is too large for int32 in steps of ${ifmapScale * scale[k]!}`,
          {
            hint: 'calibrate with inputs of the size the network will see',
          },
        );
  });
}

/** No input whatever may overflow the int32 accumulator. */
function checkAccumulator(
  { conv }: ConvLayer,
  { weight, correction }: Int8Weights,
  { bias, ifmap }: { bias: Int32Array; ifmap: ValueFormat },
): void {
  const window = (conv.C / conv.groups) * conv.R * conv.S * (ifmap.type === 'uint8' ? 255 : 128);
  psumBounds(weight, conv.K, ifmap.type).forEach((psum, k) => {
    const largest = psum + Math.abs(bias[k]!) + Math.abs(correction?.[k] ?? 0) * window;
    if (largest >= 2 ** 31)
      fail(`the sums of filter ${k} can reach ${largest}, more than int32 holds`, {
        hint: 'split the layer into parts with fewer input channels and add them',
      });
  });
}

function requantisation(
  { conv, clamp }: ConvLayer,
  weightScale: Float32Array,
  { ifmap, ofmap }: { ifmap: ValueFormat; ofmap: ValueFormat },
): Requantisation {
  const multiplier = new Int32Array(conv.K);
  const shift = new Uint8Array(conv.K);
  for (let k = 0; k < conv.K; k++) {
    const fixed = quantiseMultiplier((ifmap.scale * weightScale[k]!) / ofmap.scale);
    multiplier[k] = fixed.multiplier;
    shift[k] = fixed.shift;
  }
  const [low, high] = clamp ? clampBytes(clamp, ofmap) : byteRange(ofmap.type);
  return { multiplier, shift, low, high };
}
