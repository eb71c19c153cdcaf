/** Statistics of batch norms over many batches: found for networks that came with theirs folded in, and found anew in the end. */
import type { Program } from './program.ts';
import { EPSILON } from './stages/norm.ts';

type Values = Map<string, Float32Array>;

/** Share of the newest batch in the running statistics; PyTorch's. */
const MOMENTUM = 0.1;

/** parameters = 0.9 parameters + 0.1 measured, for means and variances. */
export function follow(parameters: Values, program: Program, share = MOMENTUM): void {
  for (const [name, measured] of program.measured) {
    const running = parameters.get(name)!;
    for (let c = 0; c < running.length; c++) running[c] = (1 - share) * running[c]! + share * measured[c]!;
  }
}

/** Plain means over the batches that `next` puts into the program; false ends them. */
export function average(program: Program, next: () => boolean, pass: { readonly training: boolean }): Values {
  const sums = new Map(
    [...program.measured].map(([name, values]) => [name, new Float64Array(values.length)]),
  );
  let batches = 0;
  for (; next(); batches++) {
    program.forward({ ...pass, measure: true });
    for (const [name, values] of program.measured) {
      const sum = sums.get(name)!;
      for (let c = 0; c < sum.length; c++) sum[c] = sum[c]! + values[c]!;
    }
  }
  return new Map(
    [...sums].map(([name, sum]) => [name, Float32Array.from(sum, (n) => n / Math.max(1, batches))]),
  );
}

/**
 * A network that came trained has its statistics inside its scales and shifts. With what the batches measure they are
 * taken out again: gamma = scale * sigma, beta = shift + scale * mean, which changes nothing at inference.
 */
export function unfold(parameters: Values, statistics: Values): void {
  for (const [name, mean] of statistics) {
    if (!name.endsWith('/mean')) continue;
    const layer = name.slice(0, -'/mean'.length);
    const [gamma, beta] = [parameters.get(`${layer}/gamma`)!, parameters.get(`${layer}/beta`)!];
    const variance = statistics.get(`${layer}/variance`)!;
    if (gamma.every((g) => Math.abs(g - 1) < 1e-4) && beta.every((b) => b === 0)) continue; // never trained
    for (let c = 0; c < gamma.length; c++) {
      const scale = gamma[c]! / Math.sqrt(1 + EPSILON);
      gamma[c] = scale * Math.sqrt(variance[c]! + EPSILON);
      beta[c] = beta[c]! + scale * mean[c]!;
    }
    parameters.get(`${layer}/mean`)!.set(mean);
    parameters.get(`${layer}/variance`)!.set(variance);
  }
}
