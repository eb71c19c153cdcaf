/**
 * A data set fetched into the cache folder: each file is written beside its place, held to its size and SHA-256, and
 * only then put there. What is there already is not fetched again.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { fail } from '../../src/errors.ts';
import { gunzip } from '../inputs/gunzip.ts';
import { whyNot } from '../io.ts';
import type { Progress } from '../progress.ts';
import { SOURCES, type SourceFile, type Sources } from './sources.ts';
import { tarMembers } from './tar.ts';

/** As the XDG base directory specification has it. */
export const cacheFolder = (env: NodeJS.ProcessEnv = process.env): string =>
  join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'sense-cnn', 'datasets');

export interface Download {
  readonly folder: string;
  readonly progress: Progress;
  readonly sources?: Sources;
  /** Give up when nothing has come for so long. */
  readonly patienceMs?: number;
}

const MAX_UNPACKED = 2 ** 29;

export async function download(name: string, options: Download): Promise<void> {
  const { folder, sources = SOURCES } = options;
  const files = sources.get(name) ?? fail(`nobody has told where the data set "${name}" comes from`);
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    fail(`cannot make the cache folder: ${whyNot(error)}`, { at: folder, hint: 'set XDG_CACHE_HOME' });
  }
  for (const file of files) if (!isThere(file, folder)) keep(await fetched(file, options), file, folder);
}

/** An archive leaves a mark, for its own name is not kept. */
const markOf = (file: SourceFile, folder: string): string =>
  join(folder, file.members ? `.${basename(file.url)}.unpacked` : basename(file.url));

const isThere = (file: SourceFile, folder: string): boolean => existsSync(markOf(file, folder));

async function fetched(
  { url, bytes, sha256 }: SourceFile,
  { folder, progress, patienceMs = 30_000 }: Download,
): Promise<Uint8Array> {
  const name = basename(url);
  const otherwise = `fetch ${url} by other means into ${folder}, or name a folder that has it with --data`;
  const abort = new AbortController();
  let timer = setTimeout(() => abort.abort(), patienceMs);
  const hash = createHash('sha256');
  const content = new Uint8Array(bytes);
  let got = 0;
  try {
    const response = await fetch(url, { signal: abort.signal });
    if (!response.ok || !response.body)
      fail(`the server answered ${response.status} for ${name}`, { at: url, hint: otherwise });
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      clearTimeout(timer);
      timer = setTimeout(() => abort.abort(), patienceMs);
      if (got + chunk.length > bytes)
        fail(`${name} is longer than the ${bytes} bytes it should have`, { at: url, hint: otherwise });
      content.set(chunk, got);
      hash.update(chunk);
      got += chunk.length;
      progress.step({ stage: `fetching ${name}, KB`, done: got >> 10, total: bytes >> 10 });
    }
  } catch (error) {
    if (error instanceof Error && error.name === 'UserError') throw error;
    const why = abort.signal.aborted
      ? `nothing came for ${patienceMs / 1000} s`
      : whyNot((error as { cause?: unknown }).cause ?? error);
    return fail(`cannot fetch ${name}: ${why}`, { at: url, hint: otherwise });
  } finally {
    clearTimeout(timer);
    abort.abort();
  }
  if (got < bytes) fail(`${name} ended after ${got} of ${bytes} bytes`, { at: url, hint: 'try again' });
  const sum = hash.digest('hex');
  if (sum !== sha256)
    fail(`${name} is not the file it should be: its SHA-256 is ${sum}, not ${sha256}`, {
      at: url,
      hint: otherwise,
    });
  return content;
}

/** The whole file, or its members; the mark of an archive last. */
function keep(content: Uint8Array, file: SourceFile, folder: string): void {
  const { members } = file;
  const outputs: (readonly [string, Uint8Array])[] = members
    ? [...tarMembers(gunzip(content, MAX_UNPACKED))]
        .map(({ name, bytes }) => [join(folder, basename(name)), bytes] as const)
        .filter(([path]) => members.test(basename(path)))
    : [[markOf(file, folder), content]];
  if (members) outputs.push([markOf(file, folder), new Uint8Array()]);
  for (const [path, bytes] of outputs) {
    const partial = `${path}.partial`;
    try {
      writeFileSync(partial, bytes);
      renameSync(partial, path);
    } catch (error) {
      dropPartial(partial);
      fail(`cannot keep ${basename(path)}: ${whyNot(error)}`, {
        at: folder,
        hint: 'make room, or set XDG_CACHE_HOME',
      });
    }
  }
}

/** The next try writes over what cannot be taken away. */
function dropPartial(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // What went wrong before is worth more words than this.
  }
}
