/** The whole layer in time: weights, operations of each row, drains, cycle for cycle as the stepped core had them. */
import { label, line, rect } from '../../src/report/figures/svg.ts';
import { heading, LINE, note, QUIET, ROW_COLOURS, svg } from './shapes.ts';
import { arch, type Walk } from './trace.ts';

const LEFT = 120;
const STEP = 1.65; // pixels a cycle
const LANE = 24;

export function timelinePicture({ run, waves, loads, commands, psums }: Walk): string {
  const at = (slot: number): number => LEFT + slot * STEP;
  const lanes = [
    'weights',
    ...Array.from({ length: arch.array.rows }, (_, r) => `row ${r}`),
    'drain command',
    'psums out',
  ];
  const top = (lane: number): number => 76 + lane * LANE;
  const shapes: string[] = [
    heading([20, 26], `${run.cycles} cycles: two tiles of two waves`),
    note(
      [20, 43],
      'Each row goes through the waves (numbers) at its own pace; weights load and psums drain meanwhile',
    ),
  ];
  for (const [i, name] of lanes.entries())
    shapes.push(
      label([LEFT - 10, top(i) + 14], name, { anchor: 'end', size: 11 }),
      line([LEFT, top(i) + LANE - 3], [at(run.cycles), top(i) + LANE - 3], { stroke: LINE }),
    );
  const bars = (lane: number, slots: readonly number[], fill: string): void => {
    for (const [first, end] of stretches(slots))
      shapes.push(
        rect([at(first), top(lane)], [(end - first) * STEP, LANE - 8], {
          fill,
          title: `slots ${first} to ${end - 1}`,
        }),
      );
  };
  bars(
    0,
    loads.filter(({ row }) => row === 0).map(({ slot }) => slot),
    '#6e7781',
  );
  for (const { wave, row, start, end } of waves) {
    bars(
      1 + row,
      Array.from({ length: end - start }, (_, i) => start + i),
      ROW_COLOURS[row]!,
    );
    shapes.push(
      label([at((start + end) / 2), top(1 + row) + 12], String(wave), {
        anchor: 'middle',
        size: 10,
        fill: 'white',
      }),
    );
  }
  bars(lanes.length - 2, commands, '#d55e00');
  bars(
    lanes.length - 1,
    psums.map(({ slot }) => slot),
    '#d55e00',
  );
  const bottom = top(lanes.length);
  for (let slot = 0; slot <= run.cycles - 30; slot += 50) {
    shapes.push(line([at(slot), bottom], [at(slot), bottom + 5], { stroke: QUIET }));
    shapes.push(label([at(slot), bottom + 17], String(slot), { anchor: 'middle', size: 10, fill: QUIET }));
  }
  shapes.push(label([at(run.cycles), bottom + 17], `${run.cycles} cycles`, { anchor: 'middle', size: 10 }));
  return svg([at(run.cycles) + 40, bottom + 30], 'The layer in time', shapes);
}

/** Slots next to each other as [first, end). */
export function stretches(slots: readonly number[]): readonly (readonly [number, number])[] {
  const list: [number, number][] = [];
  for (const slot of slots)
    if (list.length > 0 && list.at(-1)![1] === slot) list.at(-1)![1]++;
    else list.push([slot, slot + 1]);
  return list;
}
