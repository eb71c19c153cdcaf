/** What the network answered: the integer network's classes beside those of the untouched fp32 one. */
import { evaluate } from '../infer/evaluate.ts';
import type { Model } from '../model/model.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { NetworkInput } from '../workload/measured-works.ts';
import type { Accuracy, Prediction } from './report.ts';

export interface Answers {
  readonly add: (input: NetworkInput, output: Tensor) => void;
  readonly predictions: () => readonly Prediction[];
  readonly accuracy: () => Accuracy;
}

const SHOWN = 5;

/** Collects answers input by input; `original` is the model before pruning and quantisation. */
export function gatherAnswers(original: Model, labels: readonly string[] | undefined): Answers {
  const predictions: Prediction[] = [];
  let [agree, labelled, fp32Right, integerRight] = [0, 0, 0, 0];
  return {
    add({ name, values, label }, output) {
      const fp32 = evaluate(original, values).get(original.outputs[0]!)!;
      const [fp32Top1] = ranked(fp32.data);
      const order = ranked(output.data);
      if (order[0] === fp32Top1) agree++;
      if (label !== undefined) {
        labelled++;
        if (fp32Top1 === label) fp32Right++;
        if (order[0] === label) integerRight++;
      }
      predictions.push({
        input: name,
        top: order
          .slice(0, SHOWN)
          .map((index) => ({ index, label: labels?.[index], score: output.data[index]! })),
        fp32Top1: fp32Top1!,
      });
    },
    predictions: () => predictions,
    accuracy: () => ({
      images: predictions.length,
      top1Agreement: agree / predictions.length,
      ...(labelled > 0 && { fp32Top1: fp32Right / labelled, integerTop1: integerRight / labelled }),
    }),
  };
}

/** Class indices by score, the largest first, ties by index. */
const ranked = (scores: Float32Array): readonly number[] =>
  [...scores.keys()].sort((a, b) => scores[b]! - scores[a]! || a - b);
