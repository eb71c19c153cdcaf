import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import type { Safetensors } from '../../src/train/safetensors.ts';
import { filesIn, freshFolder } from '../../test/fixtures/command-line.ts';
import { CHECKPOINT, type Disk, readCheckpoint, saveCheckpoint } from './checkpoint-file.ts';

const cwd = freshFolder();
afterAll(() => rmSync(cwd, { recursive: true, force: true }));
beforeEach(() => {
  rmSync(cwd, { recursive: true, force: true });
  mkdirSync(cwd);
});

const content = (epoch: string): Safetensors => ({
  tensors: new Map([['w', { dtype: 'F32', shape: [2], values: Float32Array.of(1, 2) }]]),
  metadata: new Map([['epoch', epoch]]),
});
const fullAfter = (bytes: number): Disk => ({
  write(path, all) {
    writeFileSync(path, all.subarray(0, bytes));
    throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  },
  rename: () => expect.unreachable('a file that was not written whole was put in place'),
  remove: (path) => rmSync(path, { force: true }),
});

test('what is saved is read again, and the next one takes its place', () => {
  expect(saveCheckpoint(cwd, content('1'))).toBeUndefined();
  expect(saveCheckpoint(cwd, content('2'))).toBeUndefined();
  expect(readCheckpoint(cwd)).toEqual(content('2'));
  expect(filesIn(cwd)).toEqual([CHECKPOINT]);
});

test('a disk that is full while a checkpoint is written leaves the old one, and nothing else', () => {
  saveCheckpoint(cwd, content('1'));
  expect(saveCheckpoint(cwd, content('2'), fullAfter(20))).toBe(
    'the checkpoint could not be written (the disk is full); the one before it is kept',
  );
  expect(readCheckpoint(cwd)).toEqual(content('1'));
  expect(filesIn(cwd)).toEqual([CHECKPOINT]);
});

test('a kill in the middle of writing leaves the old one: what lies beside it is not read', () => {
  saveCheckpoint(cwd, content('1'));
  const whole = readFileSync(join(cwd, CHECKPOINT));
  writeFileSync(join(cwd, `.${CHECKPOINT}.partial`), whole.subarray(0, whole.length / 2));
  expect(readCheckpoint(cwd)).toEqual(content('1'));
  expect(saveCheckpoint(cwd, content('2'))).toBeUndefined();
  expect(filesIn(cwd)).toEqual([CHECKPOINT]);
});

test('a checkpoint that is missing or cut off is told with its place', () => {
  expect(() => readCheckpoint(cwd)).toThrow('there is no checkpoint to resume from');
  saveCheckpoint(cwd, content('1'));
  truncateSync(join(cwd, CHECKPOINT), 60);
  expect(() => readCheckpoint(cwd)).toThrow(
    expect.objectContaining({ at: join(cwd, CHECKPOINT), hint: 'the file is cut off or damaged' }),
  );
});
