/**
 * A weight-stationary systolic array whose kernels follow a few patterns; ifmaps are dense.
 *
 *   row        one tap of one input channel's kernel, each column's own place in the window (the pattern chooses)
 *   column     one filter
 *   rows used  sum over channels of the taps of the block's largest pattern: columns keep step
 *   fold       max(ofmap pixels, rows)      streaming the window past the array, or loading the next fold's weights
 *
 * The skew is paid once a layer, as on the other machines here: weights load behind the stream.
 */
import type { Arch } from '../arch/arch.ts';
import type { LayerWork } from '../model/work.ts';
import { columnBlocks } from '../schedule/blocks.ts';
import { operandsOf } from '../schedule/schedule.ts';
import type { ConvShape } from '../tensor/conv.ts';
import { closedForm } from './closed-form.ts';
import { gemmOf } from './dense-gemm.ts';
import { effectualMacs } from './effectual.ts';
import type { LayerCost } from './layer-cost.ts';
import { type PatternLimits, patternTaps } from './pattern-taps.ts';
import { ofmapWords, wordBytes } from './sizes.ts';
import { streamed } from './streamed.ts';

const PSUM_BITS = 32;

export function patternArrayCost(work: LayerWork, arch: Arch, limits: PatternLimits): LayerCost {
  const operands = operandsOf(work);
  const { conv, ifmaps, weight } = operands;
  const { array, wordBits } = arch;
  const taps = patternTaps(weight, conv, limits);
  const { M } = gemmOf(conv, ifmaps.length);
  const given = taps.reduce((sum, n) => sum + n, 0);
  let [folds, rowsUsed, slots, psums] = [0, 0, 0, 0];
  for (const [k0, k1] of columnBlocks(conv, array.cols)) {
    const rows = blockRows(taps, conv, [k0, k1]);
    folds += Math.ceil(rows / array.rows);
    rowsUsed += rows;
    slots += rows * (k1 - k0);
    psums += Math.ceil(rows / array.rows) * (k1 - k0);
  }
  const patterned = conv.R * conv.S > 1 && conv.R * conv.S <= limits.positions;
  const indexBits = patterned ? taps.length * Math.ceil(Math.log2(limits.patterns)) : 0;
  const stored = {
    ifmap: wordBytes(conv.C * conv.H * conv.W * ifmaps.length, wordBits.ifmap),
    weight: wordBytes(given, wordBits.weight) + Math.ceil(indexBits / 8),
    ofmap: wordBytes(ofmapWords(work.ofmaps), wordBits.ofmap),
  };
  const issued = slots * M;
  return closedForm(
    {
      computeCycles: folds * Math.max(M, array.rows) + 2 * array.rows + array.cols - 2,
      macsEffectual: effectualMacs(operands),
      macsIssued: issued,
      macsActive: given * M, // a column waiting for a larger pattern multiplies nothing
      ...streamed(stored, arch),
      tile: [1, M],
      waves: folds,
      weightAccesses: given * M + slots,
      psumAccesses: 2 * given * M,
      hops: 2 * issued,
      bufferBits: {
        ifmap: wordBits.ifmap * rowsUsed * M,
        weight: 8 * stored.weight,
        ofmap: 2 * PSUM_BITS * psums * M,
      },
    },
    arch,
  );
}

/** Rows a block's weights take: over channels, the most taps of any of its filters. */
function blockRows(taps: Uint8Array, { C, groups }: ConvShape, [k0, k1]: readonly [number, number]): number {
  const channels = C / groups;
  let rows = 0;
  for (let c = 0; c < channels; c++) {
    let most = 0;
    for (let k = k0; k < k1; k++) most = Math.max(most, taps[k * channels + c]!);
    rows += most;
  }
  return rows;
}
