/** Preprocessing as a JSON file, and <model>.sense.json, which lies beside a model and says how to feed it. */
import { z } from 'zod';
import { fail } from '../../src/errors.ts';
import { didYouMean } from '../did-you-mean.ts';
import { readJson } from './json-file.ts';
import { PRESETS, presetFor, type Recipe, type Wanted } from './recipe.ts';

const perChannel = z.array(z.number().min(-1e6).max(1e6)).min(1).max(4096);

export const RECIPE = z.strictObject({
  resize: z
    .union([
      z.strictObject({ shorter: z.int().min(1).max(8192) }),
      z.strictObject({ over: z.number().min(0.05).max(1) }),
      z.enum(['exact', 'none']),
    ])
    .default('exact'),
  order: z.enum(['rgb', 'bgr']).default('rgb'),
  scale: z.number().min(1e-6).max(1e6).default(1),
  mean: perChannel.default([0]),
  std: z.array(z.number().min(1e-6).max(1e6)).min(1).max(4096).default([1]),
});

export const SIDECAR = z.strictObject({
  preprocess: z.union([z.enum([...PRESETS.keys()] as [string, ...string[]]), RECIPE]).optional(),
  labels: z.string().min(1).max(4096).optional(), // beside the sidecar
  input: z.string().min(1).max(1024).optional(), // the network's input that takes the picture
});
export type Sidecar = z.output<typeof SIDECAR>;

/** --preprocess: the name of a preset or a JSON file. */
export function recipeNamed(text: string, wanted: Wanted): Recipe {
  const preset = presetFor(text, wanted);
  if (preset !== undefined) return preset;
  if (!/\.json$/i.test(text))
    fail(`unknown preprocessing "${text}"`, {
      hint: `${didYouMean(text, [...PRESETS.keys()])}, or a .json file`,
    });
  return readJson(text, 'preprocessing', RECIPE);
}

/** mean and std are one number for all channels or one each. */
export function checkRecipe(recipe: Recipe, { channels }: Wanted, at: string): Recipe {
  for (const [field, list] of [
    ['mean', recipe.mean],
    ['std', recipe.std],
  ] as const)
    if (list.length !== 1 && list.length !== channels)
      fail(`the preprocessing has ${list.length} values of ${field}, the network has ${channels} channels`, {
        at,
      });
  return recipe;
}
