/** Weights on their way south: words of three taps down column 0's chain, each row keeping its own. */
import { label, rect } from '../../src/report/figures/svg.ts';
import { cell, heading, LINE, note, QUIET, ROW_COLOURS, svg } from './shapes.ts';
import { arch, type Walk } from './trace.ts';

const LEFT = 90;
const STEP = 46;
const ROW = 46;

/** The load of the first wave. */
export function weightsPicture({ program, loads, entry }: Walk): string {
  const lanes = arch.pe.weightLanes;
  const owner = entry.flatMap(({ taps, row }) => Array.from({ length: taps }, () => row));
  const words = program.waves[0]!.words;
  const first = loads.filter(({ row, slot }) => slot - row < words);
  const shapes: string[] = [
    heading([20, 26], 'Column 0’s weight chain, first wave'),
    note(
      [20, 43],
      `${owner.length} taps in ${words} words of ${lanes}; a colour a row. A word steps south a row a cycle,`,
    ),
    note([20, 58], 'less the taps that were kept (✓) on its way'),
  ];
  const last = Math.max(...first.map(({ slot }) => slot));
  for (let slot = 0; slot <= last; slot++)
    shapes.push(
      label([LEFT + slot * STEP + 22, 80], `slot ${slot}`, { anchor: 'middle', size: 10, fill: QUIET }),
    );
  for (let row = 0; row < arch.array.rows; row++) {
    const y = 88 + row * ROW;
    shapes.push(label([LEFT - 14, y + 23], `PE (${row}, 0)`, { anchor: 'end', size: 11 }));
    for (let slot = 0; slot <= last; slot++)
      shapes.push(rect([LEFT + slot * STEP, y], [STEP - 3, ROW - 6], { fill: '#fafbfc' }));
  }
  for (const { slot, row, taps } of first) {
    const word = slot - row; // it left the loader so many slots after the load began
    for (let l = lanes - taps; l < lanes; l++) {
      const keeper = owner[word * lanes + l];
      const at = [LEFT + slot * STEP + 1 + l * 14, 88 + row * ROW + 12] as const;
      if (keeper === undefined) shapes.push(cell(at, 15, '', { fill: LINE }));
      else
        shapes.push(
          cell(at, 15, keeper === row ? '✓' : '', { fill: ROW_COLOURS[keeper]!, ink: 'white', size: 10 }),
        );
    }
  }
  return svg([LEFT + (last + 1) * STEP + 20, 88 + arch.array.rows * ROW + 10], 'Weights step south', shapes);
}
