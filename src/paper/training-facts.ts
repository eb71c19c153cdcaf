/** Accuracies of networks trained to the rule, read from results that `sense train` or the accuracy experiment wrote. */

export interface TrainingFact {
  readonly model: string;
  readonly zeros: number;
  readonly dense: number; // share of test pictures classified rightly, fp32
  readonly adaptive: number;
  readonly zerosPerKernel: { readonly min: number; readonly max: number };
  readonly source: string;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isShare = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value <= 1;

/** What a file's JSON says of training; nothing where it speaks of something else. */
export function trainingFacts(json: unknown, source: string): readonly TrainingFact[] {
  if (!isRecord(json)) return [];
  if (json.schema === 'sense.train/1') return fromReport(json, source);
  return Array.isArray(json.rows) ? fromRows(json.rows.filter(isRecord), source) : [];
}

function fromReport(json: Readonly<Record<string, unknown>>, source: string): readonly TrainingFact[] {
  const { accuracy, rule, zerosPerKernel, model, dataset } = json;
  if (!isRecord(accuracy) || !isRecord(rule) || rule.kind !== 'equal-per-kernel') return [];
  const dense = accuracy.dense ?? accuracy.given;
  const fact = { name: `${model} on ${dataset}`, zeros: rule.zeros, dense, zerosPerKernel };
  return factOf(fact, accuracy.adaptive, source);
}

/** Rows of the accuracy experiment: dense and adaptive of one network and seed belong together; seeds are averaged. */
function fromRows(
  rows: readonly Readonly<Record<string, unknown>>[],
  source: string,
): readonly TrainingFact[] {
  const accuracyOf = (row: Readonly<Record<string, unknown>> | undefined): unknown =>
    isRecord(row?.accuracy) ? row.accuracy.fp32 : undefined;
  return rows
    .filter(({ method }) => method === 'adaptive')
    .flatMap((row) => {
      const { network, seed, zeros, zerosPerKernel } = row;
      const dense = rows.find((r) => r.method === 'dense' && r.network === network && r.seed === seed);
      const fact = { name: `${network}, seed ${seed}`, zeros, dense: accuracyOf(dense), zerosPerKernel };
      return factOf(fact, accuracyOf(row), source);
    });
}

function factOf(
  fact: { name: string; zeros: unknown; dense: unknown; zerosPerKernel: unknown },
  adaptive: unknown,
  source: string,
): readonly TrainingFact[] {
  const { name, zeros, dense, zerosPerKernel: kernels } = fact;
  if (!isShare(zeros) || !isShare(dense) || !isShare(adaptive) || !isRecord(kernels)) return [];
  const { min, max } = kernels;
  if (!isShare(min) || !isShare(max)) return [];
  return [{ model: name, zeros, dense, adaptive, zerosPerKernel: { min, max }, source }];
}
