/** Accelergy tables: components onto actions, widths, what is borrowed and what is refused. */
import { describe, expect, test } from 'vitest';
import { horowitz45nm } from '../arch/energy/index.ts';
import { importErt } from './accelergy.ts';
import { parseEnergyMap } from './energy-map.ts';

const component = (name: string, energies: Readonly<Record<string, number>>) =>
  `    - name: ${name}\n      actions:\n${Object.entries(energies)
    .map(([action, energy]) => `        - {name: ${action}, arguments: {}, energy: ${energy}}\n`)
    .join('')}`;
const ert = (...components: readonly string[]) =>
  `ERT:\n    version: '0.4'\n    tables:\n${components.join('')}`;
const read = (text: string, map?: string) =>
  importErt(new TextEncoder().encode(text), {
    name: 'ert',
    base: horowitz45nm,
    map: map === undefined ? undefined : parseEnergyMap(map),
  });

// timeloop-accelergy-exercises, example_designs/eyeriss_like, timeloop-mapper.ERT.yaml.
const eyerissLike = [
  component('system_top_level.DRAM[1..1]', { leak: 0, write: 512, read: 512, update: 512 }),
  component('system_top_level.shared_glb[1..1]', {
    write: 14.137929,
    read: 18.183829,
    leak: 0.005652,
    update: 14.137929,
  }),
  component('system_top_level.ifmap_spad[1..168]', { write: 0.176713, read: 0.202442 }),
  component('system_top_level.weights_spad[1..168]', { write: 1.881657, read: 1.976602 }),
  component('system_top_level.psum_spad[1..168]', { write: 0.2191, read: 0.2513, update: 0.2191 }),
  component('system_top_level.mac[1..168]', { compute: 0.207692, leak: 0.002374 }),
];

describe('by name', () => {
  const { table, notes } = read(ert(...eyerissLike));

  test('each component stands for its action, at our widths', () => {
    const { mac, weightAccess, psumAccess, bufferBit, dramBit } = table.actions;
    expect(mac).toMatchObject({ picojoules: 0.207692, bits: 8 });
    expect(dramBit).toMatchObject({ picojoules: 512 / 64, bits: 1 });
    expect(bufferBit.picojoules).toBeCloseTo((14.137929 + 18.183829 + 14.137929) / 3 / 64, 12);
    expect(weightAccess.picojoules).toBeCloseTo((1.976602 * 8) / 16, 12);
    expect(psumAccess.picojoules).toBeCloseTo((((0.2191 + 0.2513 + 0.2191) / 3) * 24) / 16, 12);
  });

  test('every entry names its source and what was assumed of it', () => {
    expect(table.actions.dramBit.source).toContain('system_top_level.DRAM[1..1]');
    expect(table.actions.dramBit).toMatchObject({
      quality: 'estimate',
      source: expect.stringContaining('taken to be'),
    });
    // The table has no wires: the base table's, said so.
    expect(table.actions.hop.source).toMatch(/^not in the ERT, so of the table "45nm-horowitz"/);
    expect(notes.join('\n')).toContain('components of the table not used: ifmap_spad');
  });
});

describe('by a map', () => {
  const two = [component('PE.WeightBuffer', { read: 4 }), component('PE.WeightRegs', { read: 1, write: 3 })];

  test('a component, its actions and the width of an access', () => {
    const { table } = read(
      ert(...eyerissLike, ...two),
      'weightAccess=WeightRegs:read+write/8,skip=WeightBuffer,skip=weights_spad',
    );
    expect(table.actions.weightAccess).toMatchObject({ picojoules: 2, bits: 8, quality: 'derived' });
  });

  test('two that could be one thing are refused by name', () => {
    expect(() => read(ert(...eyerissLike, ...two))).toThrow(
      '"weights_spad" and "WeightBuffer" and "WeightRegs" could each stand for weightAccess',
    );
  });

  test('what stands for nothing of ours is refused by name', () => {
    expect(() => read(ert(...eyerissLike, component('top.softmax', { exp: 1 })))).toThrow(
      '"top.softmax" stands for none of our actions',
    );
    const skipped = read(ert(...eyerissLike, component('top.softmax', { exp: 1 })), 'skip=softmax');
    expect(skipped.notes.join('\n')).toContain('softmax');
  });

  test.each([
    ['mac=alu:compute/8', 'no component is named "alu"'],
    ['mac=mac:multiply/8', 'has no action "multiply"'],
    ['mac=mac:compute', 'is not of the form mac='],
    ['mac=mac:compute/0', 'is not of the form mac='],
    ['mul=mac:compute/8', '"mul" is none of our actions'],
    ['mac=mac:compute/8,mac=mac:leak/8', 'mac is given twice'],
  ])('%s is refused', (map, message) => {
    expect(() => read(ert(...eyerissLike), map)).toThrow(message);
  });
});

describe('refused', () => {
  test.each([
    ['no DRAM', ert(...eyerissLike.slice(1)), 'no component of the table stands for dramBit'],
    ['a negative energy', ert(component('mac', { compute: -1 })), 'a number of picojoules'],
    ['an energy that is no number', ert(component('mac', { compute: Number.NaN })), 'a number of picojoules'],
    ['no actions', 'ERT: {tables: [{name: mac}]}', 'the actions of "mac" is missing'],
    ['another file', 'problem: {}', '"ERT" is missing'],
  ])('%s', (_, text, message) => {
    expect(() => read(text)).toThrow(message);
  });
});
