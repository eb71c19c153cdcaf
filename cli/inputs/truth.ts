/** The right class of each picture: a JSON file, a list of { file, class_index } or an object { "file": index }. */
import { z } from 'zod';
import { readJson } from './json-file.ts';

const classIndex = z.int().min(0).max(1_000_000);
const TRUTH = z.union([
  z.array(z.object({ file: z.string(), class_index: classIndex })).max(1_000_000),
  z.record(z.string(), classIndex),
]);

export function readTruth(path: string): ReadonlyMap<string, number> {
  const truth = readJson(path, 'file of right classes', TRUTH);
  return new Map(
    Array.isArray(truth) ? truth.map(({ file, class_index }) => [file, class_index]) : Object.entries(truth),
  );
}
