/**
 * Convolution and global average pool from codes to codes, as ONNX Runtime's QLinearConv and QLinearGlobalAveragePool
 * compute them: whole-number sums, then roundHalfEven(float32(sum) * float32 factor) + zero point.
 */
import type { ConvLayer } from '../../model/layer.ts';
import { convF32 } from '../../tensor/kernels/conv-f32.ts';
import { roundHalfEven } from '../../tensor/requantise.ts';
import type { CodeGroup } from '../code-groups.ts';
import { clamp } from './elementwise.ts';
import { quantize } from './quantize.ts';

/** The codes of [1, C, H, W], whole numbers in float32, become those behind the group. */
export function evaluateOnCodes(group: CodeGroup, codes: Float32Array): Float32Array {
  const { from, layer, to } = group;
  const centred = codes.map((q) => q - from.zeroPoint);
  const unit = Math.fround(from.scale);
  const step = Math.fround(to.scale);
  const [low, high] = codesHeld(group);
  const code = (sum: number, factor: number): number => {
    const q = roundHalfEven(Math.fround(Math.fround(sum) * factor)) + to.zeroPoint;
    return Math.min(Math.max(q, low), high);
  };
  if (layer.op === 'avgPool') {
    const channels = layer.shape[1]!;
    const each = centred.length / channels;
    const factor = Math.fround(unit / Math.fround(step * each));
    return Float32Array.from({ length: channels }, (_, c) => {
      let sum = 0;
      for (let i = c * each; i < (c + 1) * each; i++) sum += centred[i]!;
      return code(sum, factor);
    });
  }
  const { codes: weights, bias, conv } = layer as ConvLayer;
  const sums = wholeSums(centred, layer as ConvLayer);
  const each = sums.length / conv.K;
  const out = new Float32Array(sums.length);
  for (let k = 0; k < conv.K; k++) {
    const product = Math.fround(unit * weights!.scale[k]!);
    const shift = bias ? Math.round(bias[k]! / (unit * weights!.scale[k]!)) : 0;
    for (let i = k * each; i < (k + 1) * each; i++)
      out[i] = code(sums[i]! + shift, Math.fround(product / step));
  }
  return out;
}

/** A clamp of real values is one of codes: quantisation keeps order. */
function codesHeld({ clamp: held, to }: CodeGroup): readonly [low: number, high: number] {
  if (!held) return [to.low, to.high];
  const [low, high] = quantize(clamp(Float32Array.of(-Infinity, Infinity), held), to);
  return [low!, high!];
}

const CODE = 510; // a code less its zero point stays below, weights and activations alike
const WHOLE = 2 ** 24; // float32 holds whole numbers up to here

/** Sums of products of whole numbers, exact: weights in digits so small that each float32 convolution is. */
function wholeSums(x: Float32Array, { codes, conv }: ConvLayer): Float64Array {
  const { data, zeroPoint } = codes!;
  const depth = (conv.C / conv.groups) * conv.R * conv.S;
  const base = 2 ** Math.max(1, Math.floor(Math.log2(WHOLE / (depth * CODE))));
  let left = Float32Array.from(data, (w, i) => w - zeroPoint[Math.floor(i / depth)]!);
  let sums: Float64Array | undefined;
  for (let worth = 1; left.some((w) => w !== 0); worth *= base) {
    const digit = left.map((w) => w % base);
    left = left.map((w) => Math.trunc(w / base));
    const part = convF32(x, digit, conv, undefined);
    sums ??= new Float64Array(part.length);
    for (let i = 0; i < part.length; i++) sums[i]! += worth * part[i]!;
  }
  return sums ?? new Float64Array(convF32(x, left, conv, undefined).length);
}
