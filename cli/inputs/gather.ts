/** From the words after --input to the tensors a network takes, with names and right classes where they are known. */
import { dirname, join, resolve } from 'node:path';
import { fail, within } from '../../src/errors.ts';
import { type Shape, volume } from '../../src/tensor/shape.ts';
import { type Tensor, tensor } from '../../src/tensor/tensor.ts';
import { readBounded } from '../files.ts';
import type { Progress } from '../progress.ts';
import { type AlignedLabels, alignLabels, classInName, readLabels } from './labels.ts';
import type { Npy } from './npy.ts';
import type { Pixels } from './pixels.ts';
import { applyRecipe, type Recipe, type Wanted } from './recipe.ts';
import { checkRecipe, recipeNamed, type Sidecar } from './recipe-file.ts';
import { type Found, findSources, type Source, withinFile } from './sources.ts';
import { readTruth } from './truth.ts';

/** What of a model matters here. */
export interface Fed {
  readonly inputs: readonly { readonly name: string; readonly shape: Shape }[];
  readonly outputs: readonly string[];
  readonly layers: readonly { readonly name: string; readonly shape: Shape }[];
}

export interface GatherOptions {
  readonly paths: readonly string[];
  readonly limit: number;
  readonly preprocess?: string | undefined;
  readonly labels?: string | undefined;
  readonly truth?: string | undefined;
  readonly sidecar?: { readonly path: string; readonly content: Sidecar } | undefined;
  readonly progress: Progress;
}

export interface Gathered {
  readonly inputs: readonly {
    readonly name: string;
    readonly values: ReadonlyMap<string, Tensor>;
    readonly label?: number | undefined;
  }[];
  readonly labels?: readonly string[] | undefined;
}

/** 2^28 values: 1 GB of inputs at once. */
const MAX_VALUES = 2 ** 28;

export async function gatherInputs(model: Fed, options: GatherOptions): Promise<Gathered> {
  const { paths, limit, progress } = options;
  const port = portFor(model, options.sidecar?.content.input);
  const found: Found[] = [];
  let left = limit;
  for (const path of paths) {
    if (left === 0) break;
    found.push(findSources(path, left));
    left -= found[found.length - 1]!.sources.length;
  }
  const sources = found.flatMap((f) => f.sources);
  const total = found.reduce((sum, f) => sum + f.total, 0);
  if (total > sources.length || found.length < paths.length)
    progress.note(`note: the first ${sources.length} inputs only; --limit takes more`);
  const size = volume(port.shape, `input "${port.name}"`);
  if (sources.length * size > MAX_VALUES)
    fail(`${sources.length} inputs of ${size} values are more than ${MAX_VALUES} values`, {
      hint: `--limit ${Math.max(1, Math.floor(MAX_VALUES / size))}`,
    });

  const labels = labelsFor(model, found, options);
  const truth = truthFor(found, options);
  const recipe = lazyRecipe(port.shape, options);
  const inputs: Gathered['inputs'][number][] = [];
  for (const [i, source] of sources.entries()) {
    progress.step({ stage: 'reading inputs', done: i + 1, total: sources.length });
    const values = await withinFile(source.path, async () =>
      valuesOf(await source.read(), port.shape, recipe),
    );
    const label = labelOf(source, truth, labels);
    values.forEach((data, k) => {
      inputs.push({
        name: values.length === 1 ? source.name : `${source.name}#${k}`,
        values: new Map([[port.name, tensor(port.shape, data)]]),
        label,
      });
    });
    if (inputs.length > limit) inputs.length = limit;
  }
  return { inputs, labels: labels?.names };
}

function portFor({ inputs }: Fed, wanted: string | undefined): Fed['inputs'][number] {
  const names = inputs.map(({ name }) => `"${name}"`).join(', ');
  const [only] = inputs;
  if (inputs.length !== 1 || only === undefined)
    fail(`the network has ${inputs.length} inputs (${names}): --input feeds networks with one`, {
      hint: 'run without --input, on published or given densities',
    });
  if (wanted !== undefined && only.name !== wanted)
    fail(`the sidecar names input "${wanted}", the network has ${names}`);
  return only;
}

/** [1, C, H, W], or [1, H, W, C] where only the last extent looks like channels. */
export function wantedOf(shape: Shape): Wanted | undefined {
  if (shape.length !== 4) return undefined;
  const [, a = 0, b = 0, c = 0] = shape;
  const colours = (n: number): boolean => n === 1 || n === 3;
  return colours(c) && !colours(a)
    ? { channels: c, height: a, width: b, layout: 'NHWC' }
    : { channels: a, height: b, width: c, layout: 'NCHW' };
}

