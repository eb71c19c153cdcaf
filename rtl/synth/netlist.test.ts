import { describe, expect, test } from 'vitest';
import { countDesign, countOwn, instances } from './count.ts';
import { CONGESTED, OPEN } from './delays.ts';
import { parseNetlist, plainName } from './netlist.ts';
import { longestPath } from './timing.ts';

const cell = (type: string, ways: Record<string, string>, connections: Record<string, unknown>) => ({
  type,
  port_directions: ways,
  connections,
});
const ff = (d: number, q: number, r: number | '0' = '0') =>
  cell(
    'FDRE',
    { C: 'input', CE: 'input', D: 'input', R: 'input', Q: 'output' },
    { C: [1], CE: ['1'], D: [d], R: [r], Q: [q] },
  );
const lut2 = (a: number, b: number, o: number) =>
  cell('LUT2', { I0: 'input', I1: 'input', O: 'output' }, { I0: [a], I1: [b], O: [o] });
const inv = (i: number, o: number) => cell('INV', { I: 'input', O: 'output' }, { I: [i], O: [o] });

const netlist = (cells: Record<string, unknown>, others: Record<string, unknown> = {}): string =>
  JSON.stringify({
    modules: {
      LUT2: { attributes: { blackbox: '1' }, cells: {} },
      core: {
        attributes: { top: '00000000000000000000000000000001' },
        ports: {
          clk: { direction: 'input', bits: [1] },
          a: { direction: 'input', bits: [2] },
          q: { direction: 'output', bits: [9] },
        },
        cells,
        netnames: { sum: { hide_name: 0, bits: [9, 8] } },
      },
      ...others,
    },
  });

describe('a netlist', () => {
  test('keeps our modules and drops the boxes of vendor cells', () => {
    const { top, modules } = parseNetlist(netlist({ f: ff(2, 9) }));
    expect(top).toBe('core');
    expect([...modules.keys()]).toEqual(['core']);
    expect(modules.get('core')!.wires.get(8)).toBe('sum[1]');
  });

  test('that is none is refused', () => {
    expect(() => parseNetlist('{}')).toThrow('not a netlist of Yosys');
    expect(() => parseNetlist('{"modules":{}}')).toThrow('no top module');
  });

  test('names a module by its source, without its parameters', () => {
    expect(plainName('$paramod$ff34f82b\\pe')).toBe('pe');
    expect(plainName('$paramod\\pe\\ROWS=s32')).toBe('pe');
    expect(plainName('\\pe')).toBe('pe');
  });
});

describe('the count', () => {
  test('multiplies what is in a module by how often it stands', () => {
    const half = { attributes: {}, cells: { l: lut2(2, 3, 4), f: ff(4, 5) } };
    const design = parseNetlist(
      netlist({ x: cell('half', {}, {}), y: cell('half', {}, {}), f: ff(2, 9) }, { half }),
    );
    expect(instances(design)).toEqual(
      new Map([
        ['core', 1],
        ['half', 2],
      ]),
    );
    expect(countOwn(design, 'core')).toMatchObject({ lut: 0, ff: 1 });
    expect(countDesign(design)).toMatchObject({ lut: 2, ff: 3, lutram: 0 });
  });

  test('takes memories as LUTs too, and two halves of a block RAM as one', () => {
    const cells = {
      m: cell('RAM64M8', {}, {}),
      s: cell('SRL16E', {}, {}),
      b: cell('RAMB18E2', {}, {}),
      d: cell('RAMB18E2', {}, {}),
    };
    expect(countDesign(parseNetlist(netlist(cells)))).toMatchObject({ lut: 9, lutram: 9, bram36: 1 });
  });

  test('takes an inverted wire once, and not at all where a register inverts its reset itself', () => {
    const into = { a: inv(2, 5), b: inv(2, 6), x: lut2(5, 3, 7), y: lut2(6, 3, 8) };
    expect(countDesign(parseNetlist(netlist(into))).lut).toBe(3);
    expect(countDesign(parseNetlist(netlist({ a: inv(2, 5), f: ff(3, 9, 5) }))).lut).toBe(0);
  });

  test('stops at a cell it has no rule for', () => {
    expect(() => countDesign(parseNetlist(netlist({ u: cell('URAM288', {}, {}) })))).toThrow(
      'no counting rule for the cell URAM288',
    );
  });
});

describe('the longest path', () => {
  const core = (cells: Record<string, unknown>) => parseNetlist(netlist(cells)).modules.get('core')!;

  test('runs from register to register through the slowest inputs', () => {
    // 303 out of the register, a wire, 238 through I0 of a LUT2, a wire, no setup
    const path = longestPath(core({ f: ff(2, 3), l: lut2(3, 3, 4), g: ff(4, 9) }), OPEN);
    expect(path).toMatchObject({ picoseconds: 303 + 300 + 238 + 300, levels: 1, modules: ['core'] });
    expect(path.path).toEqual(['FDRE', 'LUT2', 'FDRE.D of sum[0]']);
  });

  test('is longer where wires are', () => {
    const module = core({ f: ff(2, 3), l: lut2(3, 3, 4), g: ff(4, 9) });
    expect(longestPath(module, CONGESTED).picoseconds).toBe(longestPath(module, OPEN).picoseconds + 600);
  });

  test('runs along a carry chain without wires', () => {
    const carry = (ci: number | '0', s: number, co: number, o: number) =>
      cell(
        'CARRY4',
        { CI: 'input', S: 'input', CO: 'output', O: 'output' },
        { CI: [ci], S: [s, '0', '0', '0'], CO: ['x', 'x', 'x', co], O: [o, 'x', 'x', 'x'] },
      );
    const path = longestPath(
      core({ f: ff(2, 3), a: carry('0', 3, 4, 5), b: carry(4, 3, 6, 7), g: ff(7, 9) }),
      OPEN,
    );
    expect(path.picoseconds).toBe(303 + 508 + 222 + 300); // S[0] to CO[3], CI to O[0]
    expect(path.levels).toBe(1);
  });

  test('ends and starts anew at a multiplier with its registers inside', () => {
    const dsp = (preg: string) => ({
      ...cell('DSP48E2', { CLK: 'input', C: 'input', P: 'output' }, { CLK: [1], C: [3], P: [4] }),
      parameters: { PREG: preg },
    });
    const around = (preg: string) => core({ f: ff(2, 3), d: dsp(preg), g: ff(4, 9) });
    // 303 out of the register, a wire, 1244 before the sum's register
    expect(longestPath(around('00000000000000000000000000000001'), OPEN).picoseconds).toBe(303 + 300 + 1244);
    // from C to P nothing is known of a slice without registers, which our designs never use
    expect(longestPath(around('00000000000000000000000000000000'), OPEN).picoseconds).toBe(303 + 300);
  });

  test('refuses a loop without a register', () => {
    expect(() => longestPath(core({ l: lut2(2, 4, 3), m: lut2(3, 2, 4), g: ff(4, 9) }), OPEN)).toThrow(
      'a loop',
    );
  });
});
