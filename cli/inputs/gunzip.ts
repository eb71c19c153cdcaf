/** Gunzip with a bound on the result, so that a small hostile file cannot fill the memory. */
import { gunzipSync } from 'node:zlib';
import { fail } from '../../src/errors.ts';

export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** The bytes themselves when they are not gzipped. */
export function gunzip(bytes: Uint8Array, limit: number): Uint8Array {
  if (!isGzip(bytes)) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: limit });
  } catch (error) {
    const tooLong = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    return fail(
      tooLong
        ? `the gzipped file unpacks to more than ${limit} bytes`
        : 'the gzipped file is damaged or cut off',
    );
  }
}
