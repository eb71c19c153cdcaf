/** Timeloop problems and ZigZag workloads: what each loop comes to, and what is refused. */
import { describe, expect, test } from 'vitest';
import { convLayers, type Model } from '../model/model.ts';
import { ofmapHeight, ofmapWidth } from '../tensor/conv.ts';
import { importLayers } from './import-layers.ts';

const read = (text: string) => importLayers(new TextEncoder().encode(text), 'net');
const convs = (model: Model) =>
  convLayers(model).map(({ conv }) => ({ ...conv, P: ofmapHeight(conv), Q: ofmapWidth(conv) }));
const notes = (model: Model) => model.receipts.map(({ note }) => note ?? '').join('\n');

/** The conv of the Timeloop exercises (default_problem.yaml), its instance to be filled in. */
const timeloop = (instance: string) => `
problem:
  version: 0.4
  instance: {${instance}}
  shape:
    coefficients:
    - {name: Wstride, default: 1}
    - {name: Hstride, default: 1}
    - {name: Wdilation, default: 1}
    - {name: Hdilation, default: 1}
    data_spaces:
    - {name: Weights, projection: [[[C]], [[M]], [[R]], [[S]]]}
    - name: Inputs
      projection: [[[N]], [[C]], [[R, Wdilation], [P, Wstride]], [[S, Hdilation], [Q, Hstride]]]
    - {name: Outputs, projection: [[[N]], [[M]], [[Q]], [[P]]], read_write: true}
    dimensions: [C, M, R, S, N, P, Q]
    name: conv2D
`;
const conv1 = 'C: 3, M: 32, N: 1, P: 112, Q: 112, R: 3, S: 3, Hstride: 2, Wstride: 2';

describe('Timeloop', () => {
  test('a convolution: the ifmap is what the loops read', () => {
    const model = read(timeloop(`${conv1}, Hpad: 1, densities: {Inputs: 0.5}`));
    expect(convs(model)).toMatchObject([{ C: 3, K: 32, H: 225, W: 225, P: 112, Q: 112, stride: [2, 2] }]);
    expect(notes(model)).toContain('not used: Hpad, densities');
  });

  test('R goes with P and Wstride, S with Q and Hstride', () => {
    const [conv] = convs(
      read(timeloop('C: 2, M: 2, N: 1, P: 5, Q: 7, R: 3, S: 1, Wstride: 2, Hstride: 3, Wdilation: 4')),
    );
    expect(conv).toMatchObject({
      R: 3,
      S: 1,
      P: 5,
      Q: 7,
      stride: [2, 3],
      dilation: [4, 1],
      H: 4 * 2 + 2 * 4 + 1,
    });
  });

  test('the built-in shape, written the old way', () => {
    const [conv] = convs(
      read('problem: {shape: cnn-layer, C: 4, M: 8, N: 1, P: 6, Q: 6, R: 3, S: 3, Wstride: 2}'),
    );
    expect(conv).toMatchObject({ C: 4, K: 8, H: 13, W: 8, stride: [2, 1] });
  });

  test('several images are told, not multiplied', () => {
    const model = read(timeloop(conv1.replace('N: 1', 'N: 4')));
    expect(notes(model)).toContain('--batch 4');
    expect(convs(model)).toEqual(convs(read(timeloop(conv1))));
  });

  test('a matrix product: A holds the M pixels, B the N filters', () => {
    const spaces =
      '[{name: A, projection: [[[M]], [[K]]]}, {name: B, projection: [[[N]], [[K]]]}, {name: Z, projection: [[[M]], [[N]]], read_write: true}]';
    const [conv] = convs(
      read(
        `problem: {instance: {M: 256, N: 1024, K: 512}, shape: {dimensions: [M, N, K], data_spaces: ${spaces}}}`,
      ),
    );
    expect(conv).toMatchObject({ C: 512, K: 1024, H: 1, W: 256, R: 1, S: 1 });
  });

  test('groups are the loops that index all three', () => {
    const spaces =
      '[{name: Weights, projection: [[[G]], [[R]], [[M]]]}, {name: Inputs, projection: [[[G]], [[R], [P]]]}, {name: Outputs, projection: [[[G]], [[M]], [[P]]], read_write: true}]';
    const [conv] = convs(
      read(
        `problem: {instance: {G: 8, R: 3, M: 2, P: 10}, shape: {dimensions: [G, R, M, P], data_spaces: ${spaces}}}`,
      ),
    );
    expect(conv).toMatchObject({ groups: 8, C: 8, K: 16, H: 12, W: 1, R: 3, S: 1 });
  });

  test.each([
    ['a size that is missing', timeloop('C: 3'), 'the size of "M" is missing', 'line 4'],
    ['a size of 0', timeloop(conv1.replace('C: 3', 'C: 0')), 'the size of "C" is 0', 'line 4'],
    [
      'a size that is no number',
      timeloop(conv1.replace('C: 3', 'C: .nan')),
      'the size of "C" is NaN',
      'line 4',
    ],
    [
      'an ifmap beyond memory',
      timeloop(conv1.replace('112, Q: 112', '1000000, Q: 1000000')),
      'H = ',
      'line 4',
    ],
    ['an unknown shape', 'problem: {shape: fancy, C: 1}', 'neither "cnn-layer" nor a map', 'line 1'],
    ['a template', "{{include_text('a.yaml')}}\nproblem: {}", 'is a template', undefined],
    ['a key twice', 'problem: {instance: {C: 1, C: 2}}', 'the key "C" is given twice', 'line 1'],
  ])('%s is refused', (_, text, message, at) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(message), at }),
    );
  });
});

