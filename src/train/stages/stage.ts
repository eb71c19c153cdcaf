/** What a layer becomes in a training program: a forward and a backward step on addresses in the arena. */
import type { Random } from '../../tensor/random.ts';
import type { Shape } from '../../tensor/shape.ts';
import type { Arena } from '../arena.ts';

/** One value of the network, for the whole batch. */
export interface Value {
  readonly shape: Shape; // of one image, with a leading 1
  readonly size: number; // elements an image
  readonly at: number; // byte address of [batch, ...shape]
  /** Byte address of its gradient while there is one; set when the way back is planned. */
  gradient: number;
}

/** A value as one stage reads it. */
export interface Inlet {
  readonly value: Value;
  /** Where its gradient goes; undefined where nothing before it can be trained. */
  backward: { readonly at: number; readonly accumulate: boolean } | undefined;
}

/** A parameter's place, and that of its gradient. */
export interface Slot {
  readonly at: number;
  readonly gradient: number;
  readonly length: number;
}

export interface StageContext {
  readonly arena: Arena;
  readonly batch: number;
  readonly inputs: readonly Inlet[];
  readonly output: Value;
  /** The layer's own parameter, e.g. 'weight'. */
  readonly parameter: (name: string, length: number) => Slot;
  /** A statistic of a batch norm: not trained, read at inference, written by a training step. */
  readonly statistic: (name: string, length: number) => { readonly at: number; readonly measured: number };
}

export interface Pass {
  /** Batch statistics and dropout, or what inference does. */
  readonly training: boolean;
  /** Batch norms look at the batch's statistics without using them. */
  readonly measure?: boolean | undefined;
  /** For dropout. */
  readonly random?: Random | undefined;
}

export interface Stage {
  readonly forward: (pass: Pass) => void;
  /** Reads the output's gradient, adds to the parameters' and writes the inputs'. */
  readonly backward: () => void;
}

/** Bounds of a layer that clamps nothing. */
export const OPEN = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
