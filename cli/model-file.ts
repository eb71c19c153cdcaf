/** The <model> of a command line: a zoo name, a table of layers, or an ONNX file with the sidecar that may lie beside it. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fail, within } from '../src/errors.ts';
import { didYouMean } from './did-you-mean.ts';
import { isTable, readBounded, stem } from './files.ts';
import { readJson } from './inputs/json-file.ts';
import type { Sidecar } from './inputs/recipe-file.ts';
import type { Library, Model } from './library.ts';
import { SHIPPED, shippedModel } from './shipped.ts';

/** A protobuf message ends here. */
const MAX_MODEL = 2 ** 31 - 1;

export interface LoadedModel {
  readonly model: Model;
  readonly zoo?: ReturnType<Library['findZoo']>;
  /** Of a file; absent for the zoo. */
  readonly path?: string;
  readonly sidecar?: { readonly path: string; readonly content: Sidecar };
  /** What of the file was not used, or read in a way of ours. */
  readonly notes?: readonly string[];
}

export async function loadModel(name: string, library: Library): Promise<LoadedModel> {
  if (isTable(name)) {
    const { tableModel } = await import('./peer-files.ts');
    return { ...tableModel(name, await library.peers()), path: name };
  }
  const shipped = shippedModel(name);
  if (shipped !== undefined) return onnxFile(shipped, library);
  const isFile = /\.onnx$/i.test(name) || /[\\/]/.test(name);
  return isFile ? onnxFile(name, library) : zooModel(name, library);
}

function zooModel(name: string, library: Library): LoadedModel {
  const known = library.zoo.map((entry) => entry.name);
  const names = [...known, ...SHIPPED.map((model) => model.name)];
  if (!known.includes(name))
    fail(`unknown model "${name}"`, {
      hint: `${didYouMean(name, names)}, or a path to an .onnx, .csv or .yaml file`,
    });
  const entry = library.findZoo(name);
  return { model: entry.build(), zoo: entry };
}

async function onnxFile(path: string, { onnx }: Library): Promise<LoadedModel> {
  const { importOnnx } = await onnx();
  const bytes = readBounded(path, MAX_MODEL, 'model');
  const imported = within(path, () => importOnnx(bytes, { name: stem(path), external: besideModel(path) }));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const model = {
    ...imported,
    receipts: [{ madeBy: 'model file', from: `sha256:${sha256}` }, ...imported.receipts],
  };
  const sidecar = path.replace(/\.onnx$/i, '.sense.json');
  if (sidecar === path || !existsSync(sidecar)) return { model, path };
  const { SIDECAR } = await import('./inputs/recipe-file.ts');
  return { model, path, sidecar: { path: sidecar, content: readJson(sidecar, 'sidecar', SIDECAR) } };
}

/** Files of external weights: only beside the model, never above its folder. */
function besideModel(path: string): (location: string) => Uint8Array | undefined {
  const folder = resolve(dirname(path));
  const read = new Map<string, Uint8Array>();
  return (location) => {
    const file = resolve(folder, location);
    if (relative(folder, file).startsWith('..') || relative(folder, file) === '')
      fail(`the model's weights lie at "${location}": only files beside the model are read`, { at: path });
    if (!existsSync(join(folder, location))) return undefined;
    const known = read.get(file) ?? readBounded(file, MAX_MODEL, "model's external weights");
    read.set(file, known);
    return known;
  };
}
