/** The outside world as a command sees it: streams, folder, terminal. Tests hand in their own. */
import type { Writable } from 'node:stream';
import { fail } from '../src/errors.ts';

export interface Io {
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly cwd: string;
  /** Columns of the terminal behind stdout; undefined where there is none. */
  readonly columns?: number | undefined;
  readonly colour: boolean; // on stdout
  readonly liveProgress: boolean; // stderr can rewrite its line
}

export function processIo(): Io {
  const { stdout, stderr, env } = process;
  const forced = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0';
  const refused = env.NO_COLOR !== undefined || env.TERM === 'dumb';
  return {
    stdout,
    stderr,
    cwd: process.cwd(),
    columns: stdout.isTTY ? stdout.columns : undefined,
    colour: forced || (stdout.isTTY === true && !refused),
    liveProgress: stderr.isTTY === true && env.TERM !== 'dumb',
  };
}

/** A reader that went away (`sense run … | head`) has what it wanted; a full disk is worth a word. */
export function writeOut({ stdout }: Io, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (): void => {}; // the callback below hears of it too; without a listener node would stop
    stdout.once('error', onError);
    stdout.write(text, (error) => {
      // An 'error' event follows the callback, so the listener stays behind after a failed write.
      if (!error) stdout.off('error', onError);
      const code = (error as NodeJS.ErrnoException | null | undefined)?.code;
      if (!error || code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED') return resolve();
      try {
        fail(`cannot write to the standard output: ${whyNot(error)}`);
      } catch (failure) {
        reject(failure as Error);
      }
    });
  });
}

const REASONS = new Map([
  ['ENOENT', 'there is no such file or folder'],
  ['EACCES', 'no permission'],
  ['EPERM', 'no permission'],
  ['EROFS', 'the file system is read-only'],
  ['EISDIR', 'it is a folder'],
  ['ENOTDIR', 'a part of the path is not a folder'],
  ['ENOSPC', 'the disk is full'],
  ['EDQUOT', 'the disk quota is used up'],
  ['EFBIG', 'the file is too large for this disk or limit'],
  ['ENAMETOOLONG', 'the name is too long'],
  ['ELOOP', 'too many symbolic links'],
  ['EMFILE', 'too many open files'],
  ['EIO', 'the disk reports an error'],
]);

/** The system's error in words. */
export function whyNot(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return REASONS.get(code ?? '') ?? message ?? String(error);
}
