// A browser worker that trains alone, then on two threads, and posts both digests to the server it came from.
import { trainDigest } from '/test/browser/training.mjs';

const library = '/dist/src';

async function hand() {
  const worker = new Worker('/test/browser/hand.mjs', { type: 'module' });
  await new Promise((ready, failed) => {
    worker.onmessage = ready;
    worker.onerror = failed;
  });
  return { post: (hello) => worker.postMessage(hello), stop: () => worker.terminate() };
}

const report = (body) => fetch('/report', { method: 'POST', body: JSON.stringify(body) });

try {
  const alone = await trainDigest(library);
  const { teamOf } = await import(`${library}/train/parallel/team.js`);
  const team = teamOf([await hand()], { patience: 60_000 });
  const together = await trainDigest(library, team);
  team.stop();
  await report({ alone, together });
} catch (error) {
  await report({ error: String(error?.stack ?? error?.message ?? error) });
}
