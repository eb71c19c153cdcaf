/** Cycles of every layer as a bar, coloured by what bounds it. */
import type { BoundBy } from '../../cost/layer-cost.ts';
import { shortened } from '../printable.ts';
import { grouped } from '../quantities.ts';
import type { Report } from '../report.ts';
import { BOUND_COLOURS } from './bound-colours.ts';
import { label, rect, svg } from './svg.ts';

const NAMES = 170;
const BARS = 480;
const NUMBERS = 110;
const PITCH = 18;

export function cyclesByLayer({ layers, model, machine }: Report): string {
  const most = layers.reduce((m, { cycles }) => Math.max(m, cycles), 1);
  const rows = layers.flatMap(({ name, cycles, boundBy }, i) => {
    const y = PITCH * (i + 1);
    const title = `${name}: ${grouped(cycles)} cycles, bound by ${boundBy}`;
    const length = (BARS * cycles) / most;
    return [
      label([NAMES - 6, y + 10], shortened(name, 26), { anchor: 'end' }),
      rect([NAMES, y], [length, PITCH - 5], { fill: BOUND_COLOURS[boundBy], title }),
      label([NAMES + length + 4, y + 10], grouped(cycles)),
    ];
  });
  const bounds = Object.keys(BOUND_COLOURS).filter((bound) =>
    layers.some(({ boundBy }) => boundBy === bound),
  ) as BoundBy[];
  const legend = bounds.flatMap((bound, i) => [
    rect([NAMES + 90 * i, 0], [10, 10], { fill: BOUND_COLOURS[bound] }),
    label([NAMES + 90 * i + 14, 9], bound),
  ]);
  return svg(
    {
      width: NAMES + BARS + NUMBERS,
      height: PITCH * (layers.length + 1),
      says: `Cycles of each layer of ${model} on ${machine}`,
    },
    [...legend, ...rows],
  );
}
