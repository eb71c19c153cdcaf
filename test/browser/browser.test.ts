/** Training in a browser's worker gives, bit for bit, the parameters it gives in Node: the built library over loopback HTTP. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const built = existsSync(join(root, 'dist/src/train/parallel/team.js'));
const browser = ['chromium', 'chromium-browser', 'google-chrome'].find(
  (name) => spawnSync('which', [name], { stdio: 'ignore' }).status === 0,
);
const missing = !browser
  ? ' (skipped: no chromium; apt-get install chromium)'
  : built
    ? ''
    : ' (skipped: not built; npm run build)';

interface Trained {
  readonly digest: string;
  readonly testAccuracy: number;
}
interface Report {
  readonly alone?: Trained;
  readonly together?: Trained;
  readonly error?: string;
}

const TYPES: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.mjs': 'text/javascript' };
const PAGE = `<!doctype html><title>training</title><script type="module">
const worker = new Worker('/test/browser/worker.mjs', { type: 'module' });
worker.onerror = ({ message }) => fetch('/report', { method: 'POST', body: JSON.stringify({ error: message ?? 'the worker did not load' }) });
</script>`;

/** Files under dist/ and test/browser/, isolated so that workers may share memory; `told` gets what is posted. */
function serve(told: (report: Report) => void): Server {
  return createServer((request, response) => {
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    const path = normalize(new URL(request.url!, 'http://loopback').pathname);
    if (request.method === 'POST') {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        response.end();
        told(JSON.parse(body) as Report);
      });
      return;
    }
    const file = join(root, path);
    if (path === '/') response.setHeader('Content-Type', 'text/html').end(PAGE);
    else if (/^\/(dist|test\/browser)\//.test(path) && TYPES[extname(path)] && existsSync(file))
      response.setHeader('Content-Type', TYPES[extname(path)]!).end(readFileSync(file));
    else response.writeHead(404).end();
  });
}

/** Kills a browser with every process it started, which would go on writing its profile, and waits until none is left. */
async function endFamily(leader: ChildProcess): Promise<void> {
  const group = -leader.pid!;
  const signal = (which: NodeJS.Signals | 0): boolean => {
    try {
      return process.kill(group, which);
    } catch {
      return false; // no process of the group is left
    }
  };
  for (let tries = 0; tries < 100 && signal('SIGKILL'); tries++) await setTimeout(50);
}

/** Removes a folder something may just have written to; what cannot be removed is left to the system, and said. */
async function removeAll(folder: string): Promise<void> {
  for (let tries = 0; tries < 20; tries++) {
    try {
      return rmSync(folder, { recursive: true, force: true });
    } catch {
      await setTimeout(250);
    }
  }
  console.warn(`${folder} could not be removed`);
}

describe(`training in a browser${missing}`, () => {
  let [page, server, profile]: [ChildProcess?, Server?, string?] = [];
  afterAll(async () => {
    if (page) await endFamily(page);
    server?.closeAllConnections();
    server?.close();
    if (profile) await removeAll(profile);
  });

  test.skipIf(missing)(
    'gives the bits that Node gives, on one thread and on two',
    async () => {
      const report = new Promise<Report>((told) => {
        server = serve(told);
      });
      await new Promise<void>((ready) => server!.listen(0, '127.0.0.1', ready));
      const { port } = server!.address() as AddressInfo;
      profile = mkdtempSync(join(tmpdir(), 'sense-browser-'));
      const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'];
      const quiet = ['--no-first-run', '--disable-extensions', '--disable-background-networking'];
      const ours = [`--user-data-dir=${profile}`, `http://127.0.0.1:${port}/`];
      page = spawn(browser!, [...flags, ...quiet, ...ours], { stdio: 'ignore', detached: true });
      const ended = new Promise<Report>((done) => {
        page!.once('exit', (code) => done({ error: `the browser exited with ${code}` }));
      });
      const there = await Promise.race([report, ended]);
      expect(there.error).toBeUndefined();

      const at = (path: string): string => pathToFileURL(join(root, path)).href;
      const { trainDigest } = await import(/* @vite-ignore */ at('test/browser/training.mjs'));
      const { startTeam } = await import(/* @vite-ignore */ at('dist/cli/training/threads.js'));
      const library = at('dist/src');
      const team = await startTeam(2);
      const here = { alone: await trainDigest(library), together: await trainDigest(library, team) };
      team.stop();
      expect(there).toEqual(here);
      expect(here.alone.digest).not.toBe(here.together.digest); // other sums, other last bits
    },
    300_000,
  );
});
