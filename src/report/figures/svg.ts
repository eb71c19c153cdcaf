/** The few SVG shapes our figures need, as strings; every text is escaped here and nowhere else. */
import { escapeHtml } from '../printable.ts';

const at = (n: number): string => (Number.isFinite(n) ? String(Math.round(n * 100) / 100) : '0');

export interface RectStyle {
  readonly fill: string;
  readonly title?: string;
}

export const rect = (
  [x, y]: readonly [number, number],
  [width, height]: readonly [number, number],
  { fill, title }: RectStyle,
): string =>
  `<rect x="${at(x)}" y="${at(y)}" width="${at(Math.max(0, width))}" height="${at(height)}" fill="${fill}">` +
  `${title === undefined ? '' : `<title>${escapeHtml(title)}</title>`}</rect>`;

export interface LineStyle {
  readonly stroke: string;
  readonly width?: number;
  readonly dashed?: boolean;
}

export const line = (
  [x1, y1]: readonly [number, number],
  [x2, y2]: readonly [number, number],
  { stroke, width = 1, dashed = false }: LineStyle,
): string =>
  `<line x1="${at(x1)}" y1="${at(y1)}" x2="${at(x2)}" y2="${at(y2)}" stroke="${stroke}" ` +
  `stroke-width="${width}"${dashed ? ' stroke-dasharray="4 3"' : ''}/>`;

export const dot = ([x, y]: readonly [number, number], radius: number, { fill, title }: RectStyle): string =>
  `<circle cx="${at(x)}" cy="${at(y)}" r="${radius}" fill="${fill}" fill-opacity="0.75">` +
  `${title === undefined ? '' : `<title>${escapeHtml(title)}</title>`}</circle>`;

export interface LabelStyle {
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly size?: number;
  readonly fill?: string;
  readonly bold?: boolean;
}

export const label = (
  [x, y]: readonly [number, number],
  text: string,
  { anchor = 'start', size = 11, fill, bold = false }: LabelStyle = {},
): string =>
  `<text x="${at(x)}" y="${at(y)}" text-anchor="${anchor}" font-size="${size}"` +
  `${fill === undefined ? '' : ` fill="${fill}"`}${bold ? ' font-weight="600"' : ''}>${escapeHtml(text)}</text>`;

export interface ShapeStyle {
  readonly fill: string;
  readonly fillOpacity?: number;
  readonly stroke?: string;
  readonly width?: number;
  readonly title?: string;
}

export const polygon = (
  points: readonly (readonly [number, number])[],
  { fill, fillOpacity = 1, stroke = 'none', width = 1, title }: ShapeStyle,
): string =>
  `<polygon points="${points.map(([x, y]) => `${at(x)},${at(y)}`).join(' ')}" fill="${fill}" ` +
  `fill-opacity="${fillOpacity}" stroke="${stroke}" stroke-width="${width}" stroke-linejoin="round">` +
  `${title === undefined ? '' : `<title>${escapeHtml(title)}</title>`}</polygon>`;

export interface Frame {
  readonly width: number;
  readonly height: number;
  /** What the picture shows, for those who cannot see it. */
  readonly says: string;
}

export const svg = ({ width, height, says }: Frame, parts: readonly string[]): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${at(width)} ${at(height)}" width="${at(width)}" ` +
  `role="img" aria-label="${escapeHtml(says)}" font-family="system-ui, sans-serif" fill="currentColor">` +
  `${parts.join('')}</svg>`;

/** The same for a file of its own: on white and in dark ink, so that it can be read on a dark page too. */
export const page = (frame: Frame, parts: readonly string[]): string =>
  `${svg(frame, ['<rect width="100%" height="100%" fill="white"/>', ...parts]).replace(
    'fill="currentColor"',
    `fill="${INK}" color="${INK}"`,
  )}\n`;

export const INK = '#1b1f24';
export const FAINT = '#d8dce1';
export const MUTED = '#5f6873';
