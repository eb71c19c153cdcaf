/** The files of a tar archive (POSIX ustar: 512-byte headers, sizes in octal), as far as data sets need them. */
import { fail } from '../../src/errors.ts';

const BLOCK = 512;

export interface TarMember {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export function* tarMembers(archive: Uint8Array): Generator<TarMember> {
  const text = (at: number, length: number): string => {
    const field = archive.subarray(at, at + length);
    const end = field.indexOf(0);
    return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end)).trim();
  };
  for (let at = 0; at + BLOCK <= archive.length; ) {
    const name = text(at, 100);
    if (name === '') return; // two empty blocks end an archive
    const octal = text(at + 124, 12);
    const size = /^[0-7]+$/.test(octal) ? Number.parseInt(octal, 8) : Number.NaN;
    const first = at + BLOCK;
    if (!(first + size <= archive.length))
      fail(`the archive is cut off inside "${name}"`, { hint: 'fetch it again' });
    const isFile = [0, 0x30].includes(archive[at + 156]!); // '\0' and '0'
    if (isFile) yield { name, bytes: archive.subarray(first, first + size) };
    at = first + Math.ceil(size / BLOCK) * BLOCK;
  }
}
