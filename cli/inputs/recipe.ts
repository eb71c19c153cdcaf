/**
 * How a picture becomes a network's input: resize, centre crop, channel order, then (value * scale - mean) / std.
 * The presets are what the networks in the wild were trained with.
 */
import { fail } from '../../src/errors.ts';
import type { Pixels } from './pixels.ts';
import { centreCrop, resize } from './resize.ts';

/**
 * shorter: scale so that the shorter side has so many pixels; over: so that the network's size is that share of the
 * shorter side; exact: stretch to the network's size; none: leave as it is. What is too large afterwards is cropped.
 */
export type Resize = { readonly shorter: number } | { readonly over: number } | 'exact' | 'none';

export interface Recipe {
  readonly resize: Resize;
  readonly order: 'rgb' | 'bgr';
  readonly scale: number;
  readonly mean: readonly number[]; // one for all channels or one each, in `order`
  readonly std: readonly number[];
}

/** What the network wants: its size, its channels, and whether channels come first or last. */
export interface Wanted {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly layout: 'NCHW' | 'NHWC';
}

const plain = { order: 'rgb', mean: [0], std: [1] } as const;

export const PRESETS: ReadonlyMap<string, Recipe & { readonly says: string }> = new Map([
  [
    'caffe',
    {
      ...{ resize: { shorter: 256 }, order: 'bgr', scale: 1, mean: [104, 117, 123], std: [1] },
      says: 'BGR 0..255 minus (104, 117, 123): BVLC AlexNet, GoogLeNet, VGG, SqueezeNet',
    },
  ],
  [
    'torchvision',
    {
      ...{ resize: { shorter: 256 }, order: 'rgb', scale: 1 / 255 },
      ...{ mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
      says: 'RGB / 255, minus the ImageNet mean, over its deviation: torchvision, timm, CIFAR ResNets',
    },
  ],
  [
    'mobilenet',
    {
      ...{ resize: { over: 0.875 }, order: 'rgb', scale: 1, mean: [128], std: [128] },
      says: '(RGB - 128) / 128, the middle 87.5 %: TensorFlow MobileNets',
    },
  ],
  ['raw', { ...plain, resize: { shorter: 256 }, scale: 1, says: 'RGB or grey 0..255 as they are' }],
  ['unit', { ...plain, resize: { shorter: 256 }, scale: 1 / 255, says: 'RGB or grey / 255' }],
  ['lenet', { ...plain, resize: 'exact', scale: 1 / 256, says: 'grey / 256: the Caffe LeNet' }],
]);

/** Networks smaller than this look at whole pictures, not at crops of them (CIFAR's 32, MNIST's 28, 64, 96). */
const SMALL = 100;

/** A preset as it suits a size: a small network gets no crop, one larger than 256 keeps the usual 87.5 %. */
export function presetFor(
  name: string,
  { height, width }: Pick<Wanted, 'height' | 'width'>,
): Recipe | undefined {
  const preset = PRESETS.get(name);
  if (preset === undefined) return undefined;
  const { says: _, ...recipe } = preset;
  const largest = Math.max(height, width);
  if (largest < SMALL) return { ...recipe, resize: 'exact' };
  return largest > 256 && typeof recipe.resize === 'object' && 'shorter' in recipe.resize
    ? { ...recipe, resize: { over: 0.875 } }
    : recipe;
}

/** The network's input values, batch of one. */
export function applyRecipe(recipe: Recipe, pixels: Pixels, wanted: Wanted): Float32Array {
  const { height, width, channels, layout } = wanted;
  const fitted = resized(recipe.resize, pixels, [height, width]);
  if (fitted.height < height || fitted.width < width)
    fail(
      `the picture is ${fitted.width}x${fitted.height} after resizing, the network wants ${width}x${height}`,
      {
        hint: 'a larger "shorter" or "resize": "exact" in the preprocessing',
      },
    );
  const { bytes, channels: given } = centreCrop(fitted, [height, width]);
  const size = height * width;
  const out = new Float32Array(size * channels);
  for (let c = 0; c < channels; c++) {
    const mean = recipe.mean[recipe.mean.length === 1 ? 0 : c]!;
    const std = recipe.std[recipe.std.length === 1 ? 0 : c]!;
    const from = recipe.order === 'bgr' && channels === 3 ? 2 - c : c;
    for (let i = 0; i < size; i++) {
      const byte =
        channels === given ? bytes[i * given + from]! : given === 1 ? bytes[i]! : luma(bytes, 3 * i);
      out[layout === 'NCHW' ? c * size + i : i * channels + c] = (byte * recipe.scale - mean) / std;
    }
  }
  return out;
}

/** ITU-R 601 luma as Pillow's convert('L') rounds it. */
const luma = (bytes: Uint8Array, i: number): number =>
  (bytes[i]! * 19595 + bytes[i + 1]! * 38470 + bytes[i + 2]! * 7471 + 0x8000) >> 16;

function resized(how: Resize, pixels: Pixels, [h, w]: readonly [number, number]): Pixels {
  if (how === 'none') return pixels;
  if (how === 'exact') return resize(pixels, w, h);
  const shorter = 'shorter' in how ? how.shorter : Math.min(h, w) / how.over;
  const scale = shorter / Math.min(pixels.width, pixels.height);
  const [W, H] = [Math.round(pixels.width * scale), Math.round(pixels.height * scale)];
  // A picture 1 pixel high and 10,000 wide would become gigantic: bound before allocating.
  if (W * H > MAX_RESIZED)
    fail(`a ${pixels.width}x${pixels.height} picture would become ${W}x${H} after resizing`, {
      hint: 'crop the picture to the subject first',
    });
  return resize(pixels, Math.max(1, W), Math.max(1, H));
}

const MAX_RESIZED = 2 ** 26;
