/**
 * What a compute core takes of an FPGA, in closed form over the machine's sizes.
 *
 *   core = rows x cols x pe + rows x (pace + feeder) + loader + drain + sequencer + what joins them
 *
 * Each part is linear in a few widths of its registers and memories (`FEATURES`), fitted by least squares to runs of
 * Yosys on the SystemVerilog (`results/rtl-resources.json`, made by `npx tsx rtl/synth/grid.ts`, which also writes the
 * coefficients). FIT_ERROR there is the largest relative error of a core that is predicted from all the others: 2 % of
 * the LUTs and 1 % of the flip-flops. The runs count every LUT alone, so a vendor's tool should need fewer. Memories and
 * multipliers are not fitted: they come in whole blocks.
 *
 * In it: the compute core. Not in it: the ofmap side, the buffers, a memory interface.
 */
import type { Arch } from '../arch/arch.ts';
import { COEFFICIENTS } from './resources-fit.gen.ts';

export interface Resources {
  readonly lut: number; // lutram in it
  readonly lutram: number;
  readonly ff: number;
  readonly dsp: number;
  readonly bram36: number;
}

export interface Device extends Resources {
  readonly name: string;
  readonly source: string;
}

/** The ZCU102's device. */
export const XCZU9EG: Device = {
  name: 'xczu9eg',
  lut: 274_080,
  lutram: 144_000,
  ff: 548_160,
  dsp: 2_520,
  bram36: 912,
  source:
    'AMD DS891, Zynq UltraScale+ MPSoC overview: 274,080 LUTs, 8.8 Mb distributed RAM, 32.1 Mb block RAM',
};

export const fits = (needs: Resources, device: Device): boolean =>
  (['lut', 'lutram', 'ff', 'dsp', 'bram36'] as const).every((kind) => needs[kind] <= device[kind]);

export const NOTHING: Resources = { lut: 0, lutram: 0, ff: 0, dsp: 0, bram36: 0 };

export const addResources = (a: Resources, b: Resources, times = 1): Resources => ({
  lut: a.lut + b.lut * times,
  lutram: a.lutram + b.lutram * times,
  ff: a.ff + b.ff * times,
  dsp: a.dsp + b.dsp * times,
  bram36: a.bram36 + b.bram36 * times,
});

export type CorePart =
  | 'pe'
  | 'ifm_stream'
  | 'row_pace'
  | 'weight_loader'
  | 'psum_drain'
  | 'sequencer'
  | 'joints';

/** The sizes that a core is built to. */
export type CoreSizes = Pick<Arch, 'array' | 'pe'>;

/** Bits that tell `n` things apart. */
const clog2 = (n: number): number => Math.ceil(Math.log2(n));

/** Beyond this many words a psum bank lies in block RAM, a half of 36 Kb each. */
const LUTRAM_WORDS = 64;
const inBlocks = ({ psumDepth }: CoreSizes['pe']): boolean => psumDepth > LUTRAM_WORDS;

/** A lone bank adds and drains in the DSP slice, and has a bit beside each psum that says it is there. */
const isLone = ({ psumBanks }: CoreSizes['pe']): boolean => psumBanks === 1;
const wordBits = (pe: CoreSizes['pe']): number => pe.psumBits + (isLone(pe) ? 1 : 0);

/** The widths in the SystemVerilog that a part's size follows, by its names there. */
function widths({ array: { rows, cols }, pe }: CoreSizes) {
  const address = clog2(pe.psumDepth);
  const lanes = pe.weightLanes;
  const word = clog2(Math.floor((pe.weightDepth + 2 * lanes - 2) / lanes));
  return {
    address,
    word,
    lanes,
    lane: Math.max(1, clog2(lanes)),
    taps: clog2(pe.weightDepth + 1),
    tap: 8 + address,
    several: lanes > 1 ? 1 : 0, // lanes to choose from
    decoded: lanes > 2 ? lanes : 1, // wires of a lane each, but those that are an input as it comes
    left: clog2(lanes + 1),
    banks: pe.psumBanks,
    adders: isLone(pe) ? 0 : pe.psumBits,
    psumRegisters: isLone(pe) ? 0 : pe.psumBanks * pe.psumBits,
    // Block RAM has the register of what was read inside.
    readRegisters: inBlocks(pe) ? 0 : pe.psumBanks * wordBits(pe),
    depth: pe.psumDepth,
    deep: pe.psumDepth > 128 ? 1 : 0, // feeders search wider chunks then
    pairs: address * Math.ceil(address / 2),
    load: clog2(rows * pe.weightDepth + 1),
    slots: clog2(pe.psumDepth * pe.weightDepth + 1),
    rows,
    cols,
  };
}

type Widths = ReturnType<typeof widths>;

/** What each part's logic LUTs and flip-flops are linear in. */
export const FEATURES: Readonly<
  Record<CorePart, Readonly<Record<'logic' | 'ff', (w: Widths) => readonly number[]>>>
