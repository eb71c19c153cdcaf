/** Ours, on one thread. */
import { compile } from '../../src/train/program.ts';
import { ours } from './ours.ts';
import type { Problem } from './problem.ts';

export const runner = (problem: Problem) => ours(problem, { threads: 1, compile, stop: () => {} });
