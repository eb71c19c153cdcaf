/** The package's own folder, where the SystemVerilog files lie for the sources and for the compiled code alike. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of package.json, the first one upwards from here: the same from rtl and from dist/rtl. */
export const packageRoot: string = (() => {
  const here = dirname(fileURLToPath(import.meta.url));
  for (let folder = here; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) throw new Error(`no package.json above ${here}`);
  }
})();
