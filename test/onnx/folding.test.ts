/** Constants that are folded while importing have the numbers ONNX Runtime computes. */
import { describe, expect, test } from 'vitest';
import { importOnnx } from '../../src/onnx/import.ts';
import { distance } from './close.ts';
import { foldingCases } from './folding-cases.ts';
import { ours } from './ours.ts';
import { answers, noOrt, ort } from './runtime.ts';
import { floatTensor, int64Tensor, smallFile } from './small-graph.ts';

const x = floatTensor([1, 2], 10, 20);
const FLOAT = 1;
const BOOL = 9;

describe.skipIf(!ort)(`constants against ONNX Runtime${noOrt}`, () => {
  test.each(foldingCases)('$name', async ({ op, opset = 13, constants, attributes = {} }) => {
    const inputs = constants.map((_, i) => `c${i}`);
    const where = op === 'Where' ? ['yes', ...inputs.slice(1)] : inputs;
    const file = smallFile({
      opset,
      inputs: [{ name: 'x', shape: [1, 2] }],
      constants: new Map(constants.map((constant, i) => [`c${i}`, constant])),
      nodes: [
        { op: 'Cast', inputs: ['c0'], outputs: ['yes'], attributes: { to: BOOL } },
        { op, inputs: where, outputs: ['folded'], attributes },
        { op: 'Cast', inputs: ['folded'], outputs: ['number'], attributes: { to: FLOAT } },
        { op: 'Relu', inputs: ['x'], outputs: ['y'] },
      ].slice(op === 'Where' ? 0 : 1),
      outputs: ['number', 'y'],
    });
    const feeds = new Map([['x', x]]);
    const [wanted] = await answers(file, feeds);
    const [got] = ours(file, feeds);
    expect(got!.shape).toEqual(wanted!.shape);
    expect(distance(got!, wanted!)).toBe(0);
  });
});

test("PyTorch's x.view(x.size(0), -1) folds to one reshape", () => {
  const model = importOnnx(
    smallFile({
      inputs: [{ name: 'x', shape: ['N', 4, 3, 3] }],
      constants: new Map([
        ['zero', { shape: [], data: Float64Array.of(0) }],
        ['axis', int64Tensor(0)],
        ['rest', int64Tensor(-1)],
      ]),
      nodes: [
        { op: 'Shape', inputs: ['x'], outputs: ['shape'] },
        { op: 'Gather', inputs: ['shape', 'zero'], outputs: ['batch'] },
        { op: 'Unsqueeze', inputs: ['batch', 'axis'], outputs: ['list'] },
        { op: 'Concat', inputs: ['list', 'rest'], outputs: ['target'], attributes: { axis: 0 } },
        { op: 'Reshape', inputs: ['x', 'target'], outputs: ['y'] },
      ],
      outputs: ['y'],
    }),
    { name: 'view' },
  );
  expect(model.layers).toEqual([{ op: 'reshape', name: 'y', inputs: ['x'], shape: [1, 36] }]);
});
