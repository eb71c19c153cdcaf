/** Convolution layers, and what filters carry: weight, integer codes, bias. */
import { fail } from '../errors.ts';
import type { WeightCodes } from '../model/layer.ts';
import { volume } from '../tensor/shape.ts';
import type { Parameter } from './parameter.ts';
import type { Step } from './step.ts';
import type { AxisCodes, Computed } from './value.ts';
import { windowOf } from './window.ts';

export interface Operands {
  readonly x: Computed;
  readonly weight: Parameter;
  readonly bias?: Parameter | undefined;
}

export function convolution(step: Step, { x, weight, bias }: Operands, inner?: string): Computed {
  const ifmap = step.shapeOf(x);
  const dims = weight.shape.length - 2;
  if (dims !== 2)
    fail(`a ${dims}-D convolution (weight [${weight.shape}]): only 2-D ones can be run`, {
      hint:
        dims === 1
          ? 'unsqueeze the data to height 1 and the weight to [K, C, 1, S]'
          : 'volumes cannot be run',
    });
  const [K, each, R, S] = weight.shape as readonly [number, number, number, number];
  volume(weight.shape, `"${weight.from}"`);
  if (K < 1 || each < 1 || R < 1 || S < 1) fail(`"${weight.from}" has shape [${weight.shape}]`);
  const stated = step.attributes.ints('kernel_shape');
  if (stated && (stated.length !== 2 || stated[0] !== R || stated[1] !== S))
    fail(`kernel_shape [${stated}] contradicts the weight's [${weight.shape}]`);
  const { stride, pad, dilation } = windowOf(step.attributes, ifmap, [R, S]);
  const groups = step.attributes.int('group', 1);
  const [, C, H, W] = ifmap as readonly [number, number, number, number];
  if (groups < 1 || each * groups !== C)
    fail(`weight [${weight.shape}] in ${groups} groups does not fit the ifmap's ${C} channels`);
  const shape = { C, H, W, K, R, S, stride, pad, dilation, groups };
  return step.layer(
    { op: 'conv', inputs: [x.name], conv: shape, ...filters(step, { weight, bias }, K) },
    inner,
  );
}

/** Weight, integer codes and bias of K filters, as a layer carries them; nothing where the file has no numbers. */
export function filters(step: Step, { weight, bias }: Omit<Operands, 'x'>, K: number) {
  if (bias && volume(bias.shape) !== K)
    fail(`the bias "${bias.from}" has shape [${bias.shape}], the weight ${K} filters`);
  if (!weight.numbers) {
    step.note('no weights in the file, topology only');
    return {};
  }
  const shape = weight.shape.length === 2 ? [...weight.shape, 1, 1] : weight.shape;
  const codes = filterCodes(weight.codes, K);
  return {
    weight: { shape, data: weight.numbers },
    ...(codes && { codes }),
    ...(bias?.numbers && { bias: bias.numbers }),
  };
}

function filterCodes(codes: AxisCodes | undefined, K: number): WeightCodes | undefined {
  if (!codes || (codes.scale.length !== 1 && codes.axis !== 0)) return undefined;
  if (codes.scale.length !== 1 && codes.scale.length !== K) return undefined;
  const single = codes.scale.length === 1;
  return {
    data: codes.data,
    scale: single ? new Float32Array(K).fill(codes.scale[0]!) : codes.scale,
    zeroPoint: single ? new Int32Array(K).fill(codes.zeroPoint[0]!) : codes.zeroPoint,
  };
}
