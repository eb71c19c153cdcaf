/**
 * Calibration: one scale and byte type a value, from running the network in fp32 on given inputs.
 * Only histograms are kept, never the activations. Zero is always byte 0, so zeros stay zeros.
 *
 *   max         the largest magnitude seen is the largest byte
 *   percentile  the magnitude that a share of the non-zero values do not exceed
 *   mse         the clipping point of least squared error (Sung et al., arXiv:1511.06488)
 */
import { fail, within } from '../errors.ts';
import { evaluate } from '../infer/evaluate.ts';
import { feedsConv, staysReal } from '../infer/integers.ts';
import type { Model } from '../model/model.ts';
import type { QuantizedModel, ValueFormat } from '../model/quantized.ts';
import type { Tensor } from '../tensor/tensor.ts';
import {
  addInto,
  bins,
  emptyHistogram,
  type Histogram,
  largest,
  observe,
  percentileOf,
} from './histogram.ts';
import { sharedScales } from './shared-scales.ts';

export interface CalibrationOptions {
  readonly method: QuantizedModel['calibration']['method'];
  /** Share of the non-zero values kept inside the range by `percentile`, in percent. */
  readonly percentile?: number;
  /** Formats already known, as from a model that came quantised; they win over measured ones. */
  readonly given?: ReadonlyMap<string, ValueFormat>;
}

/** Cuts next to nothing, and on maps of more than 100 000 values the one outlier that would make all steps coarse. */
export const DEFAULT_PERCENTILE = 99.999;

/**
 * A result byte that saturates ties with the winner; one that is a quarter coarser hardly matters. So values that no
 * conv reads any more get room for larger ones than calibration happened to see.
 */
const RESULT_HEADROOM = 1.25;

export function calibrate(
  model: Model,
  inputs: readonly ReadonlyMap<string, Tensor>[],
  { method, percentile = DEFAULT_PERCENTILE, given = new Map() }: CalibrationOptions,
): ReadonlyMap<string, ValueFormat> {
  if (!(percentile > 0 && percentile <= 100))
    fail(`a percentile of ${percentile}: expected more than 0 and at most 100`);
  const { groupOf, measured } = sharedScales(model);
  const histograms = measureRanges(model, inputs, measured);
  const choiceFor = choices(model, { method, percentile });

  const groups = new Map<string, string[]>();
  for (const [value, group] of groupOf) groups.set(group, [...(groups.get(group) ?? []), value]);

  const formats = new Map<string, ValueFormat>();
  for (const values of groups.values()) {
    const known = values.flatMap((value) => given.get(value) ?? []);
    const format = known.length > 0 ? widest(known) : measuredFormat(values, histograms, choiceFor(values));
    for (const value of values) formats.set(value, given.get(value) ?? format);
  }
  return formats;
}

interface Choice {
  readonly method: CalibrationOptions['method'];
  readonly percentile: number;
  readonly headroom: number;
}

/**
 * How to choose the range of a group: as asked for what lies between convs; in full for model inputs, whose range
 * the preprocessing fixes (so that pixels keep their grid); in full and with headroom for results.
 */
function choices(
  model: Model,
  asked: Pick<Choice, 'method' | 'percentile'>,
): (values: readonly string[]) => Choice {
  const feeds = feedsConv(model);
  const real = staysReal(model);
  const ports = new Set(model.inputs.map((port) => port.name));
  return (values) => {
    const result = values.every((value) => !feeds.has(value)) && values.some((value) => !real.has(value));
    const full = result || values.some((value) => ports.has(value));
    const method = full ? 'max' : asked.method;
    return { method, percentile: asked.percentile, headroom: result ? RESULT_HEADROOM : 1 };
  };
}

/** A histogram for each value to be measured that has been seen. */
function measureRanges(
  model: Model,
  inputs: readonly ReadonlyMap<string, Tensor>[],
  measured: ReadonlySet<string>,
): ReadonlyMap<string, Histogram> {
  const histograms = new Map<string, Histogram>();
  const see = (value: string, numbers: ArrayLike<number>): void => {
    if (!measured.has(value)) return;
    const histogram = histograms.get(value) ?? emptyHistogram();
    histograms.set(value, histogram);
    within(`value "${value}"`, () => observe(histogram, numbers));
  };
  for (const image of inputs) evaluate(model, image, { watch: (value, { data }) => see(value, data) });
  for (const layer of model.layers) {
    if (layer.op === 'constant' && !histograms.has(layer.name)) see(layer.name, layer.value.data);
    // Probabilities reach from 0 to 1 whatever the input, so these need no calibration images.
    if ((layer.op === 'softmax' || layer.op === 'sigmoid') && !histograms.has(layer.name))
      see(layer.name, [0, 1]);
  }
  return histograms;
}

function measuredFormat(
  values: readonly string[],
  histograms: ReadonlyMap<string, Histogram>,
  choice: Choice,
): ValueFormat {
  const seen = values.flatMap((value) => histograms.get(value) ?? []);
  if (seen.length === 0)
    fail(`no range is known for value "${values[0]}"`, { hint: 'calibrate with at least one input' });
  const together = emptyHistogram();
  for (const histogram of seen) addInto(together, histogram);
  const type = together.min < 0 ? 'int8' : 'uint8';
  // fp32, as ONNX stores a scale. A value that is always 0 may have any scale.
  const scale = scaleUpTo(clippingPoint(together, choice), together) * choice.headroom;
  return { type, scale: Math.fround(scale) || 1 };
}

/** The smallest scale at which bytes reach from -clip to clip, as far as there are values; int8 goes down to -128. */
function scaleUpTo(clip: number, { min, max }: Histogram): number {
  if (min === 0) return Math.min(clip, max) / 255;
  return Math.max(Math.min(clip, max) / 127, Math.min(clip, -min) / 128);
}

function clippingPoint(histogram: Histogram, { method, percentile }: Choice): number {
  switch (method) {
    case 'max':
      return largest(histogram);
    case 'percentile':
      return percentileOf(histogram, percentile);
    case 'mse':
      return leastSquaresClip(histogram);
  }
}

/** Tries 100 clipping points, from a hundredth of the maximum to the maximum. */
function leastSquaresClip(histogram: Histogram): number {
  const occupied = bins(histogram);
  const most = histogram.min === 0 ? 255 : 127;
  let best = { clip: largest(histogram), error: Number.POSITIVE_INFINITY };
  for (let percent = 100; percent >= 1; percent--) {
    const clip = (largest(histogram) * percent) / 100;
    const step = scaleUpTo(clip, histogram);
    let error = 0;
    for (const { centre, count } of occupied) {
      const off = centre - Math.min(most, Math.round(centre / step)) * step;
      error += count * off * off;
    }
    if (error < best.error) best = { clip, error };
  }
  return best.clip;
}

const largestByte = (type: ValueFormat['type']): number => (type === 'uint8' ? 255 : 127);

/** Of formats that disagree inside a group, the one with the largest range; signed if any is. */
function widest(formats: readonly ValueFormat[]): ValueFormat {
  const type = formats.some((format) => format.type === 'int8') ? 'int8' : 'uint8';
  const reach = Math.max(...formats.map((format) => format.scale * largestByte(format.type)));
  const [first] = formats;
  const agree = formats.every((format) => format.scale === first!.scale && format.type === first!.type);
  return agree ? first! : { type, scale: Math.fround(reach / largestByte(type)) };
}
