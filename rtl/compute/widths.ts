/** Widths of the compute core's stream words: the localparams of compute_core.sv, computed a second time. */
import type { Arch } from '../../src/arch/arch.ts';
import { fail } from '../../src/errors.ts';

/** Bits that tell `n` things apart. */
const clog2 = (n: number): number => Math.ceil(Math.log2(n));

/** Of an address into the stream memories, and of a wave's tag: what compute_core.sv has unless it is told otherwise. */
export const STREAM_BITS = 20;
export const TAG_BITS = 1;

export interface CoreWidths {
  readonly address: number;
  readonly lane: number;
  readonly taps: number; // a number of taps
  readonly slots: number;
  readonly load: number;
  readonly psums: number;
  readonly reciprocal: number;
  readonly record: number;
  readonly entry: number;
  readonly tap: number;
}

export function coreWidths({ array, pe }: Arch): CoreWidths {
  const address = clog2(pe.psumDepth);
  const lane = Math.max(1, clog2(pe.weightLanes));
  const taps = clog2(pe.weightDepth + 1);
  const slots = clog2(pe.psumDepth * pe.weightDepth + 1);
  const load = clog2(array.rows * pe.weightDepth + 1);
  const psums = clog2(pe.psumDepth + 1);
  const reciprocal = 2 * address + 1;
  return {
    address,
    lane,
    taps,
    slots,
    load,
    psums,
    reciprocal,
    record: 3 + load + 3 * address + reciprocal + psums + 3 * STREAM_BITS + TAG_BITS,
    entry: slots + taps + lane + STREAM_BITS + pe.psumDepth,
    tap: 8 + address,
  };
}

/** Deep psums lie in block RAM; two banks would need a block each, and stay as Yosys places them. */
const psumsInBlocks = ({ psumDepth, psumBanks }: Arch['pe']): boolean => psumDepth > 64 && psumBanks === 1;

/** The parameters of compute_core.sv. */
export function coreParameters({ array, pe }: Arch): Readonly<Record<string, number>> {
  if (pe.channelGap < 2)
    fail(
      `pe.channelGap is ${pe.channelGap}, and the silicon leaves two idle slots between channels or more`,
      {
        hint: 'raise pe.channelGap to 2: products would be lost with less',
      },
    );
  return {
    ROWS: array.rows,
    COLS: array.cols,
    PSUM_DEPTH: pe.psumDepth,
    PSUM_BANKS: pe.psumBanks,
    PSUM_BITS: pe.psumBits,
    WEIGHT_DEPTH: pe.weightDepth,
    WEIGHT_LANES: pe.weightLanes,
    CHANNEL_GAP: pe.channelGap,
    PSUM_BLOCK: Number(psumsInBlocks(pe)),
  };
}
