/** A data set for classification: pictures and labels by index, made or read only when asked for. */

export interface Split {
  readonly count: number;
  /** Picture i as the network's input wants it, [C, H, W] flattened. Not to be changed. */
  readonly image: (i: number) => Float32Array | Uint8Array;
  /** From 0 to classes - 1. */
  readonly label: (i: number) => number;
}

export interface Dataset {
  readonly name: string;
  readonly classes: number;
  readonly shape: readonly [C: number, H: number, W: number];
  readonly train: Split;
  readonly test: Split;
}