/** Resolved at the first picture: arrays need none. */
function lazyRecipe(shape: Shape, { preprocess, sidecar, progress }: GatherOptions): () => [Recipe, Wanted] {
  let resolved: [Recipe, Wanted] | undefined;
  return () => {
    if (resolved) return resolved;
    const wanted = wantedOf(shape);
    if (wanted === undefined || (wanted.channels !== 1 && wanted.channels !== 3))
      return fail(`the network wants values of shape [${shape}], which is no picture`, {
        hint: 'give a .npy file of that shape',
      });
    const beside = sidecar?.content.preprocess;
    const at = preprocess ?? sidecar?.path ?? 'preprocessing';
    if (preprocess === undefined && beside !== undefined && typeof beside !== 'string')
      return (resolved = [checkRecipe(beside, wanted, at), wanted]);
    const named = preprocess ?? (beside as string | undefined);
    const assumed = wanted.channels === 1 ? 'unit' : 'torchvision';
    if (named === undefined)
      progress.note(
        `note: preprocessing ${assumed} is assumed; --preprocess says how the network was trained`,
      );
    return (resolved = [checkRecipe(recipeNamed(named ?? assumed, wanted), wanted, at), wanted]);
  };
}

function labelsFor(model: Fed, found: readonly Found[], options: GatherOptions): AlignedLabels | undefined {
  const outputs = classesOf(model);
  const beside = options.sidecar?.content.labels;
  const path =
    options.labels ?? (beside === undefined ? undefined : join(dirname(options.sidecar!.path), beside));
  if (path !== undefined)
    return within(path, () => alignLabels(readLabels(readBounded(path, 2 ** 24, 'file of labels')), outputs));
  const classes = found.find((f) => f.classes !== undefined)?.classes;
  return classes?.length === outputs ? { names: classes, wnids: new Map(), shift: 0 } : undefined;
}

/** How many classes the first output tells apart. */
function classesOf({ outputs, layers }: Fed): number {
  const shape = layers.find(({ name }) => name === outputs[0])?.shape ?? [];
  return shape.reduce((product, n) => product * n, 1);
}

function truthFor(found: readonly Found[], { truth, progress }: GatherOptions): ReadonlyMap<string, number> {
  if (truth !== undefined) return readTruth(truth);
  const known = new Map<string, number>();
  for (const { truth: beside } of found) {
    if (beside === undefined) continue;
    try {
      for (const [file, index] of readTruth(beside)) known.set(file, index);
    } catch {
      progress.note(`note: ${resolve(beside)} does not tell right classes and is left alone`);
    }
  }
  return known;
}

function labelOf(
  { name, label }: Source,
  truth: ReadonlyMap<string, number>,
  labels: AlignedLabels | undefined,
): number | undefined {
  const known = truth.get(name) ?? label ?? (labels && classInName(name, labels));
  return known === undefined ? undefined : known + (labels?.shift ?? 0);
}

const isPixels = (read: Pixels | Npy): read is Pixels => 'bytes' in read;

function valuesOf(read: Pixels | Npy, shape: Shape, recipe: () => [Recipe, Wanted]): Float32Array[] {
  if (isPixels(read)) return [applyRecipe(recipe()[0], read, recipe()[1])];
  const pictures = read.type === 'u1' ? picturesIn(read) : undefined;
  if (pictures !== undefined) return pictures.map((pixels) => applyRecipe(recipe()[0], pixels, recipe()[1]));
  const one = shape.slice(1);
  const tail = read.shape.slice(-one.length);
  const leading = read.shape.slice(0, -one.length);
  const fits = tail.join() === one.join() && leading.length <= 1;
  if (!fits)
    fail(`the array has shape [${read.shape}], the network wants [${one}] or [N,${one}]`, {
      hint: 'uint8 arrays [H,W], [H,W,3] and [N,H,W,3] are taken for pictures',
    });
  if (read.values.some((v) => !Number.isFinite(v))) fail('the array holds values that are no finite numbers');
  const size = volume(one);
  return Array.from({ length: leading[0] ?? 1 }, (_, i) => read.values.slice(i * size, (i + 1) * size));
}

/** uint8 [H, W], [H, W, 1 or 3] or [N, H, W, 1 or 3]. */
function picturesIn({ shape, values }: Npy): Pixels[] | undefined {
  const full = shape.length === 2 ? [1, ...shape, 1] : shape.length === 3 ? [1, ...shape] : shape;
  const [count = 0, height = 0, width = 0, channels = 0] = full;
  if (full.length !== 4 || (channels !== 1 && channels !== 3) || height < 1 || width < 1) return undefined;
  const size = height * width * channels;
  return Array.from({ length: count }, (_, i) => ({
    ...{ width, height, channels },
    bytes: Uint8Array.from(values.subarray(i * size, (i + 1) * size)),
  }));
}
