import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dataDir, dataFile } from '../../test/data.ts';
import { decodePicture } from './picture.ts';
import type { Pixels } from './pixels.ts';
import { applyRecipe, presetFor } from './recipe.ts';
import { centreCrop, resize } from './resize.ts';

const picture = (width: number, height: number, channels: 1 | 3, of: (i: number) => number): Pixels => ({
  ...{ width, height, channels },
  bytes: Uint8Array.from({ length: width * height * channels }, (_, i) => of(i)),
});

/** The plain twin: triangle weights in floating point, both axes at once, rounded once. */
function plainResize({ width, height, bytes }: Pixels, W: number, H: number): number[] {
  const weight = (i: number, o: number, from: number, to: number): number => {
    const scale = from / to;
    return Math.max(0, 1 - Math.abs(i + 0.5 - (o + 0.5) * scale) / Math.max(scale, 1));
  };
  return Array.from({ length: W * H }, (_, at) => {
    const [oy, ox] = [Math.floor(at / W), at % W];
    let [sum, total] = [0, 0];
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const w = weight(y, oy, height, H) * weight(x, ox, width, W);
        sum += w * bytes[y * width + x]!;
        total += w;
      }
    return sum / total;
  });
}

const side = fc.integer({ min: 1, max: 12 });

test('equals the plain triangle filter, but for the two roundings', () => {
  fc.assert(
    fc.property(side, side, side, side, fc.infiniteStream(fc.nat(255)), (w, h, W, H, pixel) => {
      const given = picture(w, h, 1, () => pixel.next().value!);
      const got = resize(given, W, H).bytes;
      plainResize(given, W, H).forEach((v, i) => {
        expect(Math.abs(got[i]! - v)).toBeLessThanOrEqual(1.01);
      });
    }),
    { numRuns: 60 },
  );
});

test('a picture of the wanted size is left alone; a flat one stays flat', () => {
  const flat = picture(9, 5, 3, () => 200);
  expect(resize(flat, 9, 5)).toBe(flat);
  expect(new Set(resize(flat, 17, 3).bytes)).toEqual(new Set([200]));
});

test('the crop takes the middle, an odd rest goes right and down', () => {
  const { bytes } = centreCrop(
    picture(4, 3, 1, (i) => i),
    [2, 1],
  );
  expect([...bytes]).toEqual([1, 5]);
});

describe.skipIf(!dataDir())('ImageNet samples beside Pillow (data: images/golden20)', () => {
  // golden20: shorter side to 256 by Pillow 9.4 bilinear, centre crop 227; entry i is class 50 i.
  const golden = () => gunzipSync(readFileSync(dataFile('images/golden20_227x227x3_rgb_u8.bin.gz')));
  const CROP = 227 * 227 * 3;
  test.each([
    [0, 'n01440764_tench.JPEG'],
    [8, 'n02669723_academic_gown.JPEG'],
    [10, 'n03042490_cliff_dwelling.JPEG'],
    [19, 'n07747607_orange.JPEG'],
  ])('golden %i, %s: every byte is Pillow’s', async (index, file) => {
    const pixels = await decodePicture(readFileSync(dataFile(`images/imagenet50/${file}`)));
    const caffe = { ...presetFor('caffe', { height: 227, width: 227 })!, order: 'rgb' as const, mean: [0] };
    const values = applyRecipe(caffe, pixels, { height: 227, width: 227, channels: 3, layout: 'NHWC' });
    expect(Buffer.compare(Uint8Array.from(values), golden().subarray(index * CROP, (index + 1) * CROP))).toBe(
      0,
    );
  });
});
