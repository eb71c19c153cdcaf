import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, describe, expect, test } from 'vitest';
import { filesIn, freshFolder } from '../test/fixtures/command-line.ts';
import { readBounded, writeFiles } from './files.ts';
import { writeOut } from './io.ts';

const folder = freshFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);

describe('reading', () => {
  test('a file above the limit is refused before it is read', () => {
    writeFileSync(at('big'), '12345');
    expect(() => readBounded(at('big'), 4, 'model')).toThrow(
      'the model has 5 bytes, more than the 4 allowed',
    );
    expect([...readBounded(at('big'), 5, 'model')]).toEqual([49, 50, 51, 52, 53]);
  });

  test('an endless pipe stops at the limit', () => {
    expect(() => readBounded('/dev/zero', 100_000, 'labels')).toThrow('more than the 100000 bytes allowed');
  });
});

describe('writing', () => {
  test('a file that cannot be written takes the others with it', () => {
    mkdirSync(at('taken'));
    const files = [
      { path: at('a.txt'), content: 'a' },
      { path: at('missing/b.txt'), content: 'b' },
    ];
    expect(() => writeFiles(files)).toThrow('cannot write the file: there is no such file or folder');
    expect(existsSync(at('a.txt'))).toBe(false);
    expect(filesIn(folder).filter((name) => name.startsWith('.sense'))).toEqual([]);
  });

  test('a failed write leaves what was there before', () => {
    writeFileSync(at('old.txt'), 'old');
    expect(() =>
      writeFiles([
        { path: at('old.txt'), content: 'new' },
        { path: at('missing/b.txt'), content: 'b' },
      ]),
    ).toThrow('cannot write');
    expect(readFileSync(at('old.txt'), 'utf8')).toBe('old');
  });

  test('a link stays a link, a device is never replaced', () => {
    writeFileSync(at('target.txt'), '');
    symlinkSync(at('target.txt'), at('link.txt'));
    writeFiles([
      { path: at('link.txt'), content: 'through' },
      { path: '/dev/null', content: 'gone' },
    ]);
    expect(readFileSync(at('target.txt'), 'utf8')).toBe('through');
    expect(execFileSync('stat', ['-c', '%F', '/dev/null'], { encoding: 'utf8' })).toContain('character');
  });

  test('a result may go to /dev/stdout, a pipe too', () => {
    const script = `
      import { checkOutputs, writeFiles } from ${JSON.stringify(join(import.meta.dirname, 'files.ts'))};
      checkOutputs(['/dev/stdout']);
      writeFiles([{ path: '/dev/stdout', content: 'piped' }]);
    `;
    writeFileSync(at('piped.mjs'), script);
    // Through a shell: node's own pipes to a child are sockets, which cannot be opened by name.
    const command = `'${process.execPath}' --import tsx '${at('piped.mjs')}' | cat`;
    const cwd = join(import.meta.dirname, '..');
    expect(execFileSync('sh', ['-c', command], { cwd }).toString()).toBe('piped');
  });

  const noFull = existsSync('/dev/full') ? '' : ' (skipped: this system has no /dev/full)';
  test.skipIf(noFull)(`a full disk is said in words${noFull}`, () => {
    expect(() => writeFiles([{ path: '/dev/full', content: 'x' }])).toThrow('the disk is full');
  });

  test('Ctrl-C while files are written leaves them whole', () => {
    const script = `
      import { writeFiles } from ${JSON.stringify(join(import.meta.dirname, 'files.ts'))};
      const content = 'x'.repeat(4e6);
      setTimeout(() => {}, 20_000);
      const files = Array.from({ length: 4 }, (_, i) => ({ path: ${JSON.stringify(at('out'))} + i, content }));
      writeFiles([{ path: ${JSON.stringify(at('ready'))}, content: '' }]);
      process.kill(process.pid, 'SIGINT');
      writeFiles(files);
    `;
    writeFileSync(at('script.mjs'), script);
    const { status } = spawnSync(process.execPath, ['--import', 'tsx', at('script.mjs')], {
      cwd: join(import.meta.dirname, '..'),
    });
    expect(status).toBe(130);
    for (const i of [0, 1, 2, 3]) expect(readFileSync(at(`out${i}`)).length).toBe(4e6);
    expect(filesIn(folder).filter((name) => name.startsWith('.sense'))).toEqual([]);
  });
});

describe('standard output', () => {
  const io = (code: string) => ({
    ...{ stderr: new Writable(), cwd: '.', colour: false, liveProgress: false },
    stdout: new Writable({
      write(_chunk, _encoding, done) {
        done(Object.assign(new Error('write failed'), { code }));
      },
    }),
  });

  test('a reader that goes away is no mistake, a full disk is', async () => {
    await expect(writeOut(io('EPIPE'), 'text')).resolves.toBeUndefined();
    await expect(writeOut(io('ENOSPC'), 'text')).rejects.toThrow('the standard output: the disk is full');
  });
});
