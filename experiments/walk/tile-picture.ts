/** The feeder's work: a tile's bitmap and values become operations, K slots a non-zero. */
import { label } from '../../src/report/figures/svg.ts';
import { arrow, cell, heading, INK, note, PAPER, QUIET, ROW_COLOURS, svg } from './shapes.ts';
import type { Walk } from './trace.ts';

const PITCH = 6; // pixels a row of the tile
const SHOWN = 4; // non-zeros of which the slots are drawn

/** Of row 0 in the first wave. */
export function tilePicture({ program, operations }: Walk): string {
  const taps = program.entryTaps[0]!;
  const bit = (i: number): boolean => ((program.bitmaps[i >> 5]! >> (i & 31)) & 1) === 1;
  const indices = Array.from({ length: PITCH * PITCH }, (_, i) => i).filter(bit);
  const value = (n: number): number => program.values[0]![program.entryValues[0]! + n]!;
  const mine = operations.filter((operation) => operation.row === 0);
  const [blue] = ROW_COLOURS;
  const shapes: string[] = [
    heading([20, 26], 'A channel of the tile'),
    note([20, 43], '6 x 6 pixels, zeros left empty'),
  ];
  for (let i = 0; i < PITCH * PITCH; i++) {
    const n = indices.indexOf(i);
    const drawn = n >= 0 && n < SHOWN;
    const [x, y] = [20 + (i % PITCH) * 28, 56 + Math.floor(i / PITCH) * 28];
    shapes.push(
      cell(
        [x, y],
        28,
        n < 0 ? '' : String(value(n)),
        n < 0 ? {} : { fill: drawn ? blue : '#a9cbe3', ink: drawn ? 'white' : INK, size: 13 },
      ),
    );
  }
  shapes.push(
    arrow([200, 140], 40),
    heading([256, 26], 'as memory holds it'),
    note([256, 43], 'one bit a pixel, then the non-zeros in raster order'),
  );
  for (let i = 0; i < PITCH * PITCH; i++) {
    const n = indices.indexOf(i);
    const at = [256 + (i % 18) * 17, 58 + Math.floor(i / 18) * 19] as const;
    shapes.push(
      cell(at, 17, n < 0 ? '0' : '1', {
        fill: n < 0 ? PAPER : '#a9cbe3',
        ink: n < 0 ? QUIET : INK,
        size: 10,
      }),
    );
  }
  for (const [n] of indices.entries())
    shapes.push(
      cell([256 + n * 22, 108], 22, String(value(n)), {
        fill: n < SHOWN ? blue : '#a9cbe3',
        ink: n < SHOWN ? 'white' : INK,
        size: 12,
      }),
    );
  shapes.push(
    note([256, 146], `${PITCH * PITCH} bits and ${indices.length} bytes in place of ${PITCH * PITCH} bytes`),
  );

  shapes.push(
    heading([256, 184], 'and as the row’s feeder sends it east'),
    note(
      [256, 201],
      `K = ${taps} slots a non-zero, one for each tap; @: the psum address that a tap at offset 0 adds to`,
    ),
  );
  for (const [i, { slot, x, position }] of mine.slice(0, SHOWN * taps).entries()) {
    const at = [256 + i * 22, 212] as const;
    const own = Math.floor(i / taps);
    shapes.push(cell(at, 22, String(x), { fill: own % 2 === 0 ? blue : '#3f97cc', ink: 'white', size: 12 }));
    shapes.push(label([at[0] + 10, 246], String(slot), { anchor: 'middle', size: 9, fill: QUIET }));
    if (i % taps === 0) shapes.push(label([at[0], 262], `@ ${position}`, { size: 10, fill: '#57606a' }));
  }
  shapes.push(label([248, 246], 'slot', { anchor: 'end', size: 9, fill: QUIET }));
  return svg([740, 280], 'A tile’s bitmap and values become operations', shapes);
}
