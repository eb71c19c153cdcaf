/** Files of other tools, made of anything or damaged: read, or refused in a sentence; never a crash, never a stall. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { horowitz45nm } from '../src/arch/energy/index.ts';
import { UserError } from '../src/errors.ts';
import { importErt } from '../src/peers/accelergy.ts';
import { importLayers } from '../src/peers/import-layers.ts';
import { importTopology } from '../src/peers/scale-sim.ts';
import { readScaleSimConfig } from '../src/peers/scale-sim-config.ts';

const seeds = {
  topology: 'Layer,H,W,R,S,C,K,Strides,\nc1, 224, 224, 7, 7, 3, 64, 2,\nDPx, 9, 9, 3, 3, 8, 1, 1, 2:4,\n',
  gemm: 'Layer,M,N,K,\nq,196,192,1024,2:4,\n',
  config:
    '[general]\nrun_name = x\n[architecture_presets]\nArrayHeight: 32\nArrayWidth: 32\nIfmapSramSzkB: 64\nFilterSramSzkB: 64\nOfmapSramSzkB: 64\nDataflow : ws\nBandwidth : 10\n[run_presets]\nInterfaceBandwidth: USER\n',
  timeloop:
    'problem:\n  shape: cnn-layer\n  instance: {C: 3, M: 8, N: 1, P: 5, Q: 5, R: 3, S: 3, Wstride: 2}\n',
  einsum:
    'problem: {instance: {M: 4, N: 5, K: 6}, shape: {dimensions: [M, N, K], data_spaces: [{name: A, projection: [[[M]], [[K]]]}, {name: B, projection: [[[N]], [[K]]]}, {name: Z, projection: [[[M]], [[N]]], read_write: true}]}}\n',
  zigzag:
    '# a workload of one layer, as the validator of ZigZag wants it, and a remark that nothing depends on\n- id: 0\n  name: first of all\n  operator_type: Conv\n  equation: O[b][k][oy][ox]+=W[k][c][fy][fx]*I[b][c][iy][ix]\n  dimension_relations: [ix=2*ox+1*fx, iy=1*oy+1*fy]\n  loop_dims: [B, K, C, OY, OX, FY, FX]\n  loop_sizes: [1, 8, 3, 6, 6, 3, 3]\n  pr_loop_dims: [IX, IY]\n  padding: [[1, 1], [0, 1]]\n  operand_source: {I: 0, W: 0}\n',
  ert: 'ERT:\n  tables:\n  - name: a.mac[1..2]\n    actions: [{name: compute, energy: 1}]\n  - name: a.dram\n    actions: [{name: read, energy: 9}]\n  - name: a.glb\n    actions: [{name: read, energy: 2.5}]\n',
};
const readers: Readonly<Record<keyof typeof seeds, (bytes: Uint8Array) => unknown>> = {
  topology: (bytes) => importTopology(bytes, 'x'),
  gemm: (bytes) => importTopology(bytes, 'x'),
  config: (bytes) => readScaleSimConfig(bytes, 'x'),
  timeloop: (bytes) => importLayers(bytes, 'x'),
  einsum: (bytes) => importLayers(bytes, 'x'),
  zigzag: (bytes) => importLayers(bytes, 'x'),
  ert: (bytes) => importErt(bytes, { name: 'x', base: horowitz45nm }),
};

/** Texts that break readers: signs of the formats, numbers at the edges, names of prototypes, YAML's own traps. */
const trouble = fc.constantFrom(
  ...[
    '',
    '0',
    '-1',
    '1e999',
    '9007199254740993',
    '4294967296',
    '.nan',
    '.inf',
    'null',
    '~',
    'true',
    '[',
    ']',
    '{',
    '}',
  ],
  ...[
    ',',
    ':',
    '::',
    '=',
    '\n',
    '\r',
    '\t',
    '  ',
    '"',
    "'",
    '#',
    '&a ',
    '*a',
    '<<: *a',
    '!!binary ',
    '---\n',
    '|\n',
    '%',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '[[[[',
    '- - - ',
    '? ',
    '\u0000',
    '\u202e',
    '\ufeff',
    '*',
  ],
  ...['problem', 'ERT', 'C', 'k', 'ix=ox+ox', '[oy]', '1000000', '65536', 'DP', 'cnn-layer'],
);

const damaged = (text: string) =>
  fc
    .array(
      fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        drop: fc.oneof(fc.constant(0), fc.nat({ max: 12 })),
        put: trouble,
      }),
      {
        minLength: 1,
        maxLength: 4,
      },
    )
    .map((edits) =>
      edits.reduce((now, { at, drop, put }) => {
        const i = Math.floor(at * now.length);
        return now.slice(0, i) + put + now.slice(i + drop);
      }, text),
    );

const within = (work: () => unknown): 'read' | 'refused' => {
  const start = performance.now();
  try {
    work();
    return 'read';
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(error.message).not.toMatch(/[\p{Cc}\u202e]/u);
    return 'refused';
  } finally {
    expect(performance.now() - start).toBeLessThan(5_000);
  }
};

test.each(Object.keys(seeds) as (keyof typeof seeds)[])('%s, as it is and damaged', (kind) => {
  const encoder = new TextEncoder();
  expect(within(() => readers[kind](encoder.encode(seeds[kind])))).toBe('read');
  const seen = { read: 0, refused: 0 };
  fc.assert(
    fc.property(damaged(seeds[kind]), (text) => {
      seen[within(() => readers[kind](encoder.encode(text)))]++;
    }),
    { numRuns: 600 },
  );
  expect(seen.refused).toBeGreaterThan(0);
  expect(seen.read).toBeGreaterThan(0);
});

test("a parser's words do not carry a file's control characters on", () => {
  expect(within(() => readers.timeloop(Uint8Array.of(62, 0)))).toBe('refused');
});

test('any bytes at all', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 400 }),
      fc.constantFrom(...Object.values(readers)),
      (bytes, read) => {
        within(() => read(bytes));
      },
    ),
    { numRuns: 600 },
  );
});

test.each([
  ['brackets', '['.repeat(200_000)],
  ['dashes', '- '.repeat(100_000)],
  ['quotes', '"'.repeat(100_000)],
  ['keys', Array.from({ length: 12_000 }, (_, i) => `k${i}: 1`).join('\n')],
  [
    'aliases of aliases',
    `a: &a [1,1,1,1,1,1,1,1]\n${[...'bcdefgh'].map((c, i) => `${c}: &${c} [${`*${'abcdefg'[i]},`.repeat(8)}]`).join('\n')}`,
  ],
  ['a list within itself', 'problem: &a [*a]'],
])('%s do not hold YAML up', (_, text) => {
  expect(within(() => importLayers(new TextEncoder().encode(text), 'x'))).toBe('refused');
});

test('a long table is read in a moment, and one that is too long refused', () => {
  const rows = (n: number) => new TextEncoder().encode(`L,M,N,K,\n${'a,8,8,8,\n'.repeat(n)}`);
  expect(within(() => importTopology(rows(10_000), 'x'))).toBe('read');
  expect(within(() => importTopology(rows(10_001), 'x'))).toBe('refused');
});
