/** A synthesis as text: parts, totals beside the device, and the timing estimate. */
import { type Resources, XCZU9EG } from '../../src/cost/resources.ts';
import type { Synthesis } from './synth.ts';

const KINDS = ['lut', 'lutram', 'ff', 'dsp', 'bram36'] as const;

const columns = (amounts: Resources): string =>
  KINDS.map((kind) => String(amounts[kind]).padStart(9)).join('');

const SHOWN = 12;

const timingLine = (name: string, megahertz: string, levels: number): string =>
  `${name.padEnd(28)} ${`${megahertz} MHz`.padStart(17)}   ${levels} levels`;

export function synthesisTable(synthesis: Synthesis): string {
  const { rows, cols, lean, parts, timing, crossings, device, notCounted } = synthesis;
  const heading = (title: string): string =>
    `${title.padEnd(28)}${KINDS.map((kind) => kind.padStart(9)).join('')}`;
  const share = KINDS.map((kind) =>
    `${((100 * synthesis[kind]) / XCZU9EG[kind]).toFixed(1)} %`.padStart(9),
  ).join('');
  return [
    heading(`${rows} x ${cols}${lean === 'none' ? '' : `, ${lean}-lean`}, one each`),
    ...parts.map(({ name, count, each }) => `${name.padEnd(20)}${`x ${count}`.padEnd(8)}${columns(each)}`),
    '',
    heading('in all'),
    `${''.padEnd(28)}${columns(synthesis)}`,
    `${device.padEnd(28)}${columns(XCZU9EG)}`,
    `${(synthesis.fits ? 'fits' : 'DOES NOT FIT').padEnd(28)}${share}`,
    '',
    'longest path, an estimate from cell delays and a fixed delay a wire (open .. congested)',
    ...timing.map(({ name, openMHz, congestedMHz, levels }) =>
      timingLine(name, `${openMHz} .. ${congestedMHz}`, levels),
    ),
    '',
    `longest paths through several modules, congested, the ${SHOWN} slowest of ${crossings.length}`,
    ...crossings
      .slice(0, SHOWN)
      .map(({ name, congestedMHz, levels }) => timingLine(name, String(congestedMHz), levels)),
    '',
    'not in the count:',
    ...notCounted.map((line) => `  ${line}`),
    '',
  ].join('\n');
}
