/** Draws the README's figure from a run made now: `npx tsx scripts/readme-figure.ts` (--check compares instead). */
import { readFileSync, writeFileSync } from 'node:fs';
import { run } from '../src/index.ts';
import { cyclesByLayer } from '../src/report/figures/cycles-by-layer.ts';

const path = 'docs/vgg16-cycles.svg';
// On white, so that it can be read on a dark page too.
const svg = `${cyclesByLayer(run('vgg16')).replace(/^<svg[^>]*>/, '$&<rect width="100%" height="100%" fill="white"/>')}\n`;
if (!process.argv.includes('--check')) writeFileSync(path, svg);
else if (readFileSync(path, 'utf8') !== svg) {
  console.error(`✖ ${path} is not what this version draws\n  try  npx tsx scripts/readme-figure.ts`);
  process.exitCode = 1;
}
