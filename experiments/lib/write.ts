/** Results of an experiment: JSON for machines, one line a record, and its figure beside it. */
import { writeFileSync } from 'node:fs';

const digits = (_: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;

/** results/<name>.json, with the command that makes it. */
export function writeResult(name: string, result: Readonly<Record<string, unknown>>): void {
  const told = { command: `npx tsx experiments/${name}.ts`, ...result };
  writeFileSync(`results/${name}.json`, `${JSON.stringify(told, digits, 1)}\n`);
  process.stderr.write(`results/${name}.json\n`);
}

export function writeFigure(name: string, svg: string): void {
  writeFileSync(`results/${name}.svg`, svg);
  process.stderr.write(`results/${name}.svg\n`);
}

export const say = ({ stage, done, total }: { stage: string; done: number; total: number }): void => {
  if (done === total) process.stderr.write(`${stage}\n`);
};
