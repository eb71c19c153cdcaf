/** What an ONNX file may not be, said in a sentence that the user can act on. */
import { describe, expect, test } from 'vitest';
import { attribute } from '../../src/onnx/write/proto.ts';
import {
  changed,
  complaintAt,
  complaintOf,
  conv,
  convolved,
  image,
  model,
  plain,
  relu,
  weight,
} from './complaints.ts';
import { floatTensor, int64Tensor, type SmallGraph, smallFile } from './small-graph.ts';

describe('a file that is no model', () => {
  test('empty', () => expect(complaintAt(new Uint8Array())).toContain('the file is empty'));
  test('text', () =>
    expect(complaintAt(new TextEncoder().encode('<html>not found</html>'))).toContain(
      'not a readable ONNX file',
    ));
  test('truncated', () =>
    expect(complaintAt(smallFile(convolved).subarray(0, 150))).toMatch(
      /not a readable ONNX file.*truncated/,
    ));
  test('no nodes', () =>
    expect(complaintOf({ ...plain, nodes: [] })).toContain('the file holds no ONNX graph'));
  test('an opset too old', () =>
    expect(complaintOf({ ...plain, opset: 6 })).toMatch(/opset 6; 7 is the oldest/));
  test('no opset', () => {
    const file = changed(plain, (proto) => proto.opsetImport.splice(0));
    expect(complaintAt(file)).toContain('names no ONNX operator set');
  });
});

describe('a graph that is none', () => {
  test('a cycle', () => {
    const nodes = [
      { op: 'Add', name: 'first', inputs: ['x', 'b'], outputs: ['a'] },
      { op: 'Relu', name: 'second', inputs: ['a'], outputs: ['b'] },
    ];
    expect(complaintOf({ ...plain, nodes, outputs: ['b'] })).toBe(
      'the graph has a cycle: a <- b <- a | node "first"',
    );
  });
  test('a reader before its maker', () => {
    const nodes = [
      { op: 'Relu', inputs: ['b'], outputs: ['y'] },
      { op: 'Relu', inputs: ['x'], outputs: ['b'] },
    ];
    expect(complaintOf({ ...plain, nodes })).toMatch(
      /reads "b", which a later node makes \| the node making "y"/,
    );
  });
  test('two makers of one value', () =>
    expect(complaintOf({ ...plain, nodes: [relu, relu] })).toContain('two values are named "y"'));
  test('a maker of an input', () =>
    expect(complaintOf({ ...plain, nodes: [relu, { ...relu, outputs: ['x'] }] })).toContain(
      'two values are named "x"',
    ));
  test('a value from nowhere', () =>
    expect(complaintOf({ ...plain, nodes: [{ ...relu, inputs: ['z'] }] })).toContain(
      'no input of the graph reaches',
    ));
  test('one operand from nowhere', () =>
    expect(complaintOf({ ...plain, nodes: [{ op: 'Add', inputs: ['x', 'z'], outputs: ['y'] }] })).toContain(
      'it reads "z", which nothing in the file makes | the node making "y" (Add)',
    ));
  test('an output from nowhere', () =>
    expect(complaintOf({ ...plain, outputs: ['y', 'z'] })).toContain(
      'the graph\'s output "z" is made by no node',
    ));
  test('nodes that nothing needs are not looked at', () =>
    expect(
      model({ ...plain, nodes: [relu, { op: 'Einsum', inputs: ['y'], outputs: ['unused'] }] }).layers.length,
    ).toBe(1));
  test('names that mean something to JavaScript are names', () => {
    const nodes = [
      { op: 'Relu', name: 'constructor', inputs: ['__proto__'], outputs: ['hasOwnProperty'] },
      { op: 'Sigmoid', inputs: ['hasOwnProperty'], outputs: ['toString'] },
    ];
    const made = model({ inputs: [{ ...image, name: '__proto__' }], nodes, outputs: ['toString'] });
    expect(made.layers.map(({ name, inputs }) => [name, ...inputs])).toEqual([
      ['hasOwnProperty', '__proto__'],
      ['toString', 'hasOwnProperty'],
    ]);
  });
});

describe('an operator that cannot be run', () => {
  test('unknown: the node, the operator, what to do', () =>
    expect(complaintOf({ ...plain, nodes: [{ ...relu, op: 'Einsum' }] })).toMatch(
      /^the operator Einsum is not known \| node "act" \(Einsum\) \| simplify the model .*cut the graph before this node/,
    ));
  test('of another domain', () =>
    expect(complaintOf({ ...plain, nodes: [{ ...relu, domain: 'org.example' }] })).toContain(
      'the operator org.example:Relu is not known',
    ));
  test('control flow', () => {
    const file = changed({ ...plain, nodes: [{ ...relu, op: 'If' }] }, ({ graph }) => {
      const branch = attribute('then_branch', 1);
      graph!.node[0]!.attribute.push({ ...branch, type: 5, g: { ...graph!, node: [] } });
    });
    expect(complaintAt(file)).toMatch(/the operator If chooses what runs at run time.*unrolled or traced/);
  });
  test('transposed convolution', () =>
    expect(complaintOf({ ...convolved, nodes: [{ ...conv, op: 'ConvTranspose' }] })).toMatch(
      /transposed convolution cannot be run \| node "c" \(ConvTranspose\)/,
    ));
  test.each([
    ['1-D', [2, 1, 3], ['N', 1, 4], /a 1-D convolution .* unsqueeze the data to height 1/],
    ['3-D', [2, 1, 1, 3, 3], ['N', 1, 4, 4, 4], /a 3-D convolution .* only 2-D ones can be run/],
  ])('%s convolution', (_, shape, ifmap, sentence) => {
    const constants = new Map([
      [
        'w',
        {
          shape,
          data: weight.data.slice(
            0,
            shape.reduce((a, b) => a * b),
          ),
        },
      ],
    ]);
    expect(complaintOf({ ...convolved, inputs: [{ name: 'x', shape: ifmap }], constants })).toMatch(sentence);
  });
  test('a product of two computed values', () =>
    expect(complaintOf({ ...plain, nodes: [{ op: 'Mul', inputs: ['x', 'x'], outputs: ['y'] }] })).toContain(
      'it multiplies two computed values',
    ));
  test('a weight that is computed', () => {
    const inputs = [image, { name: 'w', shape: [2, 1, 3, 3] }];
    expect(complaintOf({ ...plain, inputs, nodes: [conv] })).toContain(
      '"w", must be a constant but is computed',
    );
  });
  test('normalisation by the batch', () => {
    const one = floatTensor([1], 1);
    const constants = new Map(['s', 'b', 'm', 'v'].map((name) => [name, one]));
    const node = {
      op: 'BatchNormalization',
      inputs: ['x', 's', 'b', 'm', 'v'],
      outputs: ['y'],
      attributes: { training_mode: 1 },
    };
    expect(complaintOf({ ...plain, opset: 14, constants, nodes: [node] })).toContain(
      'it normalises by the batch',
    );
  });
});

