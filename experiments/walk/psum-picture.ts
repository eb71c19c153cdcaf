/** One PE's work: every non-zero meets all of its taps, and each product lands on a psum of its own. */
import { label } from '../../src/report/figures/svg.ts';
import { arrow, cell, heading, INK, note, PAPER, QUIET, ROW_COLOURS, signed, svg } from './shapes.ts';
import { peTaps, type Walk } from './trace.ts';

const PITCH = 8; // psums a row of the tile, with its halo
const SIDE = 26;

/** PE (0, 0) in the first wave: after the first non-zero, after two, at its end. */
export function psumPicture(walk: Walk): string {
  const taps = peTaps(walk.program, { wave: 0, row: 0, column: 0 });
  const mine = walk.operations.filter(({ row }) => row === 0).slice(0, walk.nonZeros[0]! * taps.length);
  const [, orange] = ROW_COLOURS;
  const shapes: string[] = [
    heading([20, 26], 'Taps of PE (0, 0)'),
    note([20, 43], `3 x 3, ${taps.length} kept`),
  ];
  // A tap's offset counts back from the pixel's place: rows of PITCH, the last tap at 0 in the far corner.
  for (let i = 0; i < 9; i++) {
    const offset = Math.floor(i / 3) * PITCH + (i % 3);
    const tap = taps.find((each) => each.offset === offset);
    shapes.push(
      cell(
        [20 + (i % 3) * 38, 56 + Math.floor(i / 3) * 38],
        38,
        tap ? signed(tap.weight) : '',
        tap ? { fill: orange, size: 12 } : {},
      ),
    );
  }
  const stages = [1, 2, mine.length / taps.length];
  for (const [s, count] of stages.entries()) {
    const left = 170 + s * (PITCH * SIDE + 24);
    const psums = new Array<number>(PITCH * PITCH).fill(0);
    const touched = new Set<number>();
    for (const [i, { x, position }] of mine.slice(0, count * taps.length).entries()) {
      const { weight, offset } = taps[i % taps.length]!;
      psums[position - offset]! += x * weight;
      if (i >= (count - 1) * taps.length) touched.add(position - offset);
    }
    const { x, slot } = mine[(count - 1) * taps.length]!;
    const title = s === 2 ? `after all ${count} non-zeros` : `after non-zero ${count}: x = ${x}`;
    shapes.push(
      heading([left, 26], title),
      note([left, 43], s === 2 ? 'the wave’s end' : `slots ${slot} to ${slot + taps.length - 1}`),
    );
    for (const [address, psum] of psums.entries()) {
      const fresh = s < 2 && touched.has(address);
      shapes.push(
        cell(
          [left + (address % PITCH) * SIDE, 56 + Math.floor(address / PITCH) * SIDE],
          SIDE,
          psum === 0 ? '' : signed(psum),
          {
            fill: fresh ? orange : psum === 0 ? PAPER : '#fbe3b5',
            ink: INK,
            size: Math.abs(psum) > 999 ? 8 : 9,
          },
        ),
      );
    }
  }
  shapes.push(arrow([140, 112], 24));
  shapes.push(
    label(
      [170, 284],
      '8 x 8 psums: the 6 x 6 tile and a halo of one on each side. Address = place of the pixel − offset of the tap; the tap in the upper left has offset 0.',
      { size: 11, fill: '#57606a' },
    ),
  );
  shapes.push(
    label(
      [170, 300],
      'No two slots of one non-zero meet on a psum, and two non-zeros meet K + 1 slots apart or more.',
      { size: 11, fill: QUIET },
    ),
  );
  return svg([880, 316], 'Products land on the psums of a PE', shapes);
}
