/**
 * How fast the kernels are beside the plain TypeScript a reader would write, measured alternately in one run.
 *
 *   npx tsx bench/kernels.bench.ts
 */
import { type ConvShape, denseMacs, ofmapHeight, ofmapWidth } from '../src/tensor/conv.ts';
import { convF32 } from '../src/tensor/kernels/conv-f32.ts';
import { convInt } from '../src/tensor/kernels/conv-int.ts';
import { psumBank, scatter } from '../src/tensor/kernels/scatter.ts';
import { seeded } from '../src/tensor/random.ts';

const { fround } = Math;

const layer = (part: Partial<ConvShape>): ConvShape => ({
  C: 1,
  H: 1,
  W: 1,
  K: 1,
  R: 1,
  S: 1,
  stride: [1, 1],
  pad: [0, 0, 0, 0],
  dilation: [1, 1],
  groups: 1,
  ...part,
});
const same = { R: 3, S: 3, pad: [1, 1, 1, 1] } as const;
const layers: readonly (readonly [string, ConvShape])[] = [
  ['VGG-16 conv3_2', layer({ C: 256, H: 56, W: 56, K: 256, ...same })],
  ['VGG-16 conv5_1', layer({ C: 512, H: 14, W: 14, K: 512, ...same })],
  ['ResNet-50 1x1', layer({ C: 1024, H: 14, W: 14, K: 256 })],
  ['ResNet-50 7x7', layer({ C: 512, H: 7, W: 7, K: 512, ...same })],
  ['GoogLeNet conv1', layer({ C: 3, H: 224, W: 224, K: 64, R: 7, S: 7, stride: [2, 2], pad: [3, 3, 3, 3] })],
  ['MobileNet depthwise', layer({ C: 256, H: 28, W: 28, K: 256, groups: 256, ...same })],
  ['AlexNet fc6', layer({ C: 9216, K: 4096 })],
];

/** What plain TypeScript does well: the ofmap row innermost, one function a type. */
function plainF32(x: Float32Array, w: Float32Array, conv: ConvShape): Float32Array {
  const { C, H, W, K, R, S, stride, pad, groups } = conv;
  const [P, Q, channels] = [ofmapHeight(conv), ofmapWidth(conv), C / groups];
  const out = new Float32Array(K * P * Q);
  const [stepY, stepX] = stride;
  let at = 0;
  for (let k = 0; k < K; k++) {
    const first = Math.floor(k / (K / groups)) * channels;
    for (let c = 0; c < channels; c++)
      for (let r = 0; r < R; r++)
        for (let s = 0; s < S; s++, at++) {
          const weight = w[at]!;
          const from = Math.max(0, Math.ceil((pad[1] - s) / stepX));
          const to = Math.min(Q, Math.floor((W - 1 + pad[1] - s) / stepX) + 1);
          for (let p = 0; p < P; p++) {
            const y = p * stepY + r - pad[0];
            if (y < 0 || y >= H) continue;
            const i = ((first + c) * H + y) * W + s - pad[1];
            const o = (k * P + p) * Q;
            for (let q = from; q < to; q++)
              out[o + q] = fround(out[o + q]! + fround(weight * x[i + q * stepX]!));
          }
        }
  }
  return out;
}

function plainInt(x: Uint8Array, w: Int8Array, conv: ConvShape): Int32Array {
  const { C, H, W, K, R, S, stride, pad, groups } = conv;
  const [P, Q, channels] = [ofmapHeight(conv), ofmapWidth(conv), C / groups];
  const out = new Int32Array(K * P * Q);
  const [stepY, stepX] = stride;
  let at = 0;
  for (let k = 0; k < K; k++) {
    const first = Math.floor(k / (K / groups)) * channels;
    for (let c = 0; c < channels; c++)
      for (let r = 0; r < R; r++)
        for (let s = 0; s < S; s++, at++) {
          const weight = w[at]!;
          const from = Math.max(0, Math.ceil((pad[1] - s) / stepX));
          const to = Math.min(Q, Math.floor((W - 1 + pad[1] - s) / stepX) + 1);
          for (let p = 0; p < P; p++) {
            const y = p * stepY + r - pad[0];
            if (y < 0 || y >= H) continue;
            const i = ((first + c) * H + y) * W + s - pad[1];
            const o = (k * P + p) * Q;
            for (let q = from; q < to; q++)
              out[o + q] = (out[o + q]! + Math.imul(weight, x[i + q * stepX]!)) | 0;
          }
        }
  }
  return out;
}

