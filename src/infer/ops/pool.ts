/** MaxPool and AveragePool over planes [.., H, W], as ONNX and ONNX Runtime have them, with ceil_mode and padding. */
import type { PoolLayer } from '../../model/layer.ts';
import { type Shape, volume } from '../../tensor/shape.ts';
import type { TensorData } from '../../tensor/tensor.ts';
import { sized } from './sized.ts';

export type Window = Pick<PoolLayer, 'kernel' | 'stride' | 'pad' | 'dilation'>;

/** Both end in height and width. */
export interface PoolShapes {
  readonly from: Shape;
  readonly to: Shape;
}

/** The largest value under the window; padding never wins. Works on bytes as on floats. */
export function maxPool<D extends TensorData>(x: D, shapes: PoolShapes, window: Window): D {
  const out = sized(x, volume(shapes.to));
  const rows = taps(shapes, window, 0);
  const columns = taps(shapes, window, 1);
  const width = shapes.from.at(-1)!;
  forEachPlane(shapes, (start, o) => {
    for (const row of rows)
      for (const column of columns) {
        let max = Number.NEGATIVE_INFINITY;
        for (let y = row.first; y < row.end; y += row.step) {
          const at = start + y * width;
          for (let i = column.first; i < column.end; i += column.step) {
            const value = x[at + i]!;
            if (value > max) max = value;
          }
        }
        out[o++] = max;
      }
  });
  return out;
}

/** The mean under the window; with countPad, padding counts as zeros, but not what ceil_mode adds behind it. */
export function avgPool(
  x: Float32Array,
  shapes: PoolShapes,
  window: Window & { readonly countPad: boolean },
): Float32Array {
  const out = new Float32Array(volume(shapes.to));
  const rows = taps(shapes, window, 0);
  const columns = taps(shapes, window, 1);
  const width = shapes.from.at(-1)!;
  forEachPlane(shapes, (start, o) => {
    for (const row of rows)
      for (const column of columns) {
        let sum = 0;
        for (let y = row.first; y < row.end; y += row.step) {
          const at = start + y * width;
          for (let i = column.first; i < column.end; i += column.step) sum += x[at + i]!;
        }
        const count = window.countPad ? row.padded * column.padded : row.inside * column.inside;
        out[o++] = count === 0 ? 0 : sum / count;
      }
  });
  return out;
}

/** Rows or columns that one window covers. */
interface Taps {
  readonly first: number;
  readonly end: number;
  readonly step: number;
  /** How many lie inside the ifmap. */
  readonly inside: number;
  /** How many lie inside the ifmap or its padding. */
  readonly padded: number;
}

function taps({ from, to }: PoolShapes, window: Window, axis: 0 | 1): readonly Taps[] {
  const [size, count] = [from.at(axis - 2)!, to.at(axis - 2)!];
  const [kernel, stride, step] = [window.kernel[axis], window.stride[axis], window.dilation[axis]];
  const [before, after] = [window.pad[axis], window.pad[axis + 2]!];
  return Array.from({ length: count }, (_, i) => {
    const start = i * stride - before;
    const stop = start + kernel * step;
    const first = start < 0 ? start + Math.ceil(-start / step) * step : start;
    const end = Math.min(stop, size);
    const covered = (begin: number, limit: number) => Math.max(0, Math.ceil((limit - begin) / step));
    return {
      first,
      end,
      step,
      inside: covered(first, end),
      padded: covered(start, Math.min(stop, size + after)),
    };
  });
}

function forEachPlane({ from, to }: PoolShapes, visit: (from: number, to: number) => void): void {
  const planes = volume(from.slice(0, -2));
  const [ifmap, ofmap] = [from.at(-2)! * from.at(-1)!, to.at(-2)! * to.at(-1)!];
  for (let n = 0; n < planes; n++) visit(n * ifmap, n * ofmap);
}
