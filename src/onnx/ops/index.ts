/** Which file reads which ONNX operator; everything else is refused by name. */
import { eachConstant, onConstants } from '../folded.ts';
import type { Operator } from '../step.ts';
import { add } from './add.ts';
import { averagePool } from './average-pool.ts';
import { batchNormalization } from './batch-normalization.ts';
import { cast } from './cast.ts';
import { clip } from './clip.ts';
import { concat } from './concat.ts';
import { constant } from './constant.ts';
import { constantOfShape } from './constant-of-shape.ts';
import { conv } from './conv.ts';
import { convTranspose } from './conv-transpose.ts';
import { dequantizeLinear } from './dequantize-linear.ts';
import { div } from './div.ts';
import { dropout } from './dropout.ts';
import { expand } from './expand.ts';
import { flatten } from './flatten.ts';
import { gather } from './gather.ts';
import { gemm } from './gemm.ts';
import { globalAveragePool } from './global-average-pool.ts';
import { globalMaxPool } from './global-max-pool.ts';
import { identity } from './identity.ts';
import { leakyRelu } from './leaky-relu.ts';
import { lrn } from './lrn.ts';
import { matMul } from './mat-mul.ts';
import { maxPool } from './max-pool.ts';
import { mul } from './mul.ts';
import { pad } from './pad.ts';
import { qGemm } from './q-gemm.ts';
import { qLinearAdd } from './q-linear-add.ts';
import { qLinearConv } from './q-linear-conv.ts';
import { qLinearMatMul } from './q-linear-mat-mul.ts';
import { quantizeLinear } from './quantize-linear.ts';
import { range } from './range.ts';
import { reduceMean } from './reduce-mean.ts';
import { relu } from './relu.ts';
import { reshape } from './reshape.ts';
import { round } from './round.ts';
import { shapeOperator } from './shape.ts';
import { sigmoid } from './sigmoid.ts';
import { size } from './size.ts';
import { slice } from './slice.ts';
import { softmax } from './softmax.ts';
import { split } from './split.ts';
import { squeeze } from './squeeze.ts';
import { sub } from './sub.ts';
import { sum } from './sum.ts';
import { transpose } from './transpose.ts';
import { unsqueeze } from './unsqueeze.ts';
import { where } from './where.ts';

/** By operator type; those of another domain than ONNX's own with the domain before a colon. */
export const operators: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['Add', add],
  ['AveragePool', averagePool],
  ['BatchNormalization', batchNormalization],
  ['Cast', cast],
  ['Clip', clip],
  ['Concat', concat],
  ['Constant', constant],
  ['ConstantOfShape', constantOfShape],
  ['Conv', conv],
  ['ConvTranspose', convTranspose],
  ['DequantizeLinear', dequantizeLinear],
  ['Div', div],
  ['Dropout', dropout],
  ['Expand', expand],
  ['Flatten', flatten],
  ['Gather', gather],
  ['Gemm', gemm],
  ['GlobalAveragePool', globalAveragePool],
  ['GlobalMaxPool', globalMaxPool],
  ['Identity', identity],
  ['LRN', lrn],
  ['LeakyRelu', leakyRelu],
  ['MatMul', matMul],
  ['MaxPool', maxPool],
  ['Mul', mul],
  ['Pad', pad],
  ['QLinearConv', qLinearConv],
  ['QLinearMatMul', qLinearMatMul],
  ['QuantizeLinear', quantizeLinear],
  ['Range', range],
  ['ReduceMean', reduceMean],
  ['Relu', relu],
  ['Reshape', reshape],
  ['Round', round],
  ['Shape', shapeOperator],
  ['Sigmoid', sigmoid],
  ['Size', size],
  ['Slice', slice],
  ['Softmax', softmax],
  ['Split', split],
  ['Squeeze', squeeze],
  ['Sub', sub],
  ['Sum', sum],
  ['Transpose', transpose],
  ['Unsqueeze', unsqueeze],
  ['Where', where],
  // Shape arithmetic: of constants only.
  ['Ceil', eachConstant(Math.ceil)],
  ['Equal', onConstants((x, y) => Number(x === y), 'bool')],
  ['Floor', eachConstant(Math.floor)],
  ['Greater', onConstants((x, y) => Number(x > y), 'bool')],
  ['Less', onConstants((x, y) => Number(x < y), 'bool')],
  ['Max', onConstants(Math.max)],
  ['Min', onConstants(Math.min)],
  ['Neg', eachConstant((x) => -x)],
  ['Sqrt', eachConstant(Math.sqrt)],
  // ONNX Runtime's own: what its static quantiser writes.
  ['com.microsoft:DequantizeLinear', dequantizeLinear],
  ['com.microsoft:QGemm', qGemm],
  ['com.microsoft:QLinearAdd', qLinearAdd],
  ['com.microsoft:QuantizeLinear', quantizeLinear],
]);
