/** Paths across modules: by hand, against the same cells in one module, and one made on purpose. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, expect, test } from 'vitest';
import { missing } from '../tool.ts';
import { CONGESTED, CORNERS, OPEN } from './delays.ts';
import type { MappedCell, MappedModule, Netlist, Port } from './netlist.ts';
import { MACHINE_SOURCES } from './sources.ts';
import { crossingsOf } from './synth.ts';
import { joinedPaths, longestPath } from './timing.ts';
import { mapDesign } from './yosys.ts';

const ports = (wires: Record<string, number>): readonly Port[] =>
  Object.entries(wires).map(([name, wire]) => [name, [wire]]);
const cell = (type: string, inputs: Record<string, number>, outputs: Record<string, number>): MappedCell => ({
  type,
  inputs: ports(inputs),
  outputs: ports(outputs),
});
const module = (
  name: string,
  [inputs, outputs]: readonly [Record<string, number>, Record<string, number>],
  cells: readonly MappedCell[],
): MappedModule => ({ name, cells, inputs: ports(inputs), outputs: ports(outputs), wires: new Map() });
const design = (...modules: readonly MappedModule[]): Netlist => ({
  top: modules[0]!.name,
  modules: new Map(modules.map((each) => [each.name, each])),
});

// first: a register and a LUT ─▶ second: a LUT ─▶ first: a LUT and a register
const first = module(
  'first',
  [{ back: 3 }, { out: 2 }],
  [cell('FDRE', { D: 4 }, { Q: 1 }), cell('LUT1', { I0: 1 }, { O: 2 }), cell('LUT1', { I0: 3 }, { O: 4 })],
);
const second = module('second', [{ in: 1 }, { out: 2 }], [cell('LUT1', { I0: 1 }, { O: 2 })]);
const around = (modules: readonly MappedModule[]): Netlist =>
  design(
    module('top', [{}, {}], [cell('first', { back: 2 }, { out: 1 }), cell('second', { in: 1 }, { out: 2 })]),
    ...modules,
  );

test('a path through another module and back is one path, its wires counted once', () => {
  const [path] = joinedPaths(around([first, second]), OPEN);
  expect(path).toMatchObject({
    picoseconds: 303 + 3 * (300 + 127) + 300,
    levels: 3,
    modules: ['first', 'second', 'first'],
    path: ['FDRE', 'LUT1', 'LUT1', 'LUT1', 'FDRE.D of FDRE'],
  });
  // Alone, the modules know of none of it.
  expect(longestPath(first, OPEN).picoseconds).toBe(303 + 300 + 127 + 300);
});

test('a register between ends it', () => {
  const held = module('second', [{ in: 1 }, { out: 2 }], [cell('FDRE', { D: 1 }, { Q: 2 })]);
  expect(joinedPaths(around([first, held]), OPEN)[0]!.picoseconds).toBe(303 + 300 + 127 + 300);
});

test('a loop without a register is found across modules', () => {
  const looped = module(
    'first',
    [{ back: 3 }, { out: 2 }],
    [cell('LUT1', { I0: 3 }, { O: 2 }), cell('FDRE', { D: 3 }, { Q: 4 })],
  );
  expect(() => joinedPaths(around([looped, second]), OPEN)).toThrow('a loop without a register');
});

const skipped = missing('yosys');
const folder = mkdtempSync(`${tmpdir()}/sense-paths-`);
afterAll(() => rmSync(folder, { recursive: true }));

test.skipIf(skipped)(
  `joined modules take as long as the same cells in one ${skipped ?? ''}`,
  async () => {
    const task = { top: 'ifm_load', sources: MACHINE_SOURCES };
    const [joined, flat] = [await mapDesign(task), await mapDesign({ ...task, flatten: 'after' })];
    expect(joined.modules.size).toBeGreaterThan(3);
    expect(flat.modules.size).toBe(1);
    for (const corner of CORNERS) {
      const { picoseconds } = longestPath(flat.modules.get(flat.top)!, corner);
      expect(joinedPaths(joined, corner)[0]!.picoseconds).toBe(picoseconds);
    }
  },
  300_000,
);

test.skipIf(skipped)(
  `a slow ready through two modules, made on purpose, comes first ${skipped ?? ''}`,
  async () => {
    writeFileSync(
      `${folder}/joint.sv`,
      `module joint (input logic clk, input logic [31:0] a, output logic q);
       logic [31:0] offered;
       logic ready, fast;
       taker taker (.clk, .offered, .ready);
       giver giver (.clk, .a, .ready, .offered, .fast);
       always_ff @(posedge clk) q <= fast;
     endmodule
     module taker (input logic clk, input logic [31:0] offered, output logic ready);
       logic [31:0] limit;
       always_ff @(posedge clk) limit <= offered;
       assign ready = offered + limit < 32'd77;  // an adder and a comparison, not held
     endmodule
     module giver (input logic clk, input logic [31:0] a, input logic ready, output logic [31:0] offered, output logic fast);
       always_ff @(posedge clk) begin
         if (ready) offered <= a;
         fast <= a[0];
       end
     endmodule
     `,
    );
    const netlist = await mapDesign({ top: 'joint', sources: [`${folder}/joint.sv`] });
    const [slowest] = crossingsOf(netlist);
    expect(slowest).toMatchObject({ name: 'giver > taker > giver' });
    expect(slowest!.path.at(-1)).toContain('FDRE.CE of offered');
    // No module alone is that slow.
    const alone = [...netlist.modules.values()].map((each) => longestPath(each, CONGESTED).megahertz);
    expect(slowest!.congestedMHz).toBeLessThan(Math.min(...alone));
  },
  180_000,
);
