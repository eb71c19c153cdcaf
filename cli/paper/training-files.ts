/** Results of training for claim C3: files the user names, or those the package keeps in results/. */
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fail } from '../../src/errors.ts';
import { type TrainingFact, trainingFacts } from '../../src/paper/index.ts';
import { readBounded } from '../files.ts';

const MOST_BYTES = 64 * 1024 * 1024;

/** results/ beside package.json: two folders up from the source, three from the build. */
const kept = ['../../results', '../../../results'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

export function trainingAtHand(named: readonly string[] | undefined): readonly TrainingFact[] {
  if (named !== undefined)
    return named.flatMap((path) => {
      const facts = factsIn(path);
      if (facts.length === 0)
        fail('no network trained by the rule equal-per-kernel in it', {
          at: path,
          hint: 'give what sense train --json wrote, or results/accuracy.json',
        });
      return facts;
    });
  const folder = kept.find((path) => existsSync(path));
  if (folder === undefined) return [];
  return readdirSync(folder)
    .filter((file) => /^(accuracy|train).*\.json$/.test(file))
    .sort()
    .flatMap((file) => factsIn(join(folder, file)));
}

function factsIn(path: string): readonly TrainingFact[] {
  const text = new TextDecoder().decode(readBounded(path, MOST_BYTES, 'training results'));
  try {
    return trainingFacts(JSON.parse(text), basename(path));
  } catch (error) {
    if (error instanceof SyntaxError) fail('the training results are not JSON', { at: path });
    throw error;
  }
}
