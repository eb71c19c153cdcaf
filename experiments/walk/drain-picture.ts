/** The drain: one address a cycle, each row adding its psum to what comes from the north. */
import { label, line, rect } from '../../src/report/figures/svg.ts';
import { heading, LINE, note, ROW_COLOURS, signed, svg } from './shapes.ts';
import { rowPsums, type Walk } from './trace.ts';

const ADDRESSES = [9, 10, 11, 12, 13, 14] as const; // the first row of pixels inside the halo

/** Column 0, the first tile. */
export function drainPicture(walk: Walk): string {
  const rows = rowPsums(walk, { tile: 0, column: 0 });
  const shapes: string[] = [
    heading([20, 26], 'Column 0 drains: six of the first tile’s 64 psums'),
    note(
      [20, 43],
      'each row adds what its PE gathered over both waves; a step south a cycle, an address a cycle',
    ),
    ...ADDRESSES.map((address, i) =>
      label([150 + i * 92, 66], `address ${address}`, { anchor: 'middle', size: 11 }),
    ),
  ];
  for (const [row, psums] of rows.entries()) {
    const y = 78 + row * 34;
    shapes.push(label([84, y + 17], `PE (${row}, 0)`, { anchor: 'end', size: 11 }));
    for (const [i, address] of ADDRESSES.entries()) {
      const psum = psums[address]!;
      shapes.push(rect([110 + i * 92, y], [80, 26], { fill: `${ROW_COLOURS[row]}33` }));
      shapes.push(
        label([150 + i * 92, y + 17], row === 0 ? signed(psum) : psum < 0 ? `− ${-psum}` : `+ ${psum}`, {
          anchor: 'middle',
          size: 12,
        }),
      );
    }
  }
  const y = 78 + rows.length * 34;
  shapes.push(line([110, y], [110 + ADDRESSES.length * 92 - 12, y], { stroke: LINE }));
  shapes.push(label([84, y + 25], 'leaves', { anchor: 'end', size: 11, bold: true }));
  for (const [i, address] of ADDRESSES.entries()) {
    const { slot, psum } = walk.psums[address]!;
    shapes.push(label([150 + i * 92, y + 25], signed(psum), { anchor: 'middle', size: 13, bold: true }));
    shapes.push(
      label([150 + i * 92, y + 42], `slot ${slot}`, { anchor: 'middle', size: 10, fill: '#57606a' }),
    );
  }
  return svg([680, y + 58], 'Psums drain south', shapes);
}
