/** DRAM bytes of every layer, split by operand, with a mark at the least that any schedule could move. */
import { shortened } from '../printable.ts';
import { withUnit } from '../quantities.ts';
import type { Report } from '../report.ts';
import { label, line, rect, svg } from './svg.ts';

const NAMES = 170;
const BARS = 480;
const NUMBERS = 110;
const PITCH = 18;
const OPERANDS = [
  ['ifmap', '#0072b2'],
  ['weight', '#e69f00'],
  ['ofmap', '#56b4e9'],
] as const;

export function dramByLayer({ layers, model, machine }: Report): string {
  const most = layers.reduce((m, { dramBytes }) => Math.max(m, dramBytes.total, dramBytes.lowerBound), 1);
  const scale = BARS / most;
  const rows = layers.flatMap(({ name, dramBytes }, i) => {
    const y = PITCH * (i + 1);
    let x = NAMES;
    const bars = OPERANDS.map(([operand, fill]) => {
      const length = dramBytes[operand] * scale;
      const bar = rect([x, y], [length, PITCH - 5], {
        fill,
        title: `${name}: ${operand} ${withUnit(dramBytes[operand], 'B')}`,
      });
      x += length;
      return bar;
    });
    const bound = NAMES + dramBytes.lowerBound * scale;
    return [
      label([NAMES - 6, y + 10], shortened(name, 26), { anchor: 'end' }),
      ...bars,
      line([bound, y - 2], [bound, y + PITCH - 3], { stroke: 'currentColor', width: 1.5 }),
      label([Math.max(x, bound) + 4, y + 10], withUnit(dramBytes.total, 'B')),
    ];
  });
  const legend = OPERANDS.flatMap(([operand, fill], i) => [
    rect([NAMES + 90 * i, 0], [10, 10], { fill }),
    label([NAMES + 90 * i + 14, 9], operand),
  ]);
  return svg(
    {
      width: NAMES + BARS + NUMBERS,
      height: PITCH * (layers.length + 1),
      says: `DRAM bytes of each layer of ${model} on ${machine}, with the lower bound`,
    },
    [...legend, label([NAMES + 270, 9], '| least possible'), ...rows],
  );
}
