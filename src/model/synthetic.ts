/**
 * Seeded synthetic values for networks whose weights are not at hand.
 *
 * What decides time on a sparse machine is where the zeros are, so that is what is modelled: a layer's density is
 * the published one, exactly; channels differ from one another as real channels do; inside a channel the non-zeros
 * lie anywhere, each place as likely as the next. Real maps are clustered in space besides, which this is not.
 */
import { fail } from '../errors.ts';
import { type ConvShape, weightCount } from '../tensor/conv.ts';
import type { Random } from '../tensor/random.ts';
import { volume } from '../tensor/shape.ts';
import type { ByteData } from '../tensor/tensor.ts';

/**
 * How much channels differ: the standard deviation of a channel's density within one image, over
 * sqrt(d (1 - d)) of the layer's density d; 0 is all alike, 1 is every channel either full or empty.
 * Measured: the median over 99 conv ifmaps (16 channels or more) of GoogLeNet and SqueezeNet 1.1 (50 ImageNet
 * images) and ResNet-20 (1000 CIFAR-10 images), fp32, real weights; it ran from 0.25 to 0.78. By network the medians
 * are 0.42, 0.43 and 0.41; of MobileNet v1 0.25, whose depthwise channels see only themselves, 0.66.
 */
export const CHANNEL_SPREAD = 0.42;

export interface SyntheticIfmap {
  readonly density: number; // share of non-zeros, of the whole map
  readonly spread?: number; // see CHANNEL_SPREAD
  readonly random: Random;
  /** int8 values of both signs, as behind a layer without ReLU; uint8 otherwise. */
  readonly signed?: boolean;
}

export interface MapShape {
  readonly C: number;
  readonly H: number;
  readonly W: number;
}

/** An ifmap [C, H, W] with exactly round(density * C * H * W) non-zeros. */
export function syntheticIfmap({ C, H, W }: MapShape, options: SyntheticIfmap): ByteData {
  const { density, spread = CHANNEL_SPREAD, random, signed = false } = options;
  if (!(density >= 0 && density <= 1)) fail(`a density of ${density}: expected a number from 0 to 1`);
  if (!(spread >= 0 && spread < 1))
    fail(`a channel spread of ${spread}: expected a number from 0 to below 1`);
  const total = volume([C, H, W], 'a synthetic ifmap');
  const pixels = H * W;

  const nonZeros = Math.round(density * total);
  const exact = total === 0 ? 0 : nonZeros / total;
  const shares = channelDensities(C, { density: exact, spread, random: random.stream('channels') });
  const counts = wholeCounts(shares, { pixels, total: nonZeros, random });
  const ifmap = signed ? new Int8Array(total) : new Uint8Array(total);
  const table = signed ? INT8_TABLE : UINT8_TABLE;
  counts.forEach((count, c) => {
    scatter(ifmap.subarray(c * pixels, (c + 1) * pixels), { count, table, random });
  });
  return ifmap;
}

interface ChannelDensities {
  readonly density: number;
  readonly spread: number;
  readonly random: Random;
}

/** Densities of `channels` channels from a Beta distribution, moved in log-odds so that their mean is the density. */
export function channelDensities(channels: number, options: ChannelDensities): Float64Array {
  const { density, spread, random } = options;
  const shares = new Float64Array(channels).fill(density);
  if (density <= 0 || density >= 1 || spread < LEAST_SPREAD) return shares;

  // A Beta(a, b) has variance m (1 - m) / (a + b + 1), so the spread alone fixes a + b.
  const concentration = 1 / spread ** 2 - 1;
  const logOdds = Float64Array.from(shares, () => {
    const a = logGamma(density * concentration, random);
    const b = logGamma((1 - density) * concentration, random);
    return Math.max(-FARTHEST, Math.min(FARTHEST, a - b)); // a tiny density makes odds that no float holds
  });
  const meanAt = (shift: number): number => {
    let sum = 0;
    for (const odds of logOdds) sum += 1 / (1 + Math.exp(-odds - shift));
    return sum / channels;
  };
  let [low, high] = [-2 * FARTHEST, 2 * FARTHEST];
  for (let i = 0; i < 80; i++) {
    const middle = (low + high) / 2;
    if (meanAt(middle) < density) low = middle;
    else high = middle;
  }
  return shares.map((_, c) => 1 / (1 + Math.exp(-logOdds[c]! - high)));
}

