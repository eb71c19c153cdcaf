/**
 * Roofline (Williams, Waterman and Patterson, CACM 2009): effectual MACs a cycle over effectual MACs a DRAM byte.
 * Both roofs are read off the report: the multipliers from utilization, the bandwidth from DRAM bytes a DRAM cycle.
 */
import { brief } from '../quantities.ts';
import type { LayerReport, Report } from '../report.ts';
import { BOUND_COLOURS } from './bound-colours.ts';
import { dot, label, line, svg } from './svg.ts';

const WIDTH = 640;
const HEIGHT = 360;
const LEFT = 60;
const BOTTOM = 40;
const TOP = 20;
const RIGHT = 20;

export interface Roofs {
  readonly macsPerCycle: number;
  readonly bytesPerCycle: number;
}

/** Multipliers = effectual MACs / (cycles * utilization), from the layer that tells it best. */
export function roofsOf(layers: readonly LayerReport[]): Roofs | undefined {
  const telling = layers.reduce<LayerReport | undefined>(
    (best, l) => (l.utilization > (best?.utilization ?? 0) ? l : best),
    undefined,
  );
  const bytesPerCycle = layers.reduce(
    (most, l) => (l.dramCycles > 0 ? Math.max(most, l.dramBytes.total / l.dramCycles) : most),
    0,
  );
  if (telling === undefined || telling.cycles === 0 || bytesPerCycle === 0) return undefined;
  return { macsPerCycle: telling.macsEffectual / (telling.cycles * telling.utilization), bytesPerCycle };
}

/** Undefined where a report cannot tell its roofs: nothing computed or nothing moved. */
export function roofline({ layers, model, machine }: Report): string | undefined {
  const roofs = roofsOf(layers);
  const points = layers
    .filter((l) => l.cycles > 0 && l.dramBytes.total > 0 && l.macsEffectual > 0)
    .map((l) => ({ ...l, x: l.macsEffectual / l.dramBytes.total, y: l.macsEffectual / l.cycles }));
  if (roofs === undefined || points.length === 0) return undefined;
  const { macsPerCycle, bytesPerCycle } = roofs;
  const ridge = macsPerCycle / bytesPerCycle;

  const span = (values: readonly number[]): readonly [number, number] => {
    const low = values.reduce((a, b) => Math.min(a, b));
    const high = values.reduce((a, b) => Math.max(a, b));
    return [Math.floor(Math.log10(low)), Math.log10(high * 1.5)]; // in decades
  };
  const [x0, x1] = span([...points.map(({ x }) => x), ridge / 2, ridge * 4]);
  const [y0, y1] = span([...points.map(({ y }) => y), macsPerCycle]);
  const across = (x: number): number => LEFT + ((Math.log10(x) - x0) / (x1 - x0)) * (WIDTH - LEFT - RIGHT);
  const up = (y: number): number =>
    HEIGHT - BOTTOM - ((Math.log10(y) - y0) / (y1 - y0)) * (HEIGHT - BOTTOM - TOP);
  const ticks = (from: number, to: number): number[] =>
    Array.from({ length: Math.floor(to) - from + 1 }, (_, i) => 10 ** (from + i));

  const faint = { stroke: '#9994' };
  const roof = { stroke: 'currentColor', width: 1.5 };
  const slopeStart = Math.max(10 ** x0, 10 ** y0 / bytesPerCycle);
  return svg({ width: WIDTH, height: HEIGHT, says: `Roofline of ${model} on ${machine}` }, [
    ...ticks(x0, x1).flatMap((x) => [
      line([across(x), TOP], [across(x), HEIGHT - BOTTOM], faint),
      label([across(x), HEIGHT - BOTTOM + 14], brief(x), { anchor: 'middle' }),
    ]),
    ...ticks(y0, y1).flatMap((y) => [
      line([LEFT, up(y)], [WIDTH - RIGHT, up(y)], faint),
      label([LEFT - 6, up(y) + 4], brief(y), { anchor: 'end' }),
    ]),
    line([across(slopeStart), up(slopeStart * bytesPerCycle)], [across(ridge), up(macsPerCycle)], roof),
    line([across(ridge), up(macsPerCycle)], [WIDTH - RIGHT, up(macsPerCycle)], roof),
    label([WIDTH - RIGHT, up(macsPerCycle) - 5], `${brief(macsPerCycle)} MACs/cycle`, { anchor: 'end' }),
    ...points.map(({ name, x, y, boundBy }) =>
      dot([across(x), up(y)], 4, {
        fill: BOUND_COLOURS[boundBy],
        title: `${name}: ${brief(y)} MACs/cycle at ${brief(x)} MACs/byte, bound by ${boundBy}`,
      }),
    ),
    label([(LEFT + WIDTH) / 2, HEIGHT - 6], 'effectual MACs per DRAM byte', { anchor: 'middle' }),
    label([LEFT, 12], 'effectual MACs per cycle', { anchor: 'start' }),
  ]);
}
