/** Stages that see one value at a time: clamp (ReLU, ReLU6), leaky ReLU, sigmoid, add and dropout. */
import type { ClampLayer, LeakyReluLayer } from '../../model/layer.ts';
import type { Random } from '../../tensor/random.ts';
import type { Inlet, Stage, StageContext } from './stage.ts';

/** A gradient of exactly half at a bound would be as right; here what lies on a bound passes nothing. */
export function clamp(
  { clamp: { low, high } }: ClampLayer,
  { arena, batch, inputs, output }: StageContext,
): Stage {
  const { kernels } = arena;
  const { value, backward } = lazily(inputs[0]!);
  const count = batch * output.size;
  return {
    forward: () => kernels.clampF32(value.at, output.at, count, low, high),
    backward() {
      const to = backward();
      if (to)
        kernels.clampBackwardF32(output.gradient, output.at, to.at, count, low, high, Number(to.accumulate));
    },
  };
}

export function leakyRelu({ alpha }: LeakyReluLayer, context: StageContext): Stage {
  const slope = Math.fround(alpha);
  return pointwise(context, {
    value: (x) => (x < 0 ? x * slope : x),
    derivative: (x) => (x < 0 ? slope : 1),
  });
}

export function sigmoid(context: StageContext): Stage {
  return pointwise(context, {
    value: (x) => 1 / (1 + Math.exp(-x)),
    derivative: (_, y) => y * (1 - y),
  });
}

interface Pointwise {
  readonly value: (x: number) => number;
  readonly derivative: (x: number, y: number) => number;
}

function pointwise(
  { arena, batch, inputs, output }: StageContext,
  { value: f, derivative }: Pointwise,
): Stage {
  const { value, backward } = lazily(inputs[0]!);
  const count = batch * output.size;
  return {
    forward() {
      const [x, y] = [arena.floats(value.at, count), arena.floats(output.at, count)];
      for (let i = 0; i < count; i++) y[i] = f(x[i]!);
    },
    backward() {
      const to = backward();
      if (!to) return;
      const [x, y] = [arena.floats(value.at, count), arena.floats(output.at, count)];
      const [dy, dx] = [arena.floats(output.gradient, count), arena.floats(to.at, count)];
      if (!to.accumulate) dx.fill(0);
      for (let i = 0; i < count; i++) dx[i] = dx[i]! + dy[i]! * derivative(x[i]!, y[i]!);
    },
  };
}

export function add({ arena, batch, inputs, output }: StageContext): Stage {
  const { kernels } = arena;
  const [a, b] = [inputs[0]!, inputs[1]!];
  const count = batch * output.size;
  return {
    forward: () => kernels.blendF32(a.value.at, b.value.at, output.at, count, 1, count, 1, 1, 0, 0),
    backward() {
      for (const { backward: to } of [a, b])
        if (to)
          kernels.copyBoxF32(output.gradient, to.at, 1, 1, count, 0, 0, 1, 0, 0, 1, Number(to.accumulate));
    },
  };
}

/** Srivastava et al., JMLR 2014, in the inverted form: what stays is scaled up, so that inference changes nothing. */
export function dropout(rate: number, name: string, { arena, batch, inputs, output }: StageContext): Stage {
  const { value, backward } = lazily(inputs[0]!);
  const count = batch * output.size;
  const factor = arena.allocate(count);
  return {
    forward({ training, random }) {
      const [x, y] = [arena.floats(value.at, count), arena.floats(output.at, count)];
      const factors = arena.floats(factor, count);
      if (training && random) drawDropout(factors, rate, random.stream(name));
      else factors.fill(1);
      for (let i = 0; i < count; i++) y[i] = x[i]! * factors[i]!;
    },
    backward() {
      const to = backward();
      if (!to) return;
      const [dy, dx] = [arena.floats(output.gradient, count), arena.floats(to.at, count)];
      const factors = arena.floats(factor, count);
      if (!to.accumulate) dx.fill(0);
      for (let i = 0; i < count; i++) dx[i] = dx[i]! + dy[i]! * factors[i]!;
    },
  };
}

/** 0 with probability `rate`, else 1 / (1 - rate). */
export function drawDropout(factors: Float32Array, rate: number, random: Random): void {
  const scale = 1 / (1 - rate);
  for (let i = 0; i < factors.length; i++) factors[i] = random.uniform() < rate ? 0 : scale;
}

/** The way back is planned after the stages are made. */
const lazily = (inlet: Inlet) => ({ value: inlet.value, backward: () => inlet.backward });
