/** What every optimiser answers. Its memory is a map of arrays, so that a checkpoint can hold it. */
import type { Parameters } from '../program.ts';

/** "sgd/conv1/weight": one array a parameter and moment. */
export type Moments = ReadonlyMap<string, Float32Array>;

export interface StepOptions {
  readonly learningRate: number;
  /** From 1 up. */
  readonly step: number;
}

export interface Optimiser {
  readonly moments: (parameters: Parameters) => Moments;
  /** Change the parameters, and the moments, in place. */
  readonly update: (
    parameters: Parameters,
    gradients: Parameters,
    moments: Moments,
    options: StepOptions,
  ) => void;
}

/** Decay pulls on weights, not on biases, scales and shifts. */
export const decayOf = (name: string, weightDecay: number): number =>
  name.endsWith('/weight') ? weightDecay : 0;

export const zerosLike = (parameters: Parameters, ...names: readonly string[]): Map<string, Float32Array> =>
  new Map(
    names.flatMap((moment) =>
      [...parameters]
        .filter(([name]) => !/\/(mean|variance)$/.test(name))
        .map(([name, values]) => [`${moment}/${name}`, new Float32Array(values.length)] as const),
    ),
  );
