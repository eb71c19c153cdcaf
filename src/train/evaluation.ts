/** How many of a split's pictures a program gets right, as at inference. */
import type { Split } from './datasets/dataset.ts';
import type { Program } from './program.ts';

/** The program must hold its parameters. Share of right answers, from 0 to 1. */
export function accuracyOf(program: Program, split: Split): number {
  const { batch, classes, input, logits } = program;
  const size = input.length / batch;
  let correct = 0;
  for (let first = 0; first < split.count; first += batch) {
    const count = Math.min(batch, split.count - first);
    for (let i = 0; i < count; i++) input.set(split.image(first + i), i * size);
    // Pictures left over from the batch before are not counted.
    program.forward({ training: false });
    for (let i = 0; i < count; i++) {
      let best = 0;
      for (let c = 1; c < classes; c++) if (logits[i * classes + c]! > logits[i * classes + best]!) best = c;
      correct += Number(best === split.label(first + i));
    }
  }
  return correct / split.count;
}