/** A fully connected layer as a dot product a filter. */
function plainDotF32(x: Float32Array, w: Float32Array, { K, C }: ConvShape): Float32Array {
  const out = new Float32Array(K);
  for (let k = 0, at = 0; k < K; k++) {
    let sum = 0;
    for (let c = 0; c < C; c++, at++) sum = fround(sum + fround(w[at]! * x[c]!));
    out[k] = sum;
  }
  return out;
}

function plainDotInt(x: Uint8Array, w: Int8Array, { K, C }: ConvShape): Int32Array {
  const out = new Int32Array(K);
  for (let k = 0, at = 0; k < K; k++) {
    let sum = 0;
    for (let c = 0; c < C; c++, at++) sum = (sum + Math.imul(w[at]!, x[c]!)) | 0;
    out[k] = sum;
  }
  return out;
}

/** Best of alternating runs, in seconds. */
function race(...runners: readonly (() => void)[]): number[] {
  const best = runners.map(() => Number.POSITIVE_INFINITY);
  const start = performance.now();
  for (let round = 0; round < 3 || performance.now() - start < 1500; round++)
    runners.forEach((run, i) => {
      const begin = performance.now();
      run();
      best[i] = Math.min(best[i]!, (performance.now() - begin) / 1e3);
    });
  return best;
}

function report(name: string, operations: number, [fast, slow]: number[]): void {
  const rate = (seconds: number) => (operations / seconds / 1e9).toFixed(2).padStart(7);
  console.log(
    `${name.padEnd(34)} ${rate(fast!)} GOP/s   plain ${rate(slow!)}   ${(slow! / fast!).toFixed(1)}x`,
  );
}

const { below, normal } = seeded(1);
for (const [name, conv] of layers) {
  const sizes = [conv.C * conv.H * conv.W, (conv.K * conv.C * conv.R * conv.S) / conv.groups] as const;
  const fc = conv.H * conv.W === 1;
  const [xf, wf] = sizes.map((length) => Float32Array.from({ length }, () => normal())) as [
    Float32Array,
    Float32Array,
  ];
  const xi = Uint8Array.from({ length: sizes[0] }, () => below(256));
  const wi = Int8Array.from({ length: sizes[1] }, () => below(255) - 127);
  const operations = 2 * denseMacs(conv);
  report(
    `${name}, float32`,
    operations,
    race(
      () => convF32(xf, wf, conv),
      () => (fc ? plainDotF32(xf, wf, conv) : plainF32(xf, wf, conv)),
    ),
  );
  report(
    `${name}, int8`,
    operations,
    race(
      () => convInt(xi, wi, conv),
      () => (fc ? plainDotInt(xi, wi, conv) : plainInt(xi, wi, conv)),
    ),
  );
}

{
  // One channel of a 14x14 tile, half of it zero, meets 5 taps of 32 filters.
  const [count, taps, cols, addresses] = [98, 5, 32, 256];
  const row = {
    positions: Uint16Array.from({ length: count }, (_, i) => 2 * i),
    values: Uint8Array.from({ length: count }, () => below(256)),
    count,
    taps: {
      offset: Int32Array.of(0, 2, 17, 32, 34),
      weight: Int8Array.from({ length: taps * cols }, () => below(255) - 127),
      count: taps,
    },
    cols,
  };
  const bank = psumBank({ addresses, cols });
  const psums = new Int32Array(addresses * cols);
  const rounds = 2000;
  report(
    'scatter, 98 non-zeros x 5 x 32',
    2 * count * taps * cols * rounds,
    race(
      () => {
        for (let i = 0; i < rounds; i++) bank.scatter(row, row.taps);
      },
      () => {
        for (let i = 0; i < rounds; i++) scatter({ ...row, psums });
      },
    ),
  );
}
