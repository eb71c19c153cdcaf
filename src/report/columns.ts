/** Text in aligned columns. Widths are counted on the plain text, colours are put on afterwards. */

export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
}

export type Paint = (text: string) => string;
/** A cell, with the colour it gets where the caller allows colours. */
export type Cell = string | { readonly text: string; readonly paint: Paint };

export const plain: Paint = (text) => text;
const ansi =
  (code: number): Paint =>
  (text) =>
    `\u001b[${code}m${text}\u001b[0m`;
export const paints = {
  bold: ansi(1),
  dim: ansi(2),
  red: ansi(31),
  green: ansi(32),
  yellow: ansi(33),
  magenta: ansi(35),
  cyan: ansi(36),
} as const;

const textOf = (cell: Cell): string => (typeof cell === 'string' ? cell : cell.text);
const lengthOf = (text: string): number => [...text].length;

export interface Layout {
  readonly colour: boolean;
  readonly gap?: number;
  /** Rows before which a rule is drawn. */
  readonly rules?: readonly number[];
}

/** Lines without a line break at the end; no trailing spaces. */
export function columnLines(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  { colour, gap = 2, rules = [] }: Layout,
): string[] {
  const widths = columns.map(({ title }, i) =>
    rows.reduce((most, row) => Math.max(most, lengthOf(textOf(row[i] ?? ''))), lengthOf(title)),
  );
  const line = (cells: readonly Cell[], whole: Paint = plain): string => {
    const parts = columns.map(({ align }, i) => {
      const cell = cells[i] ?? '';
      const text = textOf(cell);
      const fill = ' '.repeat(widths[i]! - lengthOf(text));
      const painted = colour && typeof cell !== 'string' ? cell.paint(text) : text;
      return align === 'left' ? painted + fill : fill + painted;
    });
    const joined = parts.join(' '.repeat(gap)).trimEnd();
    return colour ? whole(joined) : joined;
  };
  const rule = '─'.repeat(widths.reduce((sum, w) => sum + w, gap * (columns.length - 1)));
  const lines = [
    line(
      columns.map(({ title }) => title),
      paints.bold,
    ),
    colour ? paints.dim(rule) : rule,
  ];
  rows.forEach((row, i) => {
    if (rules.includes(i)) lines.push(colour ? paints.dim(rule) : rule);
    lines.push(line(row));
  });
  return lines;
}
