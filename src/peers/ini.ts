/** INI files as Python's configparser reads those of SCALE-Sim: sections, `key = value` or `key: value`, keys in any case. */
import { fail, within } from '../errors.ts';
import { linesOf, quoted } from './text.ts';

export interface IniEntry {
  readonly section: string;
  readonly key: string; // as it is written
  readonly value: string;
  readonly line: number;
}

/** Entries by `section/key`, the key in lower case. */
export function readIni(text: string): ReadonlyMap<string, IniEntry> {
  const entries = new Map<string, IniEntry>();
  let section: string | undefined;
  linesOf(text).forEach((raw, i) => {
    const line = raw.trim();
    if (line === '' || line.startsWith('#') || line.startsWith(';')) return;
    within(`line ${i + 1}`, () => {
      const opened = /^\[([^\]]{1,100})\]$/.exec(line);
      if (opened) {
        section = opened[1];
        return;
      }
      const split = line.search(/[=:]/);
      if (split < 1) fail(`${quoted(line)} is neither a section nor "key = value"`);
      if (section === undefined) fail(`${quoted(line)} comes before any section`);
      const key = line.slice(0, split).trim();
      const at = `${section}/${key.toLowerCase()}`;
      if (entries.has(at)) fail(`${quoted(key)} is given twice in [${quoted(section).slice(1, -1)}]`);
      entries.set(at, { section, key, value: line.slice(split + 1).trim(), line: i + 1 });
    });
  });
  return entries;
}
