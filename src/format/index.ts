/** The compression formats, by name. */
import { failUnknown } from '../errors.ts';
import { bitmap } from './bitmap.ts';
import { csc } from './csc.ts';
import { dense } from './dense.ts';
import type { Format } from './format.ts';
import { runLength } from './run-length.ts';

export { bitmap } from './bitmap.ts';
export { csc } from './csc.ts';
export { dense } from './dense.ts';
export type { Encoded, Format, Layout, Values } from './format.ts';
export { runLength } from './run-length.ts';

export const formats: readonly Format[] = [dense, bitmap, runLength, csc];

export const formatNamed = (name: string): Format =>
  formats.find((format) => format.name === name) ??
  failUnknown(
    'format',
    name,
    formats.map((format) => format.name),
  );
