/** Labelled pictures of one size, as bytes in planes, and how a network sees them: normalised when their turn comes. */
import { fail } from '../../src/errors.ts';
import type { Split } from '../../src/train/datasets/dataset.ts';
import type { Sample } from '../inputs/pixels.ts';
import type { Recipe } from '../inputs/recipe.ts';

export interface Pictures {
  readonly count: number;
  readonly shape: readonly [C: number, H: number, W: number];
  readonly bytes: Uint8Array; // [count, C, H, W]
  readonly labels: Uint8Array | Uint16Array; // [count]
}

/** Bytes become (byte * scale - mean) / std, channels in the recipe's order: what applyRecipe does without resizing. */
export function splitOf({ count, shape, bytes, labels }: Pictures, recipe: Recipe): Split {
  const [channels, height, width] = shape;
  const plane = height * width;
  const tables = Array.from({ length: channels }, (_, c) => valuesOfBytes(recipe, c));
  const sources = tables.map((_, c) => (recipe.order === 'bgr' && channels === 3 ? 2 - c : c));
  return {
    count,
    label: (i) => labels[i]!,
    image(i) {
      const values = new Float32Array(channels * plane);
      tables.forEach((table, c) => {
        const from = (i * channels + sources[c]!) * plane;
        for (let k = 0; k < plane; k++) values[c * plane + k] = table[bytes[from + k]!]!;
      });
      return values;
    },
  };
}

/** One entry a byte. */
function valuesOfBytes({ scale, mean, std }: Recipe, c: number): Float32Array {
  const own = (list: readonly number[]): number => list[list.length === 1 ? 0 : c]!;
  return Float32Array.from({ length: 256 }, (_, byte) => (byte * scale - own(mean)) / own(std));
}

/** Decoded pictures, interleaved, laid out in planes. All have the size of the first. */
export function picturesOf(samples: readonly Sample[]): Pictures {
  const [first] = samples;
  if (first === undefined) fail('the data set has no pictures');
  const { width, height, channels } = first.pixels;
  const size = width * height;
  const bytes = new Uint8Array(samples.length * channels * size);
  const labels = new Uint16Array(samples.length);
  for (const [i, { name, pixels, label }] of samples.entries()) {
    if (pixels.width !== width || pixels.height !== height || pixels.channels !== channels)
      fail(`picture ${name} is ${pixels.width}x${pixels.height}, the first one ${width}x${height}`);
    labels[i] = label ?? fail(`picture ${name} has no label`, { hint: 'the file of labels must lie beside' });
    for (let c = 0; c < channels; c++)
      for (let k = 0, to = (i * channels + c) * size; k < size; k++)
        bytes[to + k] = pixels.bytes[k * channels + c]!;
  }
  return { count: samples.length, shape: [channels, height, width], bytes, labels };
}

/** Training would quietly learn nonsense from a label that no output stands for. */
export function checkLabels({ labels }: Pictures, classes: number): void {
  labels.forEach((label, i) => {
    if (label >= classes)
      fail(`picture ${i} has label ${label}, the data set has classes 0 to ${classes - 1}`, {
        hint: 'the file of labels is damaged, or belongs to another data set',
      });
  });
}
