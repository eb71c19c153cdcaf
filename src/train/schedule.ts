/** How the learning rate and the share of zeros change while training; plain records, so that a checkpoint can hold them. */

export type Schedule =
  | { readonly kind: 'constant'; readonly warmUpEpochs?: number }
  /** Loshchilov and Hutter, ICLR 2017, without restarts: down to `floor` of the base. */
  | { readonly kind: 'cosine'; readonly warmUpEpochs?: number; readonly floor?: number }
  /** Times `factor` at each of these epochs. */
  | {
      readonly kind: 'step';
      readonly warmUpEpochs?: number;
      readonly at: readonly number[];
      readonly factor: number;
    };

/** What the base learning rate is multiplied with, at a fractional epoch from 0 to epochs. */
export function rateFactor(schedule: Schedule, epoch: number, epochs: number): number {
  const { warmUpEpochs: warm = 0 } = schedule;
  // Linear from almost nothing (Goyal et al., arXiv:1706.02677, section 2.2).
  const rise = warm > 0 ? Math.min(1, (epoch + 0.01) / warm) : 1;
  switch (schedule.kind) {
    case 'constant':
      return rise;
    case 'cosine': {
      const { floor = 0 } = schedule;
      const done = Math.min(1, Math.max(0, epoch - warm) / Math.max(1e-9, epochs - warm));
      return rise * (floor + ((1 - floor) * (1 + Math.cos(Math.PI * done))) / 2);
    }
    case 'step':
      return rise * schedule.factor ** schedule.at.filter((start) => epoch >= start).length;
  }
}

/** The share of zeros on its way to the target: z (1 - (1 - t)^3), t from 0 to 1 (Zhu and Gupta, arXiv:1710.01878, eq. 1). */
export function zerosAt(target: number, epoch: number, rampEpochs: number): number {
  const t = rampEpochs <= 0 ? 1 : Math.min(1, epoch / rampEpochs);
  return target * (1 - (1 - t) ** 3);
}