const zigzag = (rest: string) => `- id: 0
  operator_type: Conv
  equation: O[b][k][oy][ox]+=W[k][c][fy][fx]*I[b][c][iy][ix]
  dimension_relations: [ix=2*ox+1*fx, iy=3*oy+2*fy]
  loop_dims: [B, K, C, OY, OX, FY, FX]
  loop_sizes: [1, 64, 3, 10, 112, 5, 7]
  operand_precision: {W: 8, I: 8, O: 16, O_final: 8}
  operand_source: {I: 0, W: 0}
${rest}`;

describe('ZigZag', () => {
  test('a convolution with its strides and dilations', () => {
    const [conv] = convs(read(zigzag('')));
    expect(conv).toMatchObject({ C: 3, K: 64, R: 5, S: 7, P: 10, Q: 112, stride: [3, 2], dilation: [2, 1] });
    expect(conv).toMatchObject({ H: 9 * 3 + 4 * 2 + 1, W: 111 * 2 + 6 + 1, pad: [0, 0, 0, 0] });
  });

  test('padding that is stated is taken off the ifmap', () => {
    const [conv] = convs(read(zigzag('  pr_loop_dims: [IX, IY]\n  padding: [[3, 2], [1, 0]]\n')));
    expect(conv).toMatchObject({ pad: [1, 3, 0, 2], P: 10, Q: 112, W: 229 - 5, H: 36 - 1 });
  });

  test('operands in either order, a matrix product, a depthwise layer', () => {
    const gemm =
      '- {id: 1, operator_type: Gemm, equation: "O[d0][d1]+=I[d0][d2]*W[d2][d1]", loop_dims: [D0, D1, D2], loop_sizes: [128, 64, 32], dimension_relations: []}';
    const depthwise =
      '- {id: 2, operator_type: Conv, equation: "O[b][g][oy][ox]+=W[g][fy][fx]*I[b][g][iy][ix]", dimension_relations: [ix=ox+fx, iy=oy+fy], loop_dims: [B, G, OY, OX, FY, FX], loop_sizes: [1, 16, 8, 8, 3, 3]}';
    expect(convs(read(`${gemm}\n${depthwise}`))).toMatchObject([
      { C: 32, K: 64, W: 128, H: 1 },
      { C: 16, K: 16, groups: 16, R: 3, S: 3, P: 8, Q: 8 },
    ]);
  });

  test('pools and sums are left out, images and wide words told', () => {
    const pool = '- {id: 7, operator_type: MaxPool}';
    const model = read(`${zigzag('').replace('[1, 64', '[4, 64').replace('W: 8', 'W: 4')}${pool}`);
    expect(convs(model)).toHaveLength(1);
    for (const said of ['left out, for they multiply nothing: Layer7', 'Layer0 (4)', 'not 8 bits in Layer0'])
      expect(notes(model)).toContain(said);
  });

  test.each([
    ['an equation of another form', zigzag('').replace('+=', '-='), 'is not of the form O[..]'],
    ['a relation of another form', zigzag('').replace('ix=2*ox+1*fx', 'ix=ox'), 'is not of the form ix='],
    ['more loops than sizes', zigzag('').replace('5, 7]', '5]'), 'loop_dims has 7 entries and loop_sizes 6'],
    ['a loop without a size', zigzag('').replace('[B, K,', '[B, X,'), 'the loop "K" has no size'],
    ['an unknown operator', zigzag('').replace('Conv', 'Rnn'), 'the operator type "Rnn" is not known'],
    [
      'a loop that indexes one operand',
      zigzag('').replace('[k][c][fy]', '[k][fy]'),
      'indexes the ifmap alone',
    ],
    [
      'padding of everything',
      zigzag('  pr_loop_dims: [IX]\n  padding: [[200, 29]]\n'),
      'of which 229 are padding',
    ],
  ])('%s is refused, with its line', (_, text, message) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(message), at: 'line 1' }),
    );
  });

  test('other YAML is refused by what it holds', () => {
    expect(() => read('ERT: {tables: []}')).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('--energy') }),
    );
    expect(() => read('architecture: {}')).toThrow('the file holds architecture');
    expect(() => read('hello')).toThrow('neither a Timeloop problem nor a ZigZag workload');
  });
});
