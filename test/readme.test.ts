/** What the README shows is what the commands print. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { zcu102 } from '../src/arch/presets/zcu102.ts';
import { type Report, run } from '../src/index.ts';
import { sense } from './fixtures/command-line.ts';

const readme = readFileSync('README.md', 'utf8');

test('the output in the README is what sense run vgg16 prints', async () => {
  const [, shown = ''] = /```text\n\$ npx sense run vgg16\n([\s\S]*?)```/.exec(readme)!;
  const { out } = await sense(['run', 'vgg16', '--quiet'], { cwd: '.' });
  const lines = shown.trimEnd().split('\n');
  expect(lines.length).toBeGreaterThan(2);
  for (const line of lines) expect(out).toContain(line);
});

const figure = (n: number): string => (n < 100 ? n.toPrecision(3) : n.toFixed(0));
const speeds = ({ conv, totals }: Report) =>
  [figure(conv.imagesPerSecond), figure(totals.imagesPerSecond)] as const;

test.each([
  ['AlexNet', 'alexnet'],
  ['VGG-16', 'vgg16'],
  ['ResNet-50', 'resnet50'],
  ['GoogLeNet', 'googlenet'],
])('the README says of %s what the machines say', (title, name) => {
  const [conv, whole] = speeds(run(name));
  const [dense] = speeds(run(name, { machine: 'dense-ws' }));
  const lockStep = speeds(run(name, { arch: { ...zcu102, pace: 'lock-step', rearrange: 'per-tile' } }));
  expect(readme).toMatch(
    new RegExp(`\\| ${title} \\| ${conv} \\| ${whole} \\| \\d+ \\| ${dense} \\| ${lockStep.join(' / ')} \\|`),
  );
});

const { networks } = JSON.parse(readFileSync('results/as-built.json', 'utf8')) as {
  readonly networks: readonly {
    readonly network: string;
    readonly equal: boolean;
    readonly conv: { readonly cycles: number; readonly costCycles: number };
    readonly whole: { readonly cycles: number; readonly costCycles: number };
  }[];
};

test.each([
  ['AlexNet', 'alexnet'],
  ['VGG-16', 'vgg16'],
  ['ResNet-50', 'resnet50'],
  ['GoogLeNet', 'googlenet'],
])(
  'the README says of %s on the stepped machine what was recorded, beside the closed form of today',
  (title, name) => {
    const { conv, whole, equal } = networks.find(({ network }) => network === name)!;
    expect(equal).toBe(true);
    const rate = (cycles: number): string => figure(zcu102.clock / cycles);
    const stepped = [conv.costCycles, conv.cycles, whole.costCycles, whole.cycles].map(rate);
    expect(readme).toContain(`| ${title} | ${stepped.join(' | ')} |`);
    const today = run(name);
    expect([today.conv.cycles, today.totals.cycles]).toEqual([conv.costCycles, whole.costCycles]);
  },
);
