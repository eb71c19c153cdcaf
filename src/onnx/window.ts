/** The window of a convolution or pool: kernel, stride, padding and dilation from ONNX attributes, auto_pad resolved. */
import { fail } from '../errors.ts';
import type { Shape } from '../tensor/shape.ts';
import type { Attributes } from './attributes.ts';

export interface Window {
  readonly kernel: readonly [y: number, x: number];
  readonly stride: readonly [y: number, x: number];
  readonly pad: readonly [top: number, left: number, bottom: number, right: number];
  readonly dilation: readonly [y: number, x: number];
}

/** ONNX writes pads as [top, left, bottom, right], and strides and dilations as [y, x]. */
export function windowOf(attributes: Attributes, ifmap: Shape, kernel: readonly [number, number]): Window {
  if (ifmap.length !== 4)
    fail(`its ifmap has shape [${ifmap}]: only 2-D windows over [N, C, H, W] are known`, {
      hint: ifmap.length === 3 ? 'unsqueeze 1-D data to height 1 before exporting' : 'volumes cannot be run',
    });
  const stride = pair(attributes, 'strides');
  const dilation = pair(attributes, 'dilations');
  return { kernel, stride, dilation, pad: padding(attributes, ifmap, { kernel, stride, dilation }) };
}

/** The kernel of a pool; a convolution's comes from its weight. */
export function kernelShape(attributes: Attributes): readonly [number, number] {
  if (!attributes.has('kernel_shape')) fail('its attribute "kernel_shape" is missing');
  return pair(attributes, 'kernel_shape');
}

function pair(attributes: Attributes, name: string): readonly [number, number] {
  const list = attributes.ints(name) ?? [1, 1];
  if (list.length !== 2 || list.some((n) => n < 1 || n > 4096))
    fail(`attribute "${name}" is [${list}]: expected two whole numbers from 1 to 4096`, {
      hint: 'only 2-D windows over [N, C, H, W] are known',
    });
  return [list[0]!, list[1]!];
}

function padding(
  attributes: Attributes,
  ifmap: Shape,
  { kernel, stride, dilation }: Omit<Window, 'pad'>,
): Window['pad'] {
  const auto = attributes.text('auto_pad', 'NOTSET');
  if (auto === 'VALID') return [0, 0, 0, 0];
  if (auto === 'SAME_UPPER' || auto === 'SAME_LOWER') {
    // As many ofmap positions as strides fit; an odd one goes below (UPPER) or above (LOWER).
    const split = ([0, 1] as const).map((axis) => {
      const size = ifmap[2 + axis]!;
      const covered =
        (Math.ceil(size / stride[axis]) - 1) * stride[axis] + dilation[axis] * (kernel[axis] - 1) + 1;
      const total = Math.max(0, covered - size);
      const less = Math.floor(total / 2);
      return auto === 'SAME_UPPER' ? [less, total - less] : [total - less, less];
    });
    return [split[0]![0]!, split[1]![0]!, split[0]![1]!, split[1]![1]!];
  }
  if (auto !== 'NOTSET') fail(`attribute "auto_pad" is "${auto}"`);
  const pads = attributes.ints('pads') ?? [0, 0, 0, 0];
  if (pads.length !== 4 || pads.some((n) => n < 0 || n > 4096))
    fail(`attribute "pads" is [${pads}]: expected four whole numbers from 0 to 4096`);
  return [pads[0]!, pads[1]!, pads[2]!, pads[3]!];
}
