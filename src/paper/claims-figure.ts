/** Every measured value over the figure claimed for it, on one logarithmic axis: a line a claim and rival, a mark a network. */
import { label, line, MUTED, page, polygon, rect } from '../report/figures/svg.ts';
import { brief } from '../report/quantities.ts';
import type { Measured, Range, Verdict } from './claim.ts';
import type { Paper } from './paper.ts';

const NAMES = 316;
const PLOT = 430;
const MARGIN = 18;
const PITCH = 25;
const TOP = 84;
const BAND = '#cfe3f1';
const HIT = '#0072b2';
const MISS = '#d55e00';
/** Of a value that does not decide. */
const BESIDE = '#b9c2cb';

/** Values of a claim that share a claimed figure in kind: one rival, one setting of those that decide. */
interface Line {
  readonly title: string;
  readonly high: number; // upper end over the lower
  readonly values: readonly (Measured & { readonly claimed: Range })[];
}

export function claimsFigure({ claims, networks }: Paper): string {
  const lines = claims.flatMap(linesOf);
  const ratios = lines.flatMap(({ values, high }) => [...values.map(ratio).filter((x) => x > 0), high]);
  const low = Math.log2(Math.min(0.5, ...ratios)) - 0.15;
  const high = Math.log2(Math.max(2, ...ratios)) + 0.15;
  const left = MARGIN + NAMES;
  const at = (x: number): number => left + ((Math.log2(x) - low) / (high - low)) * PLOT;
  const bottom = TOP + lines.length * PITCH;
  const ticks = Array.from(
    { length: Math.floor(high) - Math.ceil(low) + 1 },
    (_, i) => 2 ** (Math.ceil(low) + i),
  );
  const legendAt = (i: number): number => MARGIN + 108 * i;
  return page(
    {
      width: left + PLOT + MARGIN,
      height: bottom + 52,
      says: 'Measured over claimed, for every claim with a figure',
    },
    [
      label([MARGIN, 28], 'Measured over claimed', { size: 17, bold: true }),
      label(
        [MARGIN, 46],
        'band: from the lower to the upper end claimed; left of it is a miss; grey: shown, does not decide',
        {
          fill: MUTED,
        },
      ),
      ...networks.flatMap((network, i) => [
        polygon(mark(i, [legendAt(i) + 5, 61]), { fill: MUTED }),
        label([legendAt(i) + 15, 65], network),
      ]),
      ...ticks.flatMap((x) => [
        line([at(x), TOP - 6], [at(x), bottom], { stroke: '#e4e7ea' }),
        label([at(x), bottom + 16], `${brief(x)} x`, { anchor: 'middle' }),
      ]),
      ...lines.flatMap(({ title, high: upper, values }, i) => {
        const y = TOP + PITCH * i;
        return [
          label([left - 10, y + 13], title, { anchor: 'end' }),
          rect([at(1), y + 2], [Math.max(2.5, at(upper) - at(1)), PITCH - 8], { fill: BAND }),
          ...[...values].sort(besideFirst).flatMap((value) => {
            const share = ratio(value);
            if (!(share > 0))
              return label([left + 2, y + 14], `◂ ${brief(value.value)}`, { fill: MISS, size: 10 });
            const kind = networks.indexOf(value.model);
            const fill = value.holds === undefined ? BESIDE : value.holds ? HIT : MISS;
            return polygon(mark(Math.max(0, kind), [at(share), y + 10]), {
              ...{ fill, fillOpacity: 0.9, stroke: 'white', width: 0.8 },
              title: `${title}, ${value.model}: ${brief(value.value)} ${value.unit}, ${value.setting}`,
            });
          }),
        ];
      }),
      line([at(1), TOP - 6], [at(1), bottom], { stroke: HIT, width: 1.4 }),
      label([at(1), bottom + 38], 'as claimed', { anchor: 'middle', fill: HIT }),
    ],
  );
}

const ratio = ({ value, claimed }: Line['values'][number]): number => value / claimed.low;
const besideFirst = (a: Measured, b: Measured): number =>
  Number(a.holds !== undefined) - Number(b.holds !== undefined);

function linesOf({ id, measured }: Verdict): readonly Line[] {
  const groups = new Map<string, Line['values'][number][]>();
  for (const value of measured) {
    if (value.claimed === undefined) continue;
    const title = [id, value.unit, value.against === undefined ? '' : `against ${value.against}`];
    const key = title.filter((part) => part !== '').join(', ');
    groups.set(key, [...(groups.get(key) ?? []), { ...value, claimed: value.claimed }]);
  }
  return [...groups].map(([title, values]) => ({
    title,
    high: Math.max(...values.map(({ claimed }) => claimed.high / claimed.low)),
    values,
  }));
}

/** Circle, square, triangle, diamond, …: a shape a network. */
function mark(kind: number, [x, y]: readonly [number, number]): readonly (readonly [number, number])[] {
  const [corners, turn] = SHAPES[kind % SHAPES.length]!;
  return Array.from({ length: corners }, (_, i) => {
    const angle = turn + (2 * Math.PI * i) / corners;
    return [x + 5 * Math.cos(angle), y + 5 * Math.sin(angle)] as const;
  });
}

const SHAPES: readonly (readonly [corners: number, turn: number])[] = [
  [24, 0],
  [4, Math.PI / 4],
  [3, -Math.PI / 2],
  [4, 0],
  [6, 0],
];
