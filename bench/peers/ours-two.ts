/** Ours, data parallel on two threads. */
import { startTeam } from '../../cli/training/threads.ts';
import { ours } from './ours.ts';
import type { Problem } from './problem.ts';

export const runner = async (problem: Problem) => ours(problem, await startTeam(2));
