/**
 * Writes the tables of docs/literature.md anew from the results of the other experiments.
 *
 *   npx tsx experiments/literature.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';

const PAGE = 'docs/literature.md';
const networks = ['alexnet', 'vgg16', 'resnet50', 'googlenet'] as const;

const read = (name: string) => JSON.parse(readFileSync(`results/${name}.json`, 'utf8'));
const short = (n: number): string => (n >= 100 ? n.toFixed(0) : n >= 10 ? n.toFixed(1) : n.toFixed(2));
const table = (titles: readonly string[], rows: readonly (readonly string[])[]): string =>
  [titles, titles.map((_, i) => (i === 0 ? '---' : '---:')), ...rows]
    .map((r) => `| ${r.join(' | ')} |`)
    .join('\n');
const range = (values: readonly number[]): string => {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return short(low) === short(high) ? short(low) : `${short(low)} to ${short(high)}`;
};

interface Value {
  readonly model: string;
  readonly value: number;
  readonly unit: string;
  readonly setting: string;
  readonly against?: string;
  readonly claimed?: { readonly low: number; readonly high: number };
  readonly holds?: boolean;
}
interface Claim {
  readonly id: string;
  readonly text: string;
  readonly says: string;
  readonly holds: boolean;
  readonly reason?: string;
  readonly measured: readonly Value[];
}

/** A row for each claim, or for each rival of it: what decides, over the networks. */
function claimRows({ id, text, says, measured, holds }: Claim): readonly string[][] {
  const groups = new Map<string, Value[]>();
  for (const value of measured.filter(({ holds: decides }) => decides !== undefined)) {
    const key = `${value.against ?? ''} ${value.unit} ${JSON.stringify(value.claimed)}`;
    groups.set(key, [...(groups.get(key) ?? []), value]);
  }
  return [...groups.values()].map((values, i) => {
    const { against, claimed, unit } = values[0]!;
    const missed = values.filter((value) => !value.holds).map(({ model }) => model);
    const verdict = missed.length === 0 ? 'holds' : `misses on ${[...new Set(missed)].join(', ')}`;
    return [
      i === 0 ? `${id} (${text}) ${says}` : '',
      against ?? '',
      claimed
        ? claimed.low === claimed.high
          ? short(claimed.low)
          : `${claimed.low} to ${claimed.high}`
        : '',
      `${range(values.map(({ value }) => value))} ${unit}${values.length === 1 ? ` (${values[0]!.model})` : ''}`,
      holds ? 'holds' : verdict,
    ];
  });
}

function claims(): string {
  const { claims: list }: { claims: readonly Claim[] } = read('paper');
  const held = list.filter(({ holds }) => holds).length;
  const reasons = list
    .filter(({ holds }) => !holds)
    .map(({ id, reason }) => `- **${id}**: ${reason}.`)
    .join('\n');
  return `${table(['claim', 'against', 'claimed', 'measured', ''], list.flatMap(claimRows))}

${held} of ${list.length} hold. Why the others miss, as far as we know:

${reasons}`;
}

interface Compared {
  readonly setting: string;
  readonly reports: readonly {
    readonly model: string;
    readonly machine: string;
    readonly conv: { readonly imagesPerSecond: number; readonly dramBytes: { readonly total: number } };
  }[];
}

function compare(setting: string): string {
  const { reports } = (read('compare').results as readonly Compared[]).find((r) => r.setting === setting)!;
  const names = [...new Set(reports.map(({ machine }) => machine))];
  const of = (machine: string, model: string) =>
    reports.find((report) => report.machine === machine && report.model === model)!.conv;
  const rows = names.map((name) => [
    name,
    ...networks.map((model) => short(of(name, model).imagesPerSecond)),
    ...networks.map((model) => short(of(name, model).dramBytes.total / 1e6)),
  ]);
  return table(
    ['conv layers', ...networks.map((n) => `${n}, images/s`), ...networks.map((n) => `${n}, DRAM MB`)],
    rows,
  );
}

function ablation(): string {
  const { rows } = read('ablation') as {
    rows: readonly { says: string; networks: readonly { speedUp: number; dramSaved: number }[] }[];
  };
  return table(
    ['what is in', ...networks.map((n) => `${n}, faster`), ...networks.map((n) => `${n}, less DRAM`)],
    rows.map(({ says, networks: cells }) => [
      says,
      ...cells.map(({ speedUp }) => speedUp.toFixed(2)),
      ...cells.map(({ dramSaved }) => dramSaved.toFixed(2)),
    ]),
  );
}

interface OpenRow {
  readonly question: string;
  readonly answer: string;
  readonly model: string;
  readonly imagesPerSecond: { readonly conv: number; readonly whole: number };
  readonly lessDram?: { readonly against: string; readonly conv: number; readonly whole: number };
}

/** conv layers alone, then with the fully connected ones. */
function open(part: 'speed' | 'dram'): string {
  const { rows } = read('open-questions') as { rows: readonly OpenRow[] };
  const answers = [...new Set(rows.map(({ answer }) => answer))];
  const cell = (row: OpenRow | undefined): string => {
    const pair = part === 'speed' ? row?.imagesPerSecond : row?.lessDram;
    return pair ? `${short(pair.conv)} / ${short(pair.whole)}` : '';
  };
  const lines = answers.map((answer) => {
    const mine = rows.filter((row) => row.answer === answer);
    const against = mine[0]?.lessDram?.against;
    const title = part === 'dram' && against !== undefined ? `${answer}, against ${against}` : answer;
    return [title, ...networks.map((model) => cell(mine.find((row) => row.model === model)))];
  });
  return table(
    [part === 'speed' ? 'images/s, conv / whole' : 'times less DRAM, conv / whole', ...networks],
    lines.filter((line) => line.slice(1).some((text) => text !== '')),
  );
}

const sections: Readonly<Record<string, () => string>> = {
  claims,
  'compare-own': () => compare('own'),
  'compare-same': () => compare('same'),
  ablation,
  'open-speed': () => open('speed'),
  'open-dram': () => open('dram'),
};

let page = readFileSync(PAGE, 'utf8');
for (const [name, make] of Object.entries(sections)) {
  const [before, after] = [`<!-- ${name} -->\n`, `\n<!-- /${name} -->`];
  const [from, to] = [page.indexOf(before), page.indexOf(after)];
  if (from < 0 || to < from) throw new Error(`${PAGE} has no section ${name}`);
  page = `${page.slice(0, from)}${before}\n${make()}\n${page.slice(to)}`;
}
writeFileSync(PAGE, page);
