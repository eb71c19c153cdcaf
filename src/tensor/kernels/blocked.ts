/**
 * Convolution as blocks of im2col and GEMM in a few MB of WebAssembly memory, whatever the size of the layer:
 *
 *   a chunk of filters    weights stay in memory
 *     a band of ofmap rows    the ifmap rows it reads are copied in, padded
 *       a run of columns        im2col into panels that stay in the L2 cache, times the chunk's weights
 */
import { type ConvShape, ofmapHeight, ofmapWidth } from '../conv.ts';
import type { TensorData } from '../tensor.ts';
import { type Kernels, layOut, sharedKernels } from './module.ts';

type Operand = Float32Array | Int16Array;

/** What differs between float32 and integers. */
export interface Arithmetic<X extends Operand, Acc extends Float32Array | Int32Array> {
  readonly operand: { new (buffer: ArrayBuffer, at: number, length: number): X; BYTES_PER_ELEMENT: number };
  readonly result: new (buffer: ArrayBuffer, at: number, length: number) => Acc;
  /** Depths are handled so many at a time. */
  readonly depthStep: 1 | 2;
  readonly pack: (kernels: Kernels, from: PackSource, depth: number, panels: number) => void;
  readonly gemm: (kernels: Kernels, from: GemmSource, counts: GemmCounts) => void;
}

/** Byte addresses. */
export interface PackSource {
  readonly ifmap: number;
  readonly taps: number;
  readonly columns: number;
  readonly panels: number;
}

/** Byte addresses. */
export interface GemmSource {
  readonly weights: number;
  readonly panels: number;
  readonly bias: number;
  readonly out: number;
  readonly spill: number;
}

export interface GemmCounts {
  readonly rows: number; // filters, a multiple of 4
  readonly cols: number; // ofmap positions
  readonly depth: number; // a multiple of depthStep
  readonly stride: number; // elements between two rows of `out`
}

/** Bytes that each piece may take; a single filter row, ofmap row or panel takes what it needs. */
export interface Budget {
  readonly weights: number;
  readonly ifmap: number;
  readonly out: number;
  readonly panels: number;
}

const MB = 2 ** 20;
const USUAL: Budget = { weights: 16 * MB, ifmap: 8 * MB, out: 8 * MB, panels: MB / 2 };

const upTo = (n: number, multiple: number): number => Math.ceil(n / multiple) * multiple;

/** How a layer is cut; every count at least 1 however large the layer. */
function cut(
  conv: ConvShape,
  budget: Budget,
  { operandBytes, depthStep }: { operandBytes: number; depthStep: number },
) {
  const { C, W, K, R, S, stride, pad, dilation, groups } = conv;
  const [P, Q, channels, filters] = [ofmapHeight(conv), ofmapWidth(conv), C / groups, K / groups];
  const depth = upTo(channels * R * S, depthStep);
  const fitting = Math.floor(budget.weights / (depth * operandBytes) / 4) * 4;
  const chunk = Math.min(filters, Math.max(4, fitting));
  const rows = upTo(chunk, 4);

  const width = pad[1] + W + pad[3];
  const ifmapRows = (bandRows: number) => (bandRows - 1) * stride[0] + (R - 1) * dilation[0] + 1;
  const ifmapRowBytes = channels * width * operandBytes;
  const byIfmap = Math.floor((budget.ifmap / ifmapRowBytes - ifmapRows(1)) / stride[0]) + 1;
  const byOut = Math.floor(budget.out / (rows * Q * 4));
  const band = Math.max(1, Math.min(P, byIfmap, byOut));

  const columns = upTo(band * Q, 8);
  const panelBytes = depth * 8 * operandBytes;
  const run = Math.max(1, Math.min(columns / 8, Math.floor(budget.panels / panelBytes)));
  return { P, Q, channels, filters, depth, chunk, rows, width, ifmapRows, band, columns, run };
}

