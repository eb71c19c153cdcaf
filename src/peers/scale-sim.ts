/**
 * SCALE-Sim topologies, a CSV line a layer, as its topology_utils.py reads them (v3 @ fab89b7). The first line names the
 * columns and the columns count by position:
 *
 *   conv   name, ifmap height, ifmap width, filter height, filter width, channels, filters, stride[, stride across][, N:M],
 *   GEMM   name, M, N, K[, N:M],
 *
 * There is no padding, and ofmap sizes are rounded up: ceil((H - R + stride) / stride). Here that is padding with zeros
 * behind the last row and column, as many as the last window lacks.
 */
import { fail, within } from '../errors.ts';
import type { Model } from '../model/model.ts';
import type { ConvShape } from '../tensor/conv.ts';
import {
  convOf,
  gemmConv,
  type LayerTable,
  layerName,
  lineAt,
  modelOf,
  type TableLayer,
} from './layer-table.ts';
import { linesOf, listed, quoted, textOf, wholeNumber } from './text.ts';

const MADE_BY = 'SCALE-Sim topology';
const CONV_COLUMNS = [
  'the ifmap height',
  'the ifmap width',
  'the filter height',
  'the filter width',
  'the number of channels',
  'the number of filters',
  'the stride',
] as const;
const GEMM_COLUMNS = ['M', 'N', 'K'] as const;
const SPARSITY = /^\d+\s*:\s*\d+$/;

export const importTopology = (file: Uint8Array, name: string): Model =>
  modelOf(name, readTopology(textOf(file, MADE_BY)));

interface Row {
  readonly cells: readonly string[];
  readonly line: number;
}

function readTopology(text: string): LayerTable {
  const [header, ...rows] = rowsOf(text);
  if (header === undefined) return fail(`the ${MADE_BY} is empty`);
  const isGemm = header.cells.slice(1, 4).join().toUpperCase() === GEMM_COLUMNS.join();
  within(lineAt(header.line), () => checkHeader(header.cells, isGemm));
  const notes = remarks(header.cells);
  const layers: TableLayer[] = [];
  for (const row of rows) {
    if (row.cells.every((cell, i) => i === 0 || cell === '')) {
      if (row.cells[0] !== '') notes.heading(row.cells[0]!);
      continue;
    }
    within(lineAt(row.line), () => {
      const name = layerName(row.cells[0]!, `layer ${layers.length + 1}`);
      const conv = isGemm ? gemmRow(row.cells) : convRow(name, row.cells, { header: header.cells, notes });
      notes.extras(row.cells, isGemm);
      layers.push({ name, line: row.line, conv });
    });
  }
  return { madeBy: MADE_BY, layers, notes: notes.all() };
}

/** Lines that hold more than commas, their cells trimmed. */
const rowsOf = (text: string): readonly Row[] =>
  linesOf(text)
    .map((line, i) => ({ cells: line.split(',').map((cell) => cell.trim()), line: i + 1 }))
    .filter(({ cells }) => cells.some((cell) => cell !== ''));

function checkHeader(cells: readonly string[], isGemm: boolean): void {
  const hint = `columns of a conv table: name, ${CONV_COLUMNS.join(', ')}; of a GEMM table: name, M, N, K`;
  if (cells.slice(1).some((cell) => /^\d+$/.test(cell)))
    fail('the first line holds numbers, but SCALE-Sim takes it for the names of the columns and skips it', {
      hint: 'put a line of column names before it',
    });
  if (!isGemm && cells.slice(0, 8).filter((cell) => cell !== '').length < 8)
    fail(`this is no ${MADE_BY}: the first line should name its columns`, { hint });
}

const numbers = (cells: readonly string[], columns: readonly string[]): readonly number[] =>
  columns.map((column, i) => wholeNumber(cells[i + 1] ?? '', column));

function gemmRow(cells: readonly string[]): ConvShape {
  const [M, N, K] = numbers(cells, GEMM_COLUMNS) as [number, number, number];
  for (const [letter, n] of Object.entries({ M, N, K })) if (n === 0) fail(`${letter} is 0`);
  return gemmConv({ M, K, N });
}

function convRow(
  name: string,
  cells: readonly string[],
  { header, notes }: { readonly header: readonly string[]; readonly notes: Remarks },
): ConvShape {
  const [H, W, R, S, C, filters, down] = numbers(cells, CONV_COLUMNS) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const second = isSecondStride(header[8] ?? '') && /^\d+$/.test(cells[8] ?? '');
  const across = second ? wholeNumber(cells[8]!, 'the stride across') : down;
  if (R > H || S > W) fail(`a ${R}x${S} filter is larger than the ${H}x${W} ifmap`);
  const behind = (size: number, kernel: number, stride: number): number =>
    stride === 0 ? 0 : (stride - ((size - kernel) % stride)) % stride;
  // SCALE-Sim makes a row whose name holds "DP" as many layers as it has channels, of one channel each.
  const depthwise = name.includes('DP');
  if (depthwise) notes.depthwise(name);
  return convOf({
    C,
    H,
    W,
    K: depthwise ? C * filters : filters,
    R,
    S,
    stride: [down, across],
    pad: [0, 0, behind(H, R, down), behind(W, S, across)],
    groups: depthwise ? C : 1,
  });
}

/** A ninth column is a stride where its heading says so, or says nothing. */
const isSecondStride = (heading: string): boolean => heading === '' || /stride/i.test(heading);

interface Remarks {
  readonly heading: (name: string) => void;
  readonly depthwise: (name: string) => void;
  /** What lies in columns behind those that are read. */
  readonly extras: (cells: readonly string[], isGemm: boolean) => void;
  readonly all: () => readonly string[];
}

function remarks(header: readonly string[]): Remarks {
  const [headings, depthwise, sparse, ignored]: [string[], string[], string[], Set<string>] = [
    [],
    [],
    [],
    new Set(),
  ];
  return {
    heading: (name) => headings.push(name),
    depthwise: (name) => depthwise.push(name),
    extras(cells, isGemm) {
      const first = isGemm ? 4 : isSecondStride(header[8] ?? '') && /^\d+$/.test(cells[8] ?? '') ? 9 : 8;
      for (let i = first; i < cells.length; i++)
        if (SPARSITY.test(cells[i]!)) sparse.push(cells[i]!);
        else if (cells[i] !== '') ignored.add(header[i] ? quoted(header[i]!) : `column ${i + 1}`);
    },
    all: () => [
      ...(headings.length > 0 ? [`lines with a name alone are headings: ${listed(headings)}`] : []),
      ...(depthwise.length > 0
        ? [`rows named DP are depthwise, and stay one layer each: ${listed(depthwise)}`]
        : []),
      ...(sparse.some((ratio) => !/^(\d+)\s*:\s*\1$/.test(ratio))
        ? [
            `the sparsity column (${listed([...new Set(sparse)])}) is not used: zeros come from --rule and --sparsity`,
          ]
        : []),
      ...(ignored.size > 0 ? [`columns not used: ${listed([...ignored])}`] : []),
    ],
  };
}
