/**
 * A checkpoint on disk: one safetensors file, written beside the old one and then put in its place, so that a kill or
 * a full disk leaves the old one whole. What a run was asked for lies in it, so that resuming needs no second telling.
 */
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fail, within } from '../../src/errors.ts';
import { decodeSafetensors, encodeSafetensors, type Safetensors } from '../../src/train/safetensors.ts';
import { readBounded } from '../files.ts';
import { whyNot } from '../io.ts';

export const CHECKPOINT = 'checkpoint.safetensors';
const MAX_CHECKPOINT = 2 ** 31 - 1;

/** The disk, as far as a checkpoint needs it; tests hand in one that fails. */
export interface Disk {
  readonly write: (path: string, bytes: Uint8Array) => void;
  readonly rename: (from: string, to: string) => void;
  readonly remove: (path: string) => void;
}

const realDisk: Disk = {
  write(path, bytes) {
    const file = openSync(path, 'w');
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
      fsyncSync(file); // or a power cut could leave the new name on an empty file
    } finally {
      closeSync(file);
    }
  },
  rename: renameSync,
  remove: (path) => rmSync(path, { force: true }),
};

/** Returns what went wrong, in words, or undefined: a run of hours goes on without a checkpoint, and says so. */
export function saveCheckpoint(
  folder: string,
  content: Safetensors,
  disk: Disk = realDisk,
): string | undefined {
  const path = join(folder, CHECKPOINT);
  const partial = join(folder, `.${CHECKPOINT}.partial`);
  try {
    disk.write(partial, encodeSafetensors(content));
    disk.rename(partial, path);
    return undefined;
  } catch (error) {
    try {
      disk.remove(partial);
    } catch {
      // Nothing more can be done; the next checkpoint writes over it.
    }
    return `the checkpoint could not be written (${whyNot(error)}); the one before it is kept`;
  }
}

export function readCheckpoint(folder: string): Safetensors {
  const path = join(folder, CHECKPOINT);
  if (!existsSync(path))
    fail('there is no checkpoint to resume from', {
      at: path,
      hint: `a folder that an earlier run named with --out, such as ${dirname(path)}`,
    });
  return within(path, () => decodeSafetensors(readBounded(path, MAX_CHECKPOINT, 'checkpoint')));
}
