/**
 * The plain twin of a training step's forward pass: float64, one loop nest an operator, nothing shared with the fast
 * path. Its finite differences are what the gradients are held to.
 */
import { type ConvLayer, isConv, type Layer, type LrnLayer, type PoolLayer } from '../model/layer.ts';
import type { Model } from '../model/model.ts';
import { ofmapHeight, ofmapWidth } from '../tensor/conv.ts';
import { seeded } from '../tensor/random.ts';
import { trainablePart } from './program.ts';
import { drawDropout } from './stages/elementwise.ts';

type Doubles = ReadonlyMap<string, ArrayLike<number>>;

export interface PlainRun {
  readonly images: ArrayLike<number>;
  readonly batch: number;
  /** Seed and shares, by layer. */
  readonly dropout?: { readonly seed: number; readonly rates: ReadonlyMap<string, number> };
}

/** Logits [batch, classes] with batch statistics where there is a gamma. */
export function plainLogits(model: Model, parameters: Doubles, run: PlainRun): Float64Array {
  const { port, layers, logits } = trainablePart(model);
  const values = new Map<string, Float64Array>([[port.name, Float64Array.from(run.images)]]);
  const shapes = new Map(model.layers.map(({ name, shape }) => [name, shape]));
  shapes.set(port.name, port.shape);
  for (const layer of layers) {
    const inputs = layer.inputs.map((name): Value => ({ shape: shapes.get(name)!, data: values.get(name)! }));
    const of = (name: string) => parameters.get(`${layer.name}/${name}`);
    const out = plainLayer(layer, inputs, { batch: run.batch, of });
    const rate = run.dropout?.rates.get(layer.name);
    if (rate !== undefined) {
      const factors = new Float32Array(out.length);
      drawDropout(factors, rate, seeded(run.dropout!.seed).stream(layer.name));
      for (let i = 0; i < out.length; i++) out[i] = out[i]! * factors[i]!;
    }
    values.set(layer.name, out);
  }
  return values.get(logits)!;
}

interface Value {
  readonly shape: readonly number[]; // batch 1 first
  readonly data: Float64Array; // of the whole batch
}

interface Own {
  readonly batch: number;
  readonly of: (name: string) => ArrayLike<number> | undefined;
}

function plainLayer(layer: Layer, inputs: readonly Value[], own: Own): Float64Array {
  const [{ shape, data: x }] = inputs as [Value];
  if (isConv(layer)) return plainConv(layer, x, own);
  switch (layer.op) {
    case 'affine':
      return plainNorm(x, shape, own);
    case 'clamp':
      return x.map((v) => Math.min(Math.max(v, layer.clamp.low), layer.clamp.high));
    case 'leakyRelu':
      return x.map((v) => (v < 0 ? v * Math.fround(layer.alpha) : v));
    case 'sigmoid':
      return x.map((v) => 1 / (1 + Math.exp(-v)));
    case 'lrn':
      return plainLrn(layer, x, shape);
    case 'maxPool':
    case 'avgPool':
      return plainPool(layer, x, shape);
    case 'add':
      return x.map((v, i) => v + inputs[1]!.data[i]!);
    case 'reshape':
      return x;
    case 'concat':
      return byIndex(layer.shape, own.batch, (n, index) => {
        let along = index[layer.axis]!;
        const part = inputs.find((each) => {
          if (along < each.shape[layer.axis]!) return true;
          along -= each.shape[layer.axis]!;
          return false;
        })!;
        return at(part, n, index.with(layer.axis, along));
      });
    case 'slice':
      return byIndex(layer.shape, own.batch, (n, index) =>
        at(
          inputs[0]!,
          n,
          index.map((i, axis) => layer.start[axis]! + i * layer.step[axis]!),
        ),
      );
    case 'pad':
      return byIndex(layer.shape, own.batch, (n, index) => {
        const source = index.map((i, axis) => i - layer.before[axis]!);
        return source.every((i, axis) => i >= 0 && i < shape[axis]!)
          ? at(inputs[0]!, n, source)
          : layer.value;
      });
    case 'transpose':
      return byIndex(layer.shape, own.batch, (n, index) =>
        at(
          inputs[0]!,
          n,
          index.map((_, axis) => index[layer.perm.indexOf(axis)]!),
        ),
      );
    default:
      throw new Error(`no plain ${layer.op}`);
  }
}

/** Element of image n. */
function at({ shape, data }: Value, n: number, index: readonly number[]): number {
  return data[index.reduce((sum, i, axis) => (axis === 0 ? n : sum * shape[axis]! + i), 0)]!;
}

