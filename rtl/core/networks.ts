/**
 * Random networks for the machine: chains of convolutions, pooled or not, with fully connected layers behind them,
 * channels in any order.
 */
import fc from 'fast-check';
import { planesInOrder } from '../../src/schedule/channel-order.ts';
import type { DramTiming } from '../../src/sim/machine/dram.ts';
import type { MachineLayer, Pooling } from '../../src/sim/machine/machine-layer.ts';
import { type ConvShape, ofmapHeight, ofmapWidth, weightCount } from '../../src/tensor/conv.ts';
import { convReference } from '../../src/tensor/conv-reference.ts';
import { seeded } from '../../src/tensor/random.ts';
import { requantiseInto } from '../../src/tensor/requantise.ts';
import type { ByteData } from '../../src/tensor/tensor.ts';
import { anyOrder, share } from '../random-work.ts';

export interface MachineCase {
  readonly layers: readonly MachineLayer[];
  readonly ifmap: ByteData;
  readonly timing: DramTiming;
}

interface Draw {
  readonly K: number;
  readonly R: number;
  readonly S: number;
  readonly stride: number;
  readonly pad: number;
  readonly pool: { readonly kernel: number; readonly stride: number; readonly pad: number } | undefined;
  readonly density: number;
  readonly full: boolean; // fully connected from here on
}

const few = (most: number) => fc.integer({ min: 1, max: most });

const draw: fc.Arbitrary<Draw> = fc.record({
  K: few(11),
  R: fc.constantFrom(1, 2, 3, 3, 5, 7, 11),
  S: fc.constantFrom(1, 2, 3, 3, 5, 7, 11),
  stride: fc.constantFrom(1, 1, 1, 2, 4),
  pad: fc.integer({ min: 0, max: 2 }),
  pool: fc.option(
    fc.record({
      kernel: fc.constantFrom(2, 2, 3),
      stride: fc.constantFrom(1, 2, 2, 3),
      pad: fc.constantFrom(0, 0, 1),
    }),
    { nil: undefined },
  ),
  density: share,
  full: fc.constantFrom(false, false, false, true),
});

export const anyNetwork: fc.Arbitrary<MachineCase> = fc
  .record({
    ...{ C: few(9), H: few(13), W: few(13), draws: fc.array(draw, { minLength: 1, maxLength: 3 }) },
    ...{ density: share, signed: fc.boolean(), seed: fc.integer({ min: 0, max: 1e6 }) },
    latency: fc.constantFrom(0, 0, 5, 40),
    stall: fc.constantFrom(0, 0, 60, 150),
  })
  .map(({ C, H, W, draws, density, signed, seed, latency, stall }) => {
    const random = seeded(seed, 'network');
    const ifmap = signed ? new Int8Array(C * H * W) : new Uint8Array(C * H * W);
    for (let i = 0; i < ifmap.length; i++)
      if (random.uniform() < density) ifmap[i] = signed ? random.below(255) - 127 : random.below(255) + 1;
    const layers: MachineLayer[] = [];
    let size: readonly [number, number, number] = [C, H, W];
    let isSigned = signed;
    let flat = false;
    for (const each of draws) {
      const layer = layerOf(each, {
        size,
        signed: isSigned,
        flat: flat || each.full,
        first: layers.length === 0,
        seed: seed + layers.length,
      });
      if (!layer) break;
      layers.push(layer);
      flat = flat || each.full;
      size = [layer.conv.K, ...(layer.pool?.to ?? [ofmapHeight(layer.conv), ofmapWidth(layer.conv)])];
      isSigned = layer.low < 0;
    }
    return { layers, ifmap, timing: { latency, stall, seed: seed + 1 } };
  })
  .filter(({ layers }) => layers.length > 0);

function layerOf(
  { K, R, S, stride, pad, pool, density }: Draw,
  of: {
    size: readonly [number, number, number];
    signed: boolean;
    flat: boolean;
    first: boolean;
    seed: number;
  },
): MachineLayer | undefined {
  const [C, H, W] = of.size;
  const plain = { dilation: [1, 1], groups: 1 } as const;
  const conv: ConvShape = of.flat
    ? { ...plain, C: C * H * W, H: 1, W: 1, K, R: 1, S: 1, stride: [1, 1], pad: [0, 0, 0, 0] }
    : { ...plain, C, H, W, K, R, S, stride: [stride, stride], pad: [pad, pad, pad, pad] };
  const [P, Q] = [ofmapHeight(conv), ofmapWidth(conv)];
  if (P < 1 || Q < 1) return undefined;
  const random = seeded(of.seed, 'layer');
  const weight = new Int8Array(weightCount(conv));
  for (let i = 0; i < weight.length; i++) if (random.uniform() < density) weight[i] = random.below(255) - 127;
  const relu = random.below(2) === 1;
  return {
    ...{ name: `layer ${of.seed}`, conv, weight, signed: of.signed },
    bias: Int32Array.from({ length: K }, () => random.below(20000) - 10000),
    multiplier: Int32Array.from({ length: K }, () => 2 ** 30 + random.below(2 ** 30)),
    shift: Uint8Array.from({ length: K }, () => 36 + random.below(5)),
    ...(relu ? { low: 0, high: 255 } : { low: -128, high: 127 }),
    pool: of.flat || !pool ? undefined : pooling(pool, [P, Q]),
    order:
      of.flat && !of.first
        ? planesInOrder(anyOrder(C, seeded(of.seed, 'order')), H * W)
        : anyOrder(conv.C, seeded(of.seed, 'order')),
  };
}

function pooling(
  { kernel, stride, pad }: { kernel: number; stride: number; pad: number },
  [P, Q]: readonly [number, number],
): Pooling | undefined {
  const count = (size: number): number => Math.ceil((size + 2 * pad - kernel) / stride) + 1;
  // No window may lie in the padding alone.
  const whole = (size: number): number => Math.min(count(size), Math.floor((size + pad - 1) / stride) + 1);
  const to = [whole(P), whole(Q)] as const;
  return to[0] < 1 || to[1] < 1 ? undefined : { kernel, stride, pad: [pad, pad], to };
}

/** What a chain of layers comes to, plainly. */
export function plainNetwork(layers: readonly MachineLayer[], ifmap: ByteData): ByteData {
  return layers.reduce<ByteData>((before, layer) => {
    const acc = convReference(before, layer.weight, layer.conv);
    const bytes = layer.low < 0 ? new Int8Array(acc.length) : new Uint8Array(acc.length);
    return pooled(requantiseInto<ByteData>(bytes, acc, layer), layer);
  }, ifmap);
}

function pooled(bytes: ByteData, { conv, pool }: MachineLayer): ByteData {
  if (!pool) return bytes;
  const [P, Q] = [ofmapHeight(conv), ofmapWidth(conv)];
  const [H, W] = pool.to;
  const out = bytes instanceof Int8Array ? new Int8Array(conv.K * H * W) : new Uint8Array(conv.K * H * W);
  for (let i = 0; i < out.length; i++) {
    const [k, y, x] = [Math.floor(i / (H * W)), Math.floor(i / W) % H, i % W];
    let most = Number.NEGATIVE_INFINITY;
    for (let dy = 0; dy < pool.kernel; dy++)
      for (let dx = 0; dx < pool.kernel; dx++) {
        const [p, q] = [y * pool.stride - pool.pad[0] + dy, x * pool.stride - pool.pad[1] + dx];
        if (p >= 0 && q >= 0 && p < P && q < Q) most = Math.max(most, bytes[(k * P + p) * Q + q]!);
      }
    out[i] = most;
  }
  return out;
}