> = {
  pe: {
    logic: (w) => [1, w.word, w.several * w.tap, w.lanes, w.banks * w.address, w.adders],
    ff: (w) => [
      1,
      w.lanes + w.word,
      w.address,
      w.banks,
      w.banks * w.address,
      w.lanes * (1 + 2 * w.tap),
      w.adders,
      w.psumRegisters,
      w.readRegisters,
    ],
  },
  ifm_stream: {
    logic: (w) => [1, w.depth, w.deep, w.address, w.pairs, w.taps],
    ff: (w) => [1, w.depth, w.deep, w.address, w.pairs, w.taps, w.lane, w.word],
  },
  row_pace: {
    logic: (w) => [1, w.slots, w.address, w.word],
    ff: (w) => [1, w.slots, w.address, w.word],
  },
  weight_loader: {
    logic: (w) => [1, w.lanes, w.load, w.cols * w.word],
    ff: (w) => [
      1,
      w.cols * (1 + w.word),
      w.cols * w.lanes,
      w.cols * w.lanes * w.tap,
      w.cols * w.left,
      w.load,
      w.word,
    ],
  },
  psum_drain: {
    logic: (w) => [1, w.address],
    ff: (w) => [1, w.address, w.rows + w.cols, w.address * (w.rows + w.cols)],
  },
  sequencer: {
    logic: (w) => [1, w.rows, w.address, w.load, w.word],
    ff: (w) => [1, w.address, w.load, w.word],
  },
  joints: {
    logic: (w) => [1, w.rows * w.banks, w.rows * w.banks * w.address, w.rows * w.decoded],
    ff: (w) => [1, w.rows, w.rows * w.address],
  },
};

export const featuresOf = (part: CorePart, kind: 'logic' | 'ff', sizes: CoreSizes): readonly number[] =>
  FEATURES[part][kind](widths(sizes));

/** LUTs of a LUTRAM with a write port and a read port of its own; slices hold 14 bits of 32 words, or 7 of 64. */
export const lutramOf = (words: number, bits: number): number =>
  words <= 32 ? 8 * Math.ceil(bits / 14) : 8 * Math.ceil(words / 64) * Math.ceil(bits / 7);

/** Shift registers: a feeder's lane, word and value (but its sign) on their way; a load that waits; a wave's two tags. */
const shiftRegisters: Readonly<Partial<Record<CorePart, (w: Widths) => number>>> = {
  ifm_stream: (w) => w.lane + w.word + 8,
  weight_loader: (w) => w.load + w.word + 1 + 2 * STREAM_BITS,
  joints: () => 2,
};
const STREAM_BITS = 20; // of an address into the stream memories, where the core stands alone

function blocksOf(part: CorePart, sizes: CoreSizes): Pick<Resources, 'lutram' | 'dsp' | 'bram36'> {
  const w = widths(sizes);
  const { psumDepth, psumBanks } = sizes.pe;
  if (part === 'pe') {
    const deep = inBlocks(sizes.pe);
    return {
      lutram:
        lutramOf(2 ** (w.word + 1), w.lanes * w.tap) +
        (deep ? 0 : psumBanks * lutramOf(psumDepth, wordBits(sizes.pe))),
      dsp: 1,
      bram36: deep ? psumBanks / 2 : 0,
    };
  }
  // Eight waves: where their weights are, their tile, their entry; of those that are not over, the psums that drain.
  if (part === 'row_pace')
    return { lutram: lutramOf(8, w.word + 4 * w.address + 3 + STREAM_BITS), dsp: 0, bram36: 0 };
  if (part === 'sequencer')
    return { lutram: lutramOf(8, 4 + clog2(psumDepth + 1) + w.address), dsp: 0, bram36: 0 };
  // A feeder divides by the tile's width with a multiplier.
  return { lutram: shiftRegisters[part]?.(w) ?? 0, dsp: part === 'ifm_stream' ? 1 : 0, bram36: 0 };
}

/** A number for each feature of each part. */
export type Coefficients = Readonly<Record<CorePart, Readonly<Record<'logic' | 'ff', readonly number[]>>>>;

export function partResources(
  part: CorePart,
  sizes: CoreSizes,
  fitted: Coefficients = COEFFICIENTS,
): Resources {
  const linear = (kind: 'logic' | 'ff'): number => {
    const coefficients = fitted[part][kind];
    return Math.max(
      0,
      Math.round(featuresOf(part, kind, sizes).reduce((sum, x, i) => sum + x * coefficients[i]!, 0)),
    );
  };
  const blocks = blocksOf(part, sizes);
  return { ...blocks, lut: linear('logic') + blocks.lutram, ff: linear('ff') };
}

/** How often each part stands in a core. */
export const partCounts = ({ array: { rows, cols } }: CoreSizes): Readonly<Record<CorePart, number>> => ({
  pe: rows * cols,
  ifm_stream: rows,
  row_pace: rows,
  weight_loader: 1,
  psum_drain: 1,
  sequencer: 1,
  joints: 1,
});

export function coreResources(sizes: CoreSizes, fitted: Coefficients = COEFFICIENTS): Resources {
  const counts = partCounts(sizes);
  return (Object.keys(counts) as CorePart[]).reduce(
    (sum, part) => addResources(sum, partResources(part, sizes, fitted), counts[part]),
    NOTHING,
  );
}
