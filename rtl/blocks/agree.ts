/** Comparing a TypeScript block with its silicon, cycle by cycle: the first cycle and wire that differ, in words. */
import { type Cosimulation, cosimulate, type OutputRow, type PortValue } from './cosim.ts';

/** What a block's outputs must be in one cycle; undefined where the wires may hold anything, as when nothing is valid. */
export type ExpectedRow = Readonly<Record<string, PortValue | boolean | undefined>>;

/** The first difference, or undefined where there is none. */
export function firstDifference(
  expected: readonly ExpectedRow[],
  actual: readonly OutputRow[],
): string | undefined {
  if (expected.length !== actual.length)
    return `${expected.length} cycles expected, ${actual.length} simulated`;
  for (const [t, row] of expected.entries())
    for (const name in row) {
      const [wanted, found] = [row[name], actual[t]![name]];
      if (wanted === undefined) continue;
      if (found === undefined) return `the module has no output "${name}"`;
      if (BigInt(wanted) !== BigInt(found)) return `cycle ${t}: ${name} is ${found}, expected ${wanted}`;
    }
  return undefined;
}

/** Simulate the silicon on the same inputs and compare. */
export async function differenceToSilicon(
  simulation: Cosimulation,
  expected: readonly ExpectedRow[],
): Promise<string | undefined> {
  return firstDifference(expected, await cosimulate(simulation));
}
