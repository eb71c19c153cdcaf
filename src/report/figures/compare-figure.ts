/** The figures of a comparison, by name: each an SVG file of its own. */
import type { Comparison } from '../compare.ts';
import { compareBars } from './compare-bars.ts';
import { compareRadar } from './compare-radar.ts';
import { compareRoofline } from './compare-roofline.ts';

export const FIGURE_KINDS = ['bar', 'radar', 'roofline'] as const;
export type FigureKind = (typeof FIGURE_KINDS)[number];

const DRAW: Readonly<Record<FigureKind, (comparison: Comparison) => string>> = {
  bar: compareBars,
  radar: compareRadar,
  roofline: compareRoofline,
};

export const compareFigure = (comparison: Comparison, kind: FigureKind): string => DRAW[kind](comparison);
