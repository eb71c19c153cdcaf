/** What stands over a figure of several machines: its title, what was made alike, and what still differs. */
import type { Comparison } from '../compare.ts';
import { label, MUTED } from './svg.ts';

export interface Heading {
  readonly parts: readonly string[];
  readonly height: number;
}

const LINE = 15;
const LETTER = 5.6; // pixels a letter of size 11 takes, roughly

export function headingOf(
  { same, differences, reports }: Comparison,
  { x, width, title }: { readonly x: number; readonly width: number; readonly title: string },
): Heading {
  const first = reports[0]?.machine ?? '';
  const left = differences.map(({ setting }) => setting).join(', ');
  const said = [
    same.length === 0
      ? 'each machine as its own text has it'
      : `${same.join(', ')} as of ${first} for every machine`,
    left === '' ? 'no setting differs' : `still differing: ${left}`,
  ];
  const lines = said.flatMap((text) => wrapped(text, Math.floor(width / LETTER)));
  return {
    parts: [
      label([x, 28], title, { size: 17, bold: true }),
      ...lines.map((text, i) => label([x, 47 + LINE * i], text, { fill: MUTED })),
    ],
    height: 47 + LINE * lines.length + 4,
  };
}

function wrapped(text: string, letters: number): readonly string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (longer.length > letters) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}
