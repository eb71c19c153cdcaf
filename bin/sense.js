#!/usr/bin/env node
// The command `sense`: starts the compiled command line in dist/.
import { existsSync, readFileSync } from 'node:fs';

const compiled = new URL('../dist/cli/main.js', import.meta.url);
if (!existsSync(compiled)) {
  process.stderr.write(
    '✖ sense is not built yet\n  try  npm install   (in the folder of package.json; it builds too)\n',
  );
  process.exit(2);
}
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const { main } = await import(compiled.href);
process.exitCode = await main(process.argv.slice(2), { version });
