/** A training run as people watch it: a live line with loss, speed and time left, and one line that stays for each epoch. */
import { grouped } from '../../src/report/quantities.ts';
import type { EpochReport } from '../../src/train/training-report.ts';
import type { Training } from '../doors/training.ts';
import type { Progress } from '../progress.ts';

export type TrainingStep =
  ReturnType<Training['trainNetwork']> extends Generator<infer Step, unknown> ? Step : never;

const PAUSE_MS = 100;

/** Throttled here: the text of the line changes with every step. */
export function watchTraining(
  progress: Progress,
  { live, now = Date.now }: { readonly live: boolean; readonly now?: () => number },
): (step: TrainingStep) => void {
  let [stage, began, doneThen, shown] = ['', 0, 0, Number.NEGATIVE_INFINITY];
  return (step) => {
    const time = now();
    if (step.stage !== stage) [stage, began, doneThen] = [step.stage, time, step.done];
    if (step.epoch) progress.note(epochLine(step.epoch, step.epochs));
    if (step.loss === undefined) progress.step({ stage: step.stage, done: step.done, total: step.total });
    else if (live && time - shown >= PAUSE_MS && step.done > doneThen) {
      shown = time;
      const rate = (step.done - doneThen) / Math.max(1e-3, (time - began) / 1000);
      const left = (step.total - step.done) / rate;
      const percent = Math.floor((100 * step.done) / step.total);
      const line = `${stage} ${percent} %, loss ${step.loss.toFixed(3)}, ${grouped(rate)} images/s, ${clock(left)} left`;
      progress.step({ stage: line, done: 0, total: 1 });
    }
  };
}

const epochLine = ({ method, epoch, loss, testAccuracy, zeros }: EpochReport, epochs: number): string =>
  `${method} ${epoch}/${epochs}: loss ${loss.toFixed(4)}, accuracy ${(100 * testAccuracy).toFixed(2)} %` +
  (method === 'dense' ? '' : `, zeros ${(100 * zeros).toFixed(1)} %`);

/** 75 -> "1:15". */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds) || 0);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const tail = `${String(minutes).padStart(hours > 0 ? 2 : 1, '0')}:${String(whole % 60).padStart(2, '0')}`;
  return hours > 0 ? `${hours}:${tail}` : tail;
}
