/**
 * The layers that the chip of Chen et al., JSSC 2017, was measured on. Its tables count zeros of ifmaps with their padding
 * (AlexNet's CONV2 is 31 x 31 there), so the map inside the padding is denser than they say.
 */
import { syntheticIfmap } from '../../src/model/synthetic.ts';
import type { LayerWork } from '../../src/model/work.ts';
import { type ConvShape, ofmapHeight, ofmapWidth, weightCount } from '../../src/tensor/conv.ts';
import { seeded } from '../../src/tensor/random.ts';

export interface MeasuredLayer {
  readonly name: string;
  readonly conv: ConvShape;
  readonly zeros: number; // share of zeros of the padded ifmap
  readonly ofmap: number; // density of what is written
}

export const square = (
  [C, K, H]: readonly [number, number, number],
  { R, stride = 1, pad, groups = 1 }: { R: number; stride?: number; pad: number; groups?: number },
): ConvShape => ({
  C,
  H,
  W: H,
  K,
  R,
  S: R,
  stride: [stride, stride],
  pad: [pad, pad, pad, pad],
  dilation: [1, 1],
  groups,
});

const padded = ({ H, W, pad }: ConvShape): number => (H + pad[0] + pad[2]) * (W + pad[1] + pad[3]);

/** Density of the map inside its padding. */
export const inside = (density: number, conv: ConvShape): number =>
  Math.min(1, (density * padded(conv)) / (conv.H * conv.W));

export function measuredWork({ name, conv, zeros, ofmap }: MeasuredLayer, batch: number): LayerWork {
  const [P, Q] = [ofmapHeight(conv), ofmapWidth(conv)];
  const images = Array.from({ length: batch }, (_, n) => seeded(1, name).stream(`${n}`));
  return {
    name,
    op: 'conv',
    conv,
    // Weights are neither skipped nor coded: their values do not matter.
    weight: {
      shape: [conv.K, conv.C / conv.groups, conv.R, conv.S],
      data: new Int8Array(weightCount(conv)).fill(1),
    },
    ifmaps: images.map((random) =>
      syntheticIfmap(conv, { density: inside(1 - zeros, conv), random: random.stream('ifmap') }),
    ),
    ofmaps: images.map((random) =>
      syntheticIfmap({ C: conv.K, H: P, W: Q }, { density: ofmap, random: random.stream('ofmap') }),
    ),
    ofmapShape: [conv.K, P, Q],
  };
}
