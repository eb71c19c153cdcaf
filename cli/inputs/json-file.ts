/** A JSON file checked by a zod schema; the first thing wrong is told with its place. */
import type { ZodType, z } from 'zod';
import { fail } from '../../src/errors.ts';
import { readBounded } from '../files.ts';

const MAX_JSON = 2 ** 24;

export function readJson<S extends ZodType>(path: string, what: string, schema: S): z.output<S> {
  const text = new TextDecoder().decode(readBounded(path, MAX_JSON, what));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return fail(`the ${what} is not JSON: ${(error as Error).message}`, { at: path });
  }
  return checked(value, schema, { at: path, what });
}

export function checked<S extends ZodType>(
  value: unknown,
  schema: S,
  { at, what }: { readonly at: string; readonly what: string },
): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = issue?.path.map(String).join('.') ?? '';
  return fail(`the ${what} is not right: ${issue?.message ?? 'it does not fit the schema'}`, {
    at: place === '' ? at : `${at}, field ${place}`,
  });
}
