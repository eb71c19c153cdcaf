/**
 * Progress on stderr: one line that rewrites itself on a terminal, plain lines when piped.
 * Our own few lines, not listr2: the library computes synchronously, so a renderer driven by timers would never draw.
 */
import type { Io } from './io.ts';

export interface ProgressStep {
  readonly stage: string;
  readonly done: number;
  readonly total: number;
}

export interface Progress {
  readonly step: (step: ProgressStep) => void;
  readonly note: (line: string) => void;
  /** Take the live line away, so that what follows starts on a clean line. */
  readonly clear: () => void;
}

const LIVE_PAUSE_MS = 80;
const PIPED_PAUSE_MS = 5_000;

export function progressOn(
  { stderr, liveProgress }: Pick<Io, 'stderr' | 'liveProgress'>,
  { quiet = false, now = Date.now }: { quiet?: boolean | undefined; now?: () => number } = {},
): Progress {
  if (quiet) return { step: () => {}, note: () => {}, clear: () => {} };
  let shown = Number.NEGATIVE_INFINITY;
  let stage: string | undefined;
  let live = false;
  const clear = (): void => {
    if (live) stderr.write('\r\u001b[2K');
    live = false;
  };
  return {
    step({ stage: next, done, total }) {
      const time = now();
      const due = time - shown >= (liveProgress ? LIVE_PAUSE_MS : PIPED_PAUSE_MS);
      if (next === stage && !due) return;
      stage = next;
      shown = time;
      const line = total > 1 ? `${next} ${done}/${total}` : next;
      if (liveProgress) {
        stderr.write(`\r\u001b[2K${line}`);
        live = true;
      } else stderr.write(`${line}\n`);
    },
    note(line) {
      clear();
      stderr.write(`${line}\n`);
    },
    clear,
  };
}