/** out[K,P,Q] = bias + weight * ifmap, all groups. */
export function convBlocked<X extends Operand, Acc extends Float32Array | Int32Array>(
  {
    ifmap,
    weight,
    bias,
    out,
  }: { ifmap: TensorData; weight: TensorData; bias?: Float32Array | undefined; out: Acc },
  conv: ConvShape,
  { arithmetic, budget = USUAL }: { arithmetic: Arithmetic<X, Acc>; budget?: Budget },
): void {
  const { operand: Operand, result: Result, depthStep } = arithmetic;
  const size = Operand.BYTES_PER_ELEMENT;
  const c = cut(conv, budget, { operandBytes: size, depthStep });
  const { P, Q, channels, filters, depth } = c;
  const plane = P * Q;
  const bandRows = c.ifmapRows(c.band);
  const { at, bytes } = layOut({
    weights: c.rows * depth * size,
    bias: c.rows * 4,
    ifmap: channels * bandRows * c.width * size,
    taps: depth * 4,
    columns: c.columns * 4,
    panels: c.run * depth * 8 * size,
    out: c.rows * c.band * Q * 4,
    spill: 128,
  });
  const kernels = sharedKernels(bytes);
  const { buffer } = kernels.memory;
  const weights = new Operand(buffer, at.weights, c.rows * depth);
  const biases = new Float32Array(buffer, at.bias, c.rows);
  const padded = new Operand(buffer, at.ifmap, channels * bandRows * c.width);
  const taps = new Int32Array(buffer, at.taps, depth);
  const columns = new Int32Array(buffer, at.columns, c.columns);
  fillTaps(taps, conv, { channels, bandRows, width: c.width });
  fillColumns(columns, conv, { count: c.band * Q, Q, width: c.width });

  for (let group = 0; group < conv.groups; group++)
    for (let f = 0; f < filters; f += c.chunk) {
      const chunk = Math.min(c.chunk, filters - f);
      const firstFilter = group * filters + f;
      fillWeights(weights, weight, {
        from: firstFilter,
        count: chunk,
        depth,
        used: channels * conv.R * conv.S,
      });
      if (bias) biases.set(bias.subarray(firstFilter, firstFilter + chunk));
      else biases.fill(0);
      for (let p = 0; p < P; p += c.band) {
        const band = Math.min(c.band, P - p);
        // One band alone needs its ifmap copied only for the first chunk of filters.
        if (f === 0 || c.band < P)
          fillIfmap(padded, ifmap, conv, {
            firstChannel: group * channels,
            channels,
            p,
            bandRows,
            width: c.width,
          });
        const cols = band * Q;
        for (let col = 0; col < cols; col += c.run * 8) {
          const count = Math.min(c.run * 8, cols - col);
          arithmetic.pack(kernels, { ...at, columns: at.columns + col * 4 }, depth, Math.ceil(count / 8));
          const counts = { rows: upTo(chunk, 4), cols: count, depth, stride: cols };
          arithmetic.gemm(kernels, { ...at, out: at.out + col * 4 }, counts);
        }
        const block = new Result(buffer, at.out, chunk * cols);
        if (band === P) out.set(block, firstFilter * plane);
        else
          for (let k = 0; k < chunk; k++)
            out.set(block.subarray(k * cols, (k + 1) * cols), (firstFilter + k) * plane + p * Q);
      }
    }
}

/** Where tap k reads, from where its window begins. */
function fillTaps(
  taps: Int32Array,
  { R, S, dilation }: ConvShape,
  { channels, bandRows, width }: { channels: number; bandRows: number; width: number },
): void {
  let k = 0;
  for (let c = 0; c < channels; c++)
    for (let r = 0; r < R; r++)
      for (let s = 0; s < S; s++) taps[k++] = (c * bandRows + r * dilation[0]) * width + s * dilation[1];
  // The depth that makes their number even meets a weight of 0; it may read anywhere.
  taps.fill(0, k);
}

/** Where the window of column j begins; see pack.ts for the last panel. */
function fillColumns(
  columns: Int32Array,
  { stride }: ConvShape,
  { count, Q, width }: { count: number; Q: number; width: number },
): void {
  for (let j = 0; j < columns.length; j++) {
    const column = j < count ? j : j - (j % 8);
    columns[j] = Math.floor(column / Q) * stride[0] * width + (column % Q) * stride[1];
  }
}

function fillWeights(
  weights: Operand,
  source: TensorData,
  { from, count, depth, used }: { from: number; count: number; depth: number; used: number },
): void {
  if (depth === used) weights.set(source.subarray(from * used, (from + count) * used));
  else
    for (let k = 0; k < count; k++) {
      weights.set(source.subarray((from + k) * used, (from + k + 1) * used), k * depth);
      weights.fill(0, k * depth + used, (k + 1) * depth);
    }
  weights.fill(0, count * depth, upTo(count, 4) * depth);
}

/** The ifmap rows that ofmap rows from p on read, with their padding; rows behind the padded ifmap stay zero. */
function fillIfmap(
  padded: Operand,
  ifmap: TensorData,
  { H, W, stride, pad }: ConvShape,
  band: { firstChannel: number; channels: number; p: number; bandRows: number; width: number },
): void {
  const { firstChannel, channels, bandRows, width } = band;
  const top = band.p * stride[0] - pad[0]; // ifmap row of the band's first row
  const [from, to] = [Math.max(0, top), Math.min(H, top + bandRows)];
  if (width > W || to - from < bandRows) padded.fill(0);
  if (to <= from) return; // nothing but padding
  if (width === W && to - from === H && bandRows === H) {
    padded.set(ifmap.subarray(firstChannel * H * W, (firstChannel + channels) * H * W));
    return;
  }
  for (let c = 0; c < channels; c++) {
    const source = (firstChannel + c) * H * W;
    const target = (c * bandRows - top) * width + pad[1];
    if (width === W) padded.set(ifmap.subarray(source + from * W, source + to * W), target + from * W);
    else
      for (let y = from; y < to; y++)
        padded.set(ifmap.subarray(source + y * W, source + (y + 1) * W), target + y * width);
  }
}
