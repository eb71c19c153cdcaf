/** Operators over constants alone, as in the shape arithmetic that exporters write. */
import { tensorProto } from '../../src/onnx/write/proto.ts';
import type { Tensor, TensorData } from '../../src/tensor/tensor.ts';
import { floatTensor, int64Tensor, type SmallNode } from './small-graph.ts';

export interface FoldingCase {
  readonly name: string;
  readonly op: string;
  readonly opset?: number;
  readonly constants: readonly Tensor<TensorData>[];
  readonly attributes?: NonNullable<SmallNode['attributes']>;
}

const scalar = (n: number): Tensor<TensorData> => ({ shape: [], data: Float64Array.of(n) });
const six = floatTensor([2, 3], 1.5, -2.5, 3.25, 0, -7, 11);
const sixWhole: Tensor<TensorData> = { shape: [2, 3], data: Float64Array.of(1, -2, 3, 4, -5, 6) };
const yesNo: Tensor<TensorData> = { shape: [3], data: Float64Array.of(1, 0, 1) };

export const foldingCases: readonly FoldingCase[] = [
  { name: 'Shape', op: 'Shape', constants: [six] },
  { name: 'Shape 15 with start', op: 'Shape', opset: 15, constants: [six], attributes: { start: 1 } },
  {
    name: 'Shape 15 with negative ends',
    op: 'Shape',
    opset: 15,
    constants: [six],
    attributes: { start: -2, end: -1 },
  },
  { name: 'Size', op: 'Size', constants: [six] },
  { name: 'Gather rows', op: 'Gather', constants: [six, int64Tensor(1, 0, -1)] },
  { name: 'Gather columns', op: 'Gather', constants: [six, int64Tensor(2, 0)], attributes: { axis: 1 } },
  { name: 'Gather one', op: 'Gather', constants: [sixWhole, scalar(1)], attributes: { axis: -1 } },
  { name: 'Cast to int64 truncates', op: 'Cast', constants: [six], attributes: { to: 7 } },
  { name: 'Cast to bool', op: 'Cast', constants: [six], attributes: { to: 9 } },
  { name: 'Concat', op: 'Concat', constants: [six, six], attributes: { axis: 1 } },
  {
    name: 'Concat of shapes',
    op: 'Concat',
    constants: [int64Tensor(1), int64Tensor(-1, 4)],
    attributes: { axis: 0 },
  },
  { name: 'Unsqueeze', op: 'Unsqueeze', constants: [six, int64Tensor(0)] },
  { name: 'Squeeze', op: 'Squeeze', constants: [floatTensor([1, 2], 3, 4), int64Tensor(0)] },
  { name: 'Reshape', op: 'Reshape', constants: [six, int64Tensor(3, -1)] },
  { name: 'Flatten', op: 'Flatten', constants: [six], attributes: { axis: 0 } },
  { name: 'Transpose', op: 'Transpose', constants: [six] },
  {
    name: 'Slice',
    op: 'Slice',
    constants: [six, int64Tensor(-1), int64Tensor(-100), int64Tensor(1), int64Tensor(-2)],
  },
  { name: 'Floor', op: 'Floor', constants: [six] },
  { name: 'Ceil', op: 'Ceil', constants: [six] },
  { name: 'Neg', op: 'Neg', constants: [six] },
  { name: 'Sqrt', op: 'Sqrt', constants: [floatTensor([3], 0, 2, 9)] },
  { name: 'Range of whole numbers', op: 'Range', constants: [scalar(2), scalar(11), scalar(3)] },
  { name: 'Range downwards', op: 'Range', constants: [scalar(3), scalar(-2), scalar(-2)] },
  { name: 'Expand', op: 'Expand', constants: [floatTensor([2, 1], 1, 2), int64Tensor(3, 1, 4)] },
  { name: 'Div of whole numbers truncates', op: 'Div', constants: [sixWhole, scalar(4)] },
  { name: 'Div', op: 'Div', constants: [six, floatTensor([3], 2, 3, -4)] },
  { name: 'Mul broadcasts', op: 'Mul', constants: [floatTensor([2, 1], 2, 3), six] },
  { name: 'Add', op: 'Add', constants: [six, six] },
  { name: 'Sub', op: 'Sub', constants: [sixWhole, scalar(4)] },
  { name: 'Max', op: 'Max', constants: [six, floatTensor([1], 1)] },
  { name: 'Min', op: 'Min', constants: [six, floatTensor([1], 1)] },
  { name: 'Equal', op: 'Equal', constants: [sixWhole, scalar(4)] },
  { name: 'Greater', op: 'Greater', constants: [six, floatTensor([1], 1.5)] },
  { name: 'Less', op: 'Less', constants: [six, floatTensor([1], 1.5)] },
  { name: 'Where', op: 'Where', constants: [yesNo, six, floatTensor([2, 1], 8, 9)] },
  { name: 'Identity', op: 'Identity', constants: [six] },
  {
    name: 'ConstantOfShape',
    op: 'ConstantOfShape',
    constants: [int64Tensor(2, 3)],
    attributes: { value: tensorProto('', [1], Float32Array.of(2.5)) },
  },
  { name: 'ConstantOfShape of zeros', op: 'ConstantOfShape', constants: [int64Tensor(2)] },
  {
    name: 'Constant',
    op: 'Constant',
    constants: [],
    attributes: { value: tensorProto('', [2, 3], six.data) },
  },
  {
    name: 'Constant of one float',
    op: 'Constant',
    constants: [],
    attributes: { value_float: { float: 2.5 } },
  },
  { name: 'Constant of whole numbers', op: 'Constant', constants: [], attributes: { value_ints: [3, 4] } },
];
