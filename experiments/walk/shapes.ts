/** What the walk's pictures share: colours, cells with numbers in them, the frame. */
import { label, rect } from '../../src/report/figures/svg.ts';

/** A colour a row of the array; they differ in lightness too (Okabe and Ito). */
export const ROW_COLOURS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7'] as const;
export const INK = '#1f2328';
export const QUIET = '#8a919a';
export const PAPER = '#f3f4f6';
export const LINE = '#d5d9de';

export type Point = readonly [x: number, y: number];

export const svg = ([width, height]: Point, title: string, shapes: readonly string[]): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" role="img" aria-label="${title}" ` +
  `font-family="system-ui, sans-serif" fill="${INK}"><rect width="100%" height="100%" fill="white"/>\n${shapes.join('\n')}\n</svg>\n`;

export interface CellStyle {
  readonly fill?: string;
  readonly ink?: string;
  readonly size?: number;
  readonly bold?: boolean;
}

/** A square with a text in its middle, a pixel of paper between it and the next one. */
export function cell([x, y]: Point, side: number, text: string, style: CellStyle = {}): string {
  const { fill = PAPER, ink = INK, size = 11, bold = false } = style;
  const box = rect([x, y], [side - 1, side - 1], { fill });
  if (text === '') return box;
  return (
    box +
    label([x + (side - 1) / 2, y + side / 2 + size * 0.34], text, { anchor: 'middle', size, fill: ink, bold })
  );
}

export const heading = (at: Point, text: string): string => label(at, text, { size: 13, bold: true });
export const note = (at: Point, text: string): string => label(at, text, { size: 11, fill: '#57606a' });

/** An arrow to the right. */
export const arrow = ([x, y]: Point, length: number): string =>
  `<path d="M${x} ${y}h${length - 5}m-1 -4l6 4l-6 4z" fill="${QUIET}" stroke="${QUIET}"/>`;

/** With a true minus. */
export const signed = (value: number): string => String(value).replace('-', '−');
