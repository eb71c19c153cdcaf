/** What training is asked for, and what it says on its way. */
import type { Accelerator } from '../accel/accelerator.ts';
import { type RuleChoice, ruleFor } from '../flow.ts';
import type { Model } from '../model/model.ts';
import type { Dataset } from '../train/datasets/dataset.ts';
import type { TrainOptions } from '../train/loop.ts';
import type { EpochReport, Method } from '../train/training-report.ts';
import { exemption, type RuleOn, sharesOf, type ZerosOf } from './rule.ts';
import type { TrainingState } from './state.ts';

export interface TrainingRequest {
  readonly model: Model;
  readonly dataset: Dataset;
  readonly machine: Accelerator;
  readonly rule: RuleChoice;
  readonly methods: readonly Method[];
  readonly exempt: readonly string[];
  /** Other shares of zeros than the rule's, layer by layer. */
  readonly zerosOf?: readonly ZerosOf[] | undefined;
  readonly train: Omit<TrainOptions, 'zeros' | 'mask' | 'exempt'> & { readonly batchSize: number };
  /** Epochs with int8 in sight, behind those of `train`. */
  readonly qatEpochs?: number | undefined;
  /** Stop a method after so many epochs without a smaller training loss. */
  readonly earlyStop?: number | undefined;
  /** What the caller was asked for, in its own words: kept in checkpoints. */
  readonly asked: string;
  /** Milliseconds, from any start: only for images/s. */
  readonly clock: () => number;
}

/** After a step of training, or before a measurement. */
export interface TrainingStep {
  readonly stage: string;
  readonly done: number; // pictures, of all epochs of this method
  readonly total: number;
  readonly epochs: number;
  readonly loss?: number;
  readonly epoch?: EpochReport | undefined; // at the end of one
  /** Only while training. */
  readonly state?: () => TrainingState;
}

/** A rule as the machine of a request states it, on the layers that are not exempt. */
export function ruleOn({ machine, model, exempt, zerosOf = [] }: TrainingRequest, rule: RuleChoice): RuleOn {
  return {
    rule: ruleFor(machine, machine.arch, rule),
    exempt: exemption(model, exempt),
    ...(zerosOf.length > 0 && { zerosOf: sharesOf(model, { zeros: rule.zeros, zerosOf }) }),
  };
}

/** The same share with no say in where: what a rule costs is the difference. */
export const anywhere = ({ zeros }: RuleChoice): RuleChoice => ({ kind: 'magnitude', zeros });