function byIndex(
  shape: readonly number[],
  batch: number,
  value: (n: number, index: readonly number[]) => number,
): Float64Array {
  const size = shape.reduce((product, d) => product * d, 1);
  return Float64Array.from({ length: batch * size }, (_, i) => {
    let rest = i % size;
    const index = shape.toReversed().map((d) => {
      const along = rest % d;
      rest = Math.floor(rest / d);
      return along;
    });
    return value(Math.floor(i / size), index.reverse());
  });
}

function plainConv({ conv, clamp }: ConvLayer, x: Float64Array, { batch, of }: Own): Float64Array {
  const { K, R, S, stride, pad, dilation, groups } = conv;
  // A fully connected layer reads what is laid out as C channels of one pixel.
  const { C, H, W } = conv;
  const [P, Q, channels, filters] = [ofmapHeight(conv), ofmapWidth(conv), C / groups, K / groups];
  const [weight, bias] = [of('weight')!, of('bias')];
  const out = new Float64Array(batch * K * P * Q);
  let o = 0;
  for (let n = 0; n < batch; n++)
    for (let k = 0; k < K; k++)
      for (let p = 0; p < P; p++)
        for (let q = 0; q < Q; q++, o++) {
          let sum = bias?.[k] ?? 0;
          for (let c = 0; c < channels; c++)
            for (let r = 0; r < R; r++)
              for (let s = 0; s < S; s++) {
                const y = p * stride[0] + r * dilation[0] - pad[0];
                const z = q * stride[1] + s * dilation[1] - pad[1];
                if (y < 0 || y >= H || z < 0 || z >= W) continue;
                const channel = Math.floor(k / filters) * channels + c;
                sum +=
                  weight[((k * channels + c) * R + r) * S + s]! * x[((n * C + channel) * H + y) * W + z]!;
              }
          out[o] = clamp ? Math.min(Math.max(sum, clamp.low), clamp.high) : sum;
        }
  return out;
}

/** Batch norm where there is a gamma, else scale and shift. */
function plainNorm(x: Float64Array, shape: readonly number[], { batch, of }: Own): Float64Array {
  const [gamma, beta] = [of('gamma'), of('beta')];
  const [scale, shift] = [gamma ?? of('scale')!, beta ?? of('shift')!];
  const size = x.length / batch;
  const plane = size / (shape[1] ?? 1);
  const channelOf = (i: number): number => (scale.length === 1 ? 0 : Math.floor((i % size) / plane));
  const [mean, variance] = [new Float64Array(scale.length), new Float64Array(scale.length).fill(1 - 1e-5)];
  if (gamma) {
    const count = x.length / scale.length;
    variance.fill(0);
    x.forEach((v, i) => {
      mean[channelOf(i)] = mean[channelOf(i)]! + v / count;
    });
    x.forEach((v, i) => {
      const c = channelOf(i);
      variance[c] = variance[c]! + (v - mean[c]!) ** 2 / count;
    });
  }
  return x.map((v, i) => {
    const c = channelOf(i);
    return (scale[c]! * (v - mean[c]!)) / Math.sqrt(variance[c]! + 1e-5) + shift[c]!;
  });
}

function plainLrn(
  { size, alpha, beta, bias }: LrnLayer,
  x: Float64Array,
  [, C = 1, H = 1, W = 1]: readonly number[],
): Float64Array {
  return x.map((v, i) => {
    const c = Math.floor(i / (H * W)) % C;
    let squares = 0;
    for (let j = c - Math.floor((size - 1) / 2); j <= c + Math.ceil((size - 1) / 2); j++)
      if (j >= 0 && j < C) squares += x[i + (j - c) * H * W]! ** 2;
    return v / (bias + (alpha / size) * squares) ** beta;
  });
}

function plainPool(layer: PoolLayer, x: Float64Array, [, , H = 1, W = 1]: readonly number[]): Float64Array {
  const { kernel, stride, pad, dilation, countPad, op } = layer;
  const [, , P = 1, Q = 1] = layer.shape;
  const planes = x.length / (H * W);
  const out = new Float64Array(planes * P * Q);
  for (let o = 0; o < out.length; o++) {
    const [plane, p, q] = [Math.floor(o / (P * Q)), Math.floor(o / Q) % P, o % Q];
    let [max, sum, inside, padded] = [Number.NEGATIVE_INFINITY, 0, 0, 0];
    for (let r = 0; r < kernel[0]; r++)
      for (let s = 0; s < kernel[1]; s++) {
        const [y, z] = [p * stride[0] + r * dilation[0] - pad[0], q * stride[1] + s * dilation[1] - pad[1]];
        if (y < H + pad[2] && z < W + pad[3]) padded++;
        if (y < 0 || y >= H || z < 0 || z >= W) continue;
        const value = x[(plane * H + y) * W + z]!;
        max = Math.max(max, value);
        sum += value;
        inside++;
      }
    const count = countPad ? padded : inside;
    out[o] = op === 'maxPool' ? max : count === 0 ? 0 : sum / count;
  }
  return out;
}