/** Below this, channels are alike to within a pixel. */
const LEAST_SPREAD = 1e-4;
const FARTHEST = 1e6; // log-odds

/**
 * The logarithm of a Gamma(shape) variate: Marsaglia and Tsang, ACM TOMS 2000. Small shapes make variates too
 * small for a float, and Gamma(s) = Gamma(s + 1) * U^(1/s) is exact in logarithms.
 */
function logGamma(shape: number, random: Random): number {
  if (shape < 1) return logGamma(shape + 1, random) + Math.log(1 - random.uniform()) / shape;
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random.uniform()) < (x * x) / 2 + d - d * v + d * Math.log(v))
      return Math.log(d * v);
  }
}

interface WholeCounts {
  readonly pixels: number;
  readonly total: number;
  readonly random: Random;
}

/** Whole non-zeros per channel, unbiased and with the exact total: a running sum cut at whole numbers. */
function wholeCounts(shares: Float64Array, { pixels, total, random }: WholeCounts): Int32Array {
  const offset = random.uniform();
  let exact = 0;
  let given = 0;
  return Int32Array.from(shares, (share, c) => {
    exact += share * pixels;
    const upTo = c === shares.length - 1 ? total : Math.floor(exact + offset);
    const count = Math.min(pixels, upTo - given);
    given += count;
    return count;
  });
}

interface Scatter {
  readonly count: number;
  readonly table: Int16Array;
  readonly random: Random;
}

/** `count` non-zeros on places drawn without replacement: Knuth, TAOCP 2, algorithm S. */
function scatter(channel: ByteData, { count, table, random }: Scatter): void {
  let left = count;
  for (let i = 0, places = channel.length; left > 0; i++, places--) {
    const word = random.word();
    // The top bits decide the place; the low byte, which hardly bears on that, the value.
    if (word * places < left * 2 ** 32) {
      channel[i] = table[word & 0xff]!;
      left--;
    }
  }
}

/**
 * int8 weights, roughly normal and none of them zero, so that a pruned share is the rule's alone.
 * VGG-16's fc6 has 102,760,448 of them: the generator (sfc32, as in tensor/random.ts) is written out in the loop,
 * and each of its words makes four.
 */
export function syntheticWeight(conv: ConvShape, random: Random): Int8Array {
  const weight = new Int8Array(volume([weightCount(conv)], 'synthetic weights'));
  const table = Int8Array.from(INT8_TABLE);
  let [a, b, c, counter] = [random.word() | 0, random.word() | 0, random.word() | 0, 1];
  const { length } = weight;
  for (let i = 0; i < length; i += 4) {
    const word = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + word) | 0;
    // Writes behind the end of a typed array fall away.
    weight[i] = table[word & 0xff]!;
    weight[i + 1] = table[(word >>> 8) & 0xff]!;
    weight[i + 2] = table[(word >>> 16) & 0xff]!;
    weight[i + 3] = table[word >>> 24]!;
  }
  return weight;
}

/** z with P(Z > z) = p, for p up to 1/2: Abramowitz and Stegun 26.2.23, to 4.5e-4. */
function normalTail(p: number): number {
  const t = Math.sqrt(-2 * Math.log(p));
  return (
    t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
  );
}

/** Equally likely magnitudes of a half-normal, the largest of them `top`, none of them 0. */
const halfNormal = (levels: number, top: number): readonly number[] => {
  const z = Array.from({ length: levels }, (_, i) => normalTail((levels - i - 0.5) / (2 * levels)));
  return z.map((value) => Math.max(1, Math.round((value / z.at(-1)!) * top)));
};

const UINT8_TABLE = Int16Array.from(halfNormal(256, 255));
const INT8_TABLE = Int16Array.from([...halfNormal(128, 127), ...halfNormal(128, 127).map((v) => -v)]);
