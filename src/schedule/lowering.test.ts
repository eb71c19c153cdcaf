import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyConv } from '../../rtl/random-work.ts';
import { zcu102 } from '../arch/presets/zcu102.ts';
import { type ConvShape, ofmapHeight, ofmapWidth } from '../tensor/conv.ts';
import { chooseUnroll, lower } from './lowering.ts';

const square = (C: number, H: number, K: number, R: number, stride: number, pad: number): ConvShape => ({
  C,
  H,
  W: H,
  K,
  R,
  S: R,
  stride: [stride, stride],
  pad: [pad, pad, pad, pad],
  dilation: [1, 1],
  groups: 1,
});

/** Every (ofmap position, tap, ifmap position) of the plain loop nest along both axes, as text. */
function plainProducts(conv: ConvShape): readonly string[] {
  const products: string[] = [];
  for (let p = 0; p < ofmapHeight(conv); p++)
    for (let q = 0; q < ofmapWidth(conv); q++)
      for (let r = 0; r < conv.R; r++)
        for (let s = 0; s < conv.S; s++) {
          const y = p * conv.stride[0] + r * conv.dilation[0] - conv.pad[0];
          const x = q * conv.stride[1] + s * conv.dilation[1] - conv.pad[1];
          if (y >= 0 && y < conv.H && x >= 0 && x < conv.W)
            products.push(`${p},${q} ${r * conv.S + s} ${y},${x}`);
        }
  return products.sort();
}

function loweredProducts(conv: ConvShape, unroll: 'none' | 'rows' | 'taps'): readonly string[] {
  const products: string[] = [];
  for (const { slices, rows, cols, ofmap, ofmapOrigin, ofmapStep } of lower(conv, unroll))
    for (const { origin, step, taps } of slices)
      for (let Y = rows[0]; Y < rows[1]; Y++)
        for (let X = cols[0]; X < cols[1]; X++) {
          const [y, x] = [origin[0] + step[0] * Y, origin[1] + step[1] * X];
          if (y < 0 || y >= conv.H || x < 0 || x >= conv.W) continue;
          for (const tap of taps) {
            const [p, q] = [Y - tap.y, X - tap.x];
            if (p < 0 || p >= ofmap[0] || q < 0 || q >= ofmap[1]) continue;
            products.push(
              `${ofmapOrigin[0] + ofmapStep[0] * p},${ofmapOrigin[1] + ofmapStep[1] * q} ${tap.weight} ${y},${x}`,
            );
          }
        }
  return products.sort();
}

test.each(['none', 'rows', 'taps'] as const)(
  'unrolled by %s, the planes make the products of the plain loop nest, each once',
  (unroll) => {
    fc.assert(
      fc.property(anyConv, (conv) => {
        expect(loweredProducts(conv, unroll)).toEqual(plainProducts(conv));
      }),
      { numRuns: 60 },
    );
  },
);

describe('what the design page says of known layers', () => {
  test('AlexNet conv1 becomes 48 planes with kernels of up to 3x3', () => {
    const [layer] = lower(square(3, 227, 96, 11, 4, 0), 'none');
    expect(3 * layer!.slices.length).toBe(48);
    expect(Math.max(...layer!.slices.map((slice) => slice.taps.length))).toBe(9);
  });

  test('a 3x3 kernel at stride 2 falls into phases of 4, 2, 2 and 1 taps', () => {
    const [layer] = lower(square(64, 56, 64, 3, 2, 1), 'none');
    expect(layer!.slices.map((slice) => slice.taps.length).sort()).toEqual([1, 2, 2, 4]);
  });

  test('VGG conv1_1 is unrolled, for 3 channels leave 29 of 32 rows idle; conv1_2 is not', () => {
    expect(chooseUnroll(square(3, 224, 64, 3, 1, 1), zcu102)).not.toBe('none');
    expect(chooseUnroll(square(64, 224, 64, 3, 1, 1), zcu102)).toBe('none');
  });

  test('a 14x14 tile of a 3x3 layer makes 256 psums', () => {
    const [layer] = lower(square(512, 14, 512, 3, 1, 1), 'none');
    expect((layer!.rows[1] - layer!.rows[0] + layer!.halo[0]) * (14 + layer!.halo[1])).toBe(256);
  });
});
