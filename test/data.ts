/** Where the real networks and images for development lie: SENSE_DATA_DIR, or the folder shared beside a checkout. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const beside = fileURLToPath(new URL('../../shared/data', import.meta.url));

/** The folder with models/, images/ and datasets/, or undefined where there is none: tests then skip by name. */
export function dataDir(): string | undefined {
  const given = process.env.SENSE_DATA_DIR;
  const dir = given ?? beside;
  return existsSync(join(dir, 'models')) ? dir : undefined;
}

export const dataFile = (name: string): string => join(dataDir() ?? beside, name);
