/** What a training run found: schema sense.train/1, as plain data. */

/** How the weights came to be: trained with every weight; pruned after training; pruned while training. */
export const METHODS = ['dense', 'one-shot', 'adaptive', 'unstructured'] as const;
export type Method = (typeof METHODS)[number];

/** Shares of the test pictures classified rightly, by method; null where a method was not asked for. */
export interface Accuracies {
  /** The model as it was given, where it came with weights. */
  readonly given: number | null;
  readonly dense: number | null;
  readonly oneShot: number | null;
  readonly adaptive: number | null;
  readonly unstructured: number | null;
}

/** After an epoch. */
export interface EpochReport {
  readonly method: Method;
  readonly epoch: number; // from 1 up
  readonly loss: number; // mean over the training pictures, as they were seen
  readonly trainAccuracy: number;
  readonly testAccuracy: number;
  readonly zeros: number; // share asked for at the end of the epoch
}

export interface TrainedLayer {
  readonly name: string;
  readonly op: 'conv' | 'fc';
  readonly weights: number;
  readonly zeros: number;
  readonly exempt: boolean;
  /** Non-zeros of the kernels, i.e. of one filter for one input channel: how many kernels have 0, 1, 2, … */
  readonly kernels: {
    readonly before: readonly number[]; // dense
    readonly unstructured: readonly number[]; // the dense weights' smallest gone at the same share, wherever they lie
    readonly after: readonly number[];
  };
}

export interface TrainingReport {
  readonly schema: 'sense.train/1';
  readonly model: string;
  readonly dataset: string;
  readonly machine: string;
  readonly rule: { readonly kind: string; readonly zeros: number };
  readonly seed: number;
  readonly epochs: number;
  /** Behind them, with int8 in sight. */
  readonly qatEpochs: number;
  readonly batch: number;
  readonly images: { readonly train: number; readonly test: number };
  /** In fp32. */
  readonly accuracy: Accuracies;
  /** The same networks in integers, after post-training quantisation. */
  readonly accuracyInt8: Accuracies;
  /** Least and largest share of zeros of a filter, over the layers that the rule speaks of. */
  readonly zerosPerKernel: { readonly min: number; readonly max: number };
  /** Every slice has exactly the non-zeros that the rule asks for, neither more nor fewer. */
  readonly exact: boolean;
  readonly imagesPerSecond: number; // trained on, all methods together
  readonly layers: readonly TrainedLayer[];
  readonly history: readonly EpochReport[];
}
