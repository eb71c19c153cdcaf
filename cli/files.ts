/** Files in and out: bounded reads, and writes that leave a whole file or none. */
import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fail } from '../src/errors.ts';
import { whyNot } from './io.ts';

/** Read a file of at most `limit` bytes; `what` names it in messages ("model", "labels"). */
export function readBounded(path: string, limit: number, what: string): Uint8Array {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    return fail(`cannot read the ${what}: ${whyNot(error)}`, { at: path });
  }
  try {
    const stat = fstatSync(file);
    if (stat.isDirectory()) fail(`the ${what} is a folder, expected a file`, { at: path });
    if (stat.size > limit)
      fail(`the ${what} has ${stat.size} bytes, more than the ${limit} allowed`, { at: path });
    return stat.isFile() ? readExactly(file, stat.size) : readToEnd(file, limit, { path, what });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return fail(`cannot read the ${what}: ${whyNot(error)}`, { at: path });
  } finally {
    closeSync(file);
  }
}

function readExactly(file: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let filled = 0;
  while (filled < size) {
    const n = readSync(file, bytes, filled, size - filled, filled);
    if (n === 0) break; // it shrank while we read
    filled += n;
  }
  return filled === size ? bytes : bytes.slice(0, filled);
}

/** Pipes and devices have no size: read in pieces, and stop at the limit. */
function readToEnd(file: number, limit: number, { path, what }: { path: string; what: string }): Uint8Array {
  const pieces: Uint8Array[] = [];
  let total = 0;
  for (;;) {
    const piece = new Uint8Array(65_536);
    const n = readSync(file, piece, 0, piece.length, null);
    if (n === 0) break;
    total += n;
    if (total > limit) fail(`the ${what} has more than the ${limit} bytes allowed`, { at: path });
    pieces.push(piece.subarray(0, n));
  }
  return new Uint8Array(Buffer.concat(pieces));
}

export interface OutputFile {
  readonly path: string;
  readonly content: string | Uint8Array;
}

/** Called before long work: a folder that is missing should not be found out after it. */
export function checkOutputs(paths: readonly string[], inputs: readonly string[] = []): void {
  const seen = new Set<string>();
  const sources = new Set(inputs.filter((path) => existsSync(path)).map((path) => realpathSync(path)));
  for (const path of paths) {
    const full = resolve(path);
    if (seen.has(full)) fail('two results would be written to one file', { at: path });
    seen.add(full);
    const folder = dirname(full);
    if (!existsSync(folder) || !statSync(folder).isDirectory())
      fail(`cannot write: there is no folder "${folder}"`, { at: path, hint: 'create it first' });
    if (!existsSync(full)) continue;
    if (statSync(full).isDirectory()) fail('cannot write: it is a folder', { at: path });
    if (statSync(full).isFile() && sources.has(realpathSync(full)))
      fail('the result would overwrite its own input', { at: path, hint: 'name another file' });
  }
}

/**
 * All files or none: each is written to a temporary name in its own folder, then all are renamed.
 * Ctrl-C while this runs is answered after it, so that no temporary file stays behind.
 */
export function writeFiles(files: readonly OutputFile[]): void {
  if (files.length === 0) return;
  deferInterrupts();
  const staged: { readonly temporary: string; readonly target: string }[] = [];
  let current = '';
  try {
    for (const { path, content } of files) {
      current = path;
      // A device or pipe (/dev/stdout, /dev/null) must never be replaced by a file.
      if (existsSync(path) && !statSync(path).isFile()) {
        writeFileSync(path, content);
        continue;
      }
      const target = existsSync(path) ? realpathSync(path) : resolve(path);
      const temporary = join(dirname(target), `.sense-${process.pid}-${staged.length}.partial`);
      staged.push({ temporary, target });
      writeFileSync(temporary, content, { flag: 'wx' });
    }
    for (const { temporary, target } of staged) {
      current = target;
      renameSync(temporary, target);
    }
  } catch (error) {
    for (const { temporary } of staged) rmSync(temporary, { force: true });
    fail(`cannot write the file: ${whyNot(error)}`, { at: current });
  }
}

let deferring = false;
function deferInterrupts(): void {
  if (deferring) return;
  deferring = true;
  // Signal handlers run between turns of the event loop: after the synchronous writes above, not inside them.
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
}

/** Files of other tools, by their names. */
export const isTable = (name: string): boolean => /\.(csv|ya?ml)$/i.test(name);
export const isConfig = (name: string): boolean => /\.cfg$/i.test(name);

/** The name of a file without its folder and ending: "models/lenet.onnx" -> "lenet". */
export const stem = (path: string): string => basename(path).replace(/\.[^.]+$/, '');
