/** Least squares, for a handful of coefficients. */

/** The x that makes |A x - b| smallest; where columns depend on each other, one of the many. */
export function leastSquares(
  rows: readonly (readonly number[])[],
  values: readonly number[],
): readonly number[] {
  const n = rows[0]?.length ?? 0;
  // Normal equations; the small weight on the diagonal keeps columns that never vary alone solvable.
  const system = Array.from({ length: n }, (_, i) => [
    ...Array.from({ length: n }, (_, j) => dot(column(rows, i), column(rows, j)) + (i === j ? 1e-6 : 0)),
    dot(column(rows, i), values),
  ]);
  for (let i = 0; i < n; i++) {
    const pivot = system
      .slice(i)
      .reduce((best, row, k) => (Math.abs(row[i]!) > Math.abs(system[best]![i]!) ? i + k : best), i);
    [system[i], system[pivot]] = [system[pivot]!, system[i]!];
    for (let k = 0; k < n; k++) {
      if (k === i) continue;
      const share = system[k]![i]! / system[i]![i]!;
      for (let j = i; j <= n; j++) system[k]![j]! -= share * system[i]![j]!;
    }
  }
  return system.map((row, i) => row[n]! / row[i]!);
}

const column = (rows: readonly (readonly number[])[], i: number): readonly number[] =>
  rows.map((row) => row[i]!);
const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, x, i) => sum + x * b[i]!, 0);
