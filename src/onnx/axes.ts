/** Axes as ONNX counts them: negative ones from the end. */
import { fail } from '../errors.ts';

export function axisOf(axis: number, rank: number): number {
  const from0 = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || from0 < 0 || from0 >= rank)
    fail(`axis ${axis} of a tensor with ${rank} dimensions does not exist`);
  return from0;
}

/** Several, each at most once. */
export function axesOf(axes: readonly number[], rank: number): readonly number[] {
  const list = axes.map((axis) => axisOf(axis, rank));
  if (new Set(list).size !== list.length) fail(`axes [${axes}] name one axis twice`);
  return list;
}

/** No network here has tensors of more dimensions; it bounds what work a shape can cause. */
const MAX_RANK = 8;

export function checkRank(rank: number, what: string): void {
  if (rank > MAX_RANK) fail(`${what} has ${rank} dimensions: ${MAX_RANK} are the most`);
}
