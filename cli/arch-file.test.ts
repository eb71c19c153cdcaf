import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Arch } from '../src/arch/arch.ts';
import { presets } from '../src/arch/presets.ts';
import { freshFolder } from '../test/fixtures/command-line.ts';
import { archNamed, checkFits } from './arch-file.ts';

const folder = freshFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const known = { presets, energies: presets.map((arch) => arch.energy) };
const load = (content: unknown): Arch => {
  const path = join(folder, 'mine.json');
  writeFileSync(path, JSON.stringify(content));
  return archNamed(path, known);
};

test('every preset fits itself, and comes back from a file of its own numbers', () => {
  for (const preset of presets) {
    expect(checkFits(preset, preset.name)).toBe(preset);
    expect(archNamed(preset.name, known)).toBe(preset);
    expect(load(preset)).toEqual(preset);
  }
});

test('what a file leaves out is its base’s; its name is the file’s', () => {
  const [base] = presets;
  const arch = load({ base: base!.name, clock: 100e6, dram: { efficiency: 0.5, source: 'a guess' } });
  expect(arch).toEqual({
    ...base,
    name: 'mine',
    clock: 100e6,
    dram: { ...base!.dram, efficiency: 0.5, source: 'a guess' },
  });
});

test('a file may fix the order of reuse and store operands dense', () => {
  const switches = { rearrange: 'none', reuse: 'reuse-ifmap-first', storage: 'dense' };
  expect(load({ base: 'zcu102', ...switches })).toEqual({ ...presets[0], name: 'mine', ...switches });
});

test('ports and lanes: some of the base’s, none, or those of a whole file', () => {
  const [base] = presets;
  const ports = { bytesPerCycle: 16, ifmap: 1, weight: 4, ofmap: 1 };
  const { dram, ...arch } = { ...base!, ofmLanes: 16 };
  const whole = { ...arch, dram: { ...dram, ports } };
  expect(load(whole)).toEqual(whole);
  const narrow = archNamed('zcu102', { presets: [whole] });
  const over = (content: unknown): Arch => {
    const path = join(folder, 'mine.json');
    writeFileSync(path, JSON.stringify(content));
    return archNamed(path, { presets: [narrow] });
  };
  expect(over({ base: 'zcu102', dram: { ports: { weight: 1 } }, ofmLanes: 8 })).toEqual({
    ...{ ...whole, name: 'mine', ofmLanes: 8 },
    dram: { ...dram, ports: { ...ports, weight: 1 } },
  });
  const none = over({ base: 'zcu102', dram: { ports: null }, ofmLanes: null });
  expect([none.dram.ports, none.ofmLanes, none.dram.name]).toEqual([undefined, undefined, dram.name]);
  expect(over({ base: 'zcu102', dram: { efficiency: 0.5 } }).dram.ports).toEqual(ports);
});

test('a port that is not said, or is none, is told with its place', () => {
  const { dram, ...arch } = presets[0]!;
  const ports = { bytesPerCycle: 16, ifmap: 1, weight: 4 };
  const told = (content: unknown): string => {
    try {
      load(content);
      return '';
    } catch (error) {
      return (error as { at: string }).at;
    }
  };
  expect(told({ ...arch, dram: { ...dram, ports } })).toMatch(/mine\.json, field dram\.ports\.ofmap$/);
  expect(told({ base: 'zcu102', dram: { ports: { ...ports, ifmap: 0 } } })).toMatch(
    /field dram\.ports\.ifmap$/,
  );
  expect(told({ base: 'zcu102', ofmLanes: 0 })).toMatch(/field ofmLanes$/);
});

describe.each<[string, unknown, string]>([
  ['an unknown order of reuse', { base: 'zcu102', reuse: 'psum-first' }, 'the architecture is not right'],
  ['an unknown base', { base: 'zcu999' }, 'unknown base "zcu999"'],
  ['an unknown energy table', { base: 'zcu102', energy: 'coal' }, 'unknown energy table "coal"'],
  ['three banks', { base: 'zcu102', pe: { psumBanks: 3 } }, 'the architecture is not right'],
  ['a clock of zero', { base: 'zcu102', clock: 0 }, 'the architecture is not right'],
  ['a list', [1, 2], 'the architecture is not right'],
  ['a gigantic array', { base: 'zcu102', array: { rows: 1e9 } }, 'the architecture is not right'],
  [
    'too deep psums',
    { base: 'zcu102', pe: { psumDepth: 65_536 } },
    'a tile of 65536 psums on a 32x32 array drains',
  ],
  [
    'too deep weights',
    { base: 'zcu102', pe: { weightDepth: 4096 } },
    'one wave of 4096 taps a PE reads the weight buffer',
  ],
])('%s', (_, content, sentence) => {
  test('is refused in words', () => {
    expect(() => load(content)).toThrow(sentence);
  });
});
