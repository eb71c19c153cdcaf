/**
 * Softmax cross-entropy on logits, with label smoothing (Szegedy et al., CVPR 2016, section 7), mixed labels
 * (mixup, Zhang et al., ICLR 2018) and a teacher's soft labels (Hinton et al., arXiv:1503.02531, section 2).
 */
import { fail } from '../errors.ts';

export interface LossOptions {
  /** Share of the target that is spread over all classes. */
  readonly labelSmoothing?: number | undefined;
  /** Logits of a teacher, [batch, classes]. */
  readonly teacher?: Float32Array | undefined;
  /** Softens both distributions; the loss is scaled by its square. 4 unless said. */
  readonly temperature?: number | undefined;
  /** Share of the loss that is the teacher's; 0.5 unless said. */
  readonly teacherShare?: number | undefined;
}

export interface Targets {
  readonly labels: Int32Array;
  /** Second labels of mixed images; the first count with `share`. */
  readonly mixed?: { readonly labels: Int32Array; readonly share: number } | undefined;
}

/** Mean loss over the batch and right answers; the gradient of the loss goes to `gradient`. */
export function crossEntropy(
  logits: Float32Array,
  { labels, mixed }: Targets,
  options: LossOptions & { readonly gradient?: Float32Array },
): { loss: number; correct: number } {
  const { labelSmoothing: smooth = 0, teacher, temperature = 4, teacherShare = 0.5, gradient } = options;
  const batch = labels.length;
  const classes = logits.length / batch;
  const [own, soft] = [new Float64Array(classes), new Float64Array(classes)];
  const wanted = new Float64Array(classes);
  const hardShare = teacher ? 1 - teacherShare : 1;
  let [loss, correct] = [0, 0];
  for (let n = 0; n < batch; n++) {
    const row = logits.subarray(n * classes, (n + 1) * classes);
    const logSum = softmaxInto(own, row, 1);
    const label = checked(labels[n]!, { n, classes });
    const share = mixed ? mixed.share : 1;
    let best = 0;
    for (let c = 1; c < classes; c++) if (row[c]! > row[best]!) best = c;
    correct += Number(best === label);

    wanted.fill(smooth / classes);
    wanted[label] = wanted[label]! + (1 - smooth) * share;
    if (mixed) {
      const second = checked(mixed.labels[n]!, { n, classes });
      wanted[second] = wanted[second]! + (1 - smooth) * (1 - share);
    }
    for (let c = 0; c < classes; c++) {
      loss += hardShare * wanted[c]! * (logSum - row[c]!);
      if (gradient) gradient[n * classes + c] = (hardShare * (own[c]! - wanted[c]!)) / batch;
    }
    if (!teacher) continue;
    const ownSum = softmaxInto(soft, row, temperature);
    const given = teacher.subarray(n * classes, (n + 1) * classes);
    const teacherSum = softmaxInto(wanted, given, temperature);
    for (let c = 0; c < classes; c++) {
      const [logTeacher, logOwn] = [given[c]! / temperature - teacherSum, row[c]! / temperature - ownSum];
      loss += teacherShare * temperature ** 2 * wanted[c]! * (logTeacher - logOwn);
      if (gradient) {
        const at = n * classes + c;
        gradient[at] = gradient[at]! + (teacherShare * temperature * (soft[c]! - wanted[c]!)) / batch;
      }
    }
  }
  return { loss: loss / batch, correct };
}

/** Softmax of row / temperature; returns log(sum(exp(row / temperature))). */
function softmaxInto(out: Float64Array, row: Float32Array, temperature: number): number {
  let max = Number.NEGATIVE_INFINITY;
  for (let c = 0; c < row.length; c++) max = Math.max(max, row[c]! / temperature);
  let sum = 0;
  for (let c = 0; c < row.length; c++) sum += out[c] = Math.exp(row[c]! / temperature - max);
  for (let c = 0; c < row.length; c++) out[c] = out[c]! / sum;
  return max + Math.log(sum);
}

const checked = (label: number, { n, classes }: { n: number; classes: number }): number =>
  label >= 0 && label < classes
    ? label
    : fail(`image ${n} of the batch is labelled ${label}, the network has classes 0 to ${classes - 1}`, {
        hint: 'give a network with as many outputs as the data set has classes',
      });