describe('numbers that are none', () => {
  test.each([Number.NaN, Number.POSITIVE_INFINITY])('a weight of %s names its initializer', (bad) => {
    const data = weight.data.slice();
    data[7] = bad;
    expect(complaintOf({ ...convolved, constants: new Map([['w', { ...weight, data }]]) })).toContain(
      `"w" holds ${bad} at element 7: a network cannot run with it | node "c" (Conv)`,
    );
  });
  test('a negative variance', () => {
    const constants = new Map(
      ['s', 'b', 'm', 'v'].map((name) => [name, floatTensor([1], name === 'v' ? -1 : 1)]),
    );
    const node = { op: 'BatchNormalization', inputs: ['x', 's', 'b', 'm', 'v'], outputs: ['y'] };
    expect(complaintOf({ ...plain, constants, nodes: [node] })).toContain(
      'the variance -1 in "v" at channel 0',
    );
  });
  test('raw bytes of another length', () => {
    const file = changed(convolved, ({ graph }) => {
      graph!.initializer[0]!.rawData = graph!.initializer[0]!.rawData.subarray(4);
    });
    expect(complaintAt(file)).toContain(
      'it needs 72 bytes for 18 elements of float, the file holds 68 | initializer "w"',
    );
  });
  test('a type that is not read', () => {
    const file = changed(convolved, ({ graph }) => {
      graph!.initializer[0]!.dataType = 14;
    });
    expect(complaintAt(file)).toContain('tensors of ONNX type complex64 cannot be read');
  });
});

describe('sizes that are absurd', () => {
  const asks = (op: string, ...constants: [string, ReturnType<typeof int64Tensor>][]): SmallGraph => ({
    ...plain,
    constants: new Map(constants),
    nodes: [
      { op, inputs: constants.map(([name]) => name), outputs: ['c'] },
      { op: 'Cast', inputs: ['c'], outputs: ['f'], attributes: { to: 1 } },
      { op: 'Add', inputs: ['x', 'f'], outputs: ['y'] },
    ],
  });
  const scalar = (n: number) => ({ shape: [], data: Float64Array.of(n) });
  test.each([
    [
      'a constant of 2^40 elements',
      asks('ConstantOfShape', ['s', int64Tensor(2 ** 20, 2 ** 20)]),
      /more than 268435456/,
    ],
    [
      'a constant of 2^24 elements',
      asks('ConstantOfShape', ['s', int64Tensor(2 ** 24)]),
      /takes more memory/,
    ],
    ['a negative dimension', asks('ConstantOfShape', ['s', int64Tensor(-4)]), /whole numbers from 0 up/],
    [
      'a range without end',
      asks('Range', ['a', scalar(0)], ['b', scalar(1)], ['c0', scalar(0)]),
      /has no end/,
    ],
    [
      'a range too long',
      asks('Range', ['a', scalar(0)], ['b', scalar(2 ** 40)], ['c0', scalar(1)]),
      /more than 268435456/,
    ],
    [
      'an expansion',
      asks('Expand', ['a', int64Tensor(1)], ['s', int64Tensor(2 ** 14, 2 ** 13)]),
      /takes more memory/,
    ],
    [
      'a shape of many dimensions',
      asks('ConstantOfShape', ['s', int64Tensor(...new Array(9).fill(1))]),
      /has 9 dimensions/,
    ],
  ])('%s', (_, graph, sentence) => expect(complaintOf(graph)).toMatch(sentence));

  test('an input', () =>
    expect(complaintOf({ ...plain, inputs: [{ name: 'x', shape: [1, 2 ** 20, 2 ** 20, 2 ** 20] }] })).toMatch(
      /input "x" has shape .* more than/,
    ));
  test('padding', () => {
    const constants = new Map([['p', int64Tensor(0, 0, 0, 0, 0, 0, 2 ** 30, 2 ** 30)]]);
    expect(
      complaintOf({ ...plain, constants, nodes: [{ op: 'Pad', inputs: ['x', 'p'], outputs: ['y'] }] }),
    ).toMatch(/more than 268435456/);
  });
  test('an initializer whose dimensions overflow', () => {
    const file = changed(convolved, ({ graph }) => {
      graph!.initializer[0]!.dims = [2n ** 33n, 2n ** 33n, 2n ** 33n];
    });
    expect(complaintAt(file)).toContain('more than 268435456 elements');
  });
});
