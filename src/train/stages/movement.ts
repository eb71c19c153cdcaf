/** Stages that only move values: slice, pad, transpose, concat. Reshapes need none: they share their input's memory. */
import { fail } from '../../errors.ts';
import type { ConcatLayer, PadLayer, SliceLayer, TransposeLayer } from '../../model/layer.ts';
import { type Shape, volume } from '../../tensor/shape.ts';
import type { Stage, StageContext } from './stage.ts';

export const slice = (layer: SliceLayer, context: StageContext): Stage =>
  gathered(context, 0, (index) => index.map((i, axis) => layer.start[axis]! + i * layer.step[axis]!));

export const pad = (layer: PadLayer, context: StageContext): Stage =>
  gathered(context, layer.value, (index) => index.map((i, axis) => i - layer.before[axis]!));

export function transpose({ name, perm }: TransposeLayer, context: StageContext): Stage {
  if (perm[0] !== 0) fail('it moves the batch axis, which training cannot', { at: `layer "${name}"` });
  return gathered(context, 0, (index) => {
    const source = index.slice();
    perm.forEach((axis, i) => {
      source[axis] = index[i]!;
    });
    return source;
  });
}

/** One image's elements, each from one of the input's or, outside of it, `absent`. */
function gathered(
  { arena, batch, inputs, output }: StageContext,
  absent: number,
  sourceOf: (index: readonly number[]) => readonly number[],
): Stage {
  const { kernels } = arena;
  const inlet = inputs[0]!;
  const { value } = inlet;
  const map = arena.table(indexMap(value.shape, output.shape, sourceOf));
  return {
    forward() {
      for (let n = 0; n < batch; n++) {
        const [x, y] = [value.at + n * value.size * 4, output.at + n * output.size * 4];
        kernels.gatherF32(x, map, y, output.size, absent);
      }
    },
    backward() {
      const to = inlet.backward;
      if (!to) return;
      if (!to.accumulate) arena.floats(to.at, batch * value.size).fill(0);
      for (let n = 0; n < batch; n++) {
        const [dx, dy] = [to.at + n * value.size * 4, output.gradient + n * output.size * 4];
        kernels.gatherBackwardF32(dx, map, dy, output.size);
      }
    },
  };
}

/** For each element of the result: the index it comes from, -1 for none. */
export function indexMap(
  from: Shape,
  to: Shape,
  sourceOf: (index: readonly number[]) => readonly number[],
): Int32Array {
  const map = new Int32Array(volume(to));
  const index = to.map(() => 0);
  for (let o = 0; o < map.length; o++) {
    let at = 0;
    sourceOf(index).forEach((i, axis) => {
      at = at < 0 || i < 0 || i >= from[axis]! ? -1 : at * from[axis]! + i;
    });
    map[o] = at;
    for (let axis = to.length - 1; axis >= 0; axis--) {
      index[axis] = index[axis]! + 1;
      if (index[axis]! < to[axis]!) break;
      index[axis] = 0;
    }
  }
  return map;
}

export function concat({ name, axis, shape }: ConcatLayer, context: StageContext): Stage {
  const { arena, batch, inputs, output } = context;
  const { kernels } = arena;
  if (axis === 0) fail('it joins along the batch axis, which training cannot', { at: `layer "${name}"` });
  const outer = batch * volume(shape.slice(1, axis));
  const run = output.size / volume(shape.slice(1, axis));
  let before = 0;
  const parts = inputs.map((inlet) => {
    const length = (inlet.value.size * batch) / outer;
    const part = { inlet, length, before };
    before += length;
    return part;
  });
  return {
    forward() {
      for (const { inlet, length, before } of parts)
        kernels.copyBoxF32(
          inlet.value.at,
          output.at + before * 4,
          1,
          outer,
          length,
          0,
          length,
          1,
          0,
          run,
          1,
          0,
        );
    },
    backward() {
      for (const { inlet, length, before } of parts) {
        const to = inlet.backward;
        if (!to) continue;
        const [dy, add] = [output.gradient + before * 4, Number(to.accumulate)];
        kernels.copyBoxF32(dy, to.at, 1, outer, length, 0, run, 1, 0, length, 1, add);
      }
    },
  };
}
