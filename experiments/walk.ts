/** Draws the pictures of docs/silicon/walk.md from a run of the stepped core: npx tsx experiments/walk.ts */
import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { drainPicture } from './walk/drain-picture.ts';
import { psumPicture } from './walk/psum-picture.ts';
import { tilePicture } from './walk/tile-picture.ts';
import { timelinePicture } from './walk/timeline-picture.ts';
import { walk } from './walk/trace.ts';
import { weightsPicture } from './walk/weights-picture.ts';

/** SVG by name of the file in docs/silicon/. */
export function pictures(): Readonly<Record<string, string>> {
  const trace = walk();
  return {
    'tile.svg': tilePicture(trace),
    'weights.svg': weightsPicture(trace),
    'psums.svg': psumPicture(trace),
    'timeline.svg': timelinePicture(trace),
    'drain.svg': drainPicture(trace),
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  for (const [name, picture] of Object.entries(pictures()))
    writeFileSync(new URL(`../docs/silicon/${name}`, import.meta.url), picture);
