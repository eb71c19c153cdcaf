/** The walls of the house: floors, cycles, budgets, no machine's name outside its own room, no stale generated file. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { machines } from '../src/accel/index.ts';

const floors = [
  'errors',
  'units',
  'tensor',
  'format arch',
  'model',
  'infer',
  'onnx peers train prune quantize schedule blocks',
  'cost sim workload',
  'plan',
  'accel',
  'report',
  'paper',
  'flow',
  'training-flow',
  'index',
].map((line) => line.split(' '));

const room = (path: string): string => path.split('/')[1]!.replace(/\.ts$/, '');
const floor = (path: string): number => floors.findIndex((rooms) => rooms.includes(room(path)));

const list = (dir: string): readonly string[] =>
  readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.includes('node_modules'))
    .map((file) => `${dir}/${file}`);
const read = (file: string): string => readFileSync(file, 'utf8');
const importsOf = (file: string): readonly string[] =>
  [...read(file).matchAll(/(?:from|import) '(\.[^']+)'/g)].map(([, path]) =>
    normalize(`${dirname(file)}/${path}`),
  );

const source = list('src').filter((file) => !file.includes('/assembly/'));
const written = [...source, ...list('cli')].filter((file) => !file.endsWith('.gen.ts'));
const isTest = (file: string): boolean => file.endsWith('.test.ts');

describe('floors', () => {
  test.each(source.filter((file) => !isTest(file)))('%s imports only from the floors below', (file) => {
    expect(floor(file), `${file} stands on no floor`).toBeGreaterThanOrEqual(0);
    for (const target of importsOf(file))
      if (room(target) !== room(file))
        expect(floor(target), `${file} -> ${target}`).toBeLessThan(floor(file));
  });

  test('no import cycle, types included', () => {
    const state = new Map<string, 'open' | 'done'>();
    const visit = (file: string, path: readonly string[]): void => {
      if (state.get(file) === 'done') return;
      expect(state.get(file), `cycle: ${[...path, file].join(' -> ')}`).toBeUndefined();
      state.set(file, 'open');
      for (const target of importsOf(file)) visit(target, [...path, file]);
      state.set(file, 'done');
    };
    for (const file of source.filter((each) => !isTest(each))) visit(file, []);
  });
});

describe('budgets', () => {
  test.each(written)('%s has at most 400 lines', (file) => {
    expect(read(file).split('\n').length).toBeLessThanOrEqual(400);
  });

  test('the median file has at most 120 lines', () => {
    const lengths = written.filter((file) => !isTest(file)).map((file) => read(file).split('\n').length);
    expect(lengths.sort((a, b) => a - b)[Math.floor(lengths.length / 2)]).toBeLessThanOrEqual(120);
  });

  test('README and ARCHITECTURE stay short', () => {
    expect(read('README.md').split('\n').length).toBeLessThanOrEqual(120);
    expect(read('ARCHITECTURE.md').split('\n').length).toBeLessThanOrEqual(300);
  });
});

describe('names', () => {
  test.each(source.filter((file) => room(file) !== 'accel' && !isTest(file)))(
    '%s names no machine',
    (file) => {
      for (const { name } of machines)
        expect(
          read(file).match(new RegExp(`['"\`]${name}['"\`]`)),
          `${name} is a string in ${file}`,
        ).toBeNull();
    },
  );

  test.each(source.filter((file) => !isTest(file)))('%s does no I/O and reads no clock', (file) => {
    expect(read(file)).not.toMatch(/from 'node:|Math\.random|Date\.now|performance\.now|process\./);
  });

  test.each(written.filter((file) => !isTest(file)))('%s opens with a sentence', (file) => {
    expect(read(file)).toMatch(/^\/\*\*|^\/\//);
  });
});
