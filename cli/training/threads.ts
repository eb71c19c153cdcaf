/** Starts the threads that train together, from the sources under tsx as from the build. */
import { Worker } from 'node:worker_threads';
import { fail } from '../../src/errors.ts';
import { type Hand, type Team, type TeamOptions, teamOf } from '../../src/train/parallel/team.ts';

/** A team of so many threads, this one among them. Stop it when training is over. */
export async function startTeam(threads: number, options?: TeamOptions): Promise<Team> {
  return teamOf(await Promise.all(Array.from({ length: threads - 1 }, startHand)), options);
}

export async function startHand(): Promise<Hand> {
  // A new thread reads no TypeScript by itself, whatever the one that starts it was taught.
  const worker = import.meta.url.endsWith('.ts')
    ? new Worker(new URL('./thread-from-source.mjs', import.meta.url))
    : new Worker(new URL('./thread.js', import.meta.url));
  worker.unref(); // a thread that waits for orders keeps nobody from leaving
  await new Promise<void>((ready, failed) => {
    worker.once('message', () => ready());
    worker.once('error', failed);
    worker.once('exit', (code) => failed(new Error(`it exited with ${code}`)));
  }).catch((error: unknown) =>
    fail(`a training thread did not start: ${error instanceof Error ? error.message : error}`, {
      hint: 'train on one thread',
    }),
  );
  worker.on('error', () => {}); // told by the hand itself, or by its silence
  return { post: (hello) => worker.postMessage(hello), stop: () => void worker.terminate() };
}
