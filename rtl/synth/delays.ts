/**
 * Delays of cells and wires, in picoseconds, for the timing estimate.
 *
 * Cells: Artix-7, slowest grade, maxima as Yosys ships them (techlibs/xilinx/cells_sim.v, from the SymbiFlow
 * prjxray-db timings of CLBLL_L, CLBLM_R, BRAM_L and DSP). No open source times UltraScale+; the ZCU102's 16 nm part
 * is faster than that 28 nm one, so cells err on the slow side. MUXF9 does not exist there: MUXF8's numbers.
 * Wires: 300 a hop is what Yosys assumes for the 7 series (abc9 -W 300); `congested` doubles it, our assumption.
 */
import { PIPELINED_DSP } from './netlist.ts';

export interface Corner {
  readonly name: 'open' | 'congested';
  readonly wire: number;
}

export const OPEN: Corner = { name: 'open', wire: 300 };
export const CONGESTED: Corner = { name: 'congested', wire: 600 };
export const CORNERS = [OPEN, CONGESTED] as const;

/** From a clock edge to the output of a cell that holds something. */
export const CLOCK_TO_OUTPUT: ReadonlyMap<string, number> = new Map([
  ...['FDRE', 'FDSE', 'FDCE', 'FDPE'].map((type) => [type, 303] as const),
  ...['SRL16E', 'SRLC32E'].map((type) => [type, 1472] as const),
  ...['RAM64M8', 'RAM32M16', 'RAM64M', 'RAM32M', 'RAM64X1D', 'RAM32X1D'].map((type) => [type, 1190] as const),
  [PIPELINED_DSP, 435] as const, // P 329, the cascade 435
  ...['RAMB18E2', 'RAMB36E2'].map((type) => [type, 2454] as const), // without their output register
]);

/** How long before the clock edge an input must be there. */
export function setup(type: string, port: string): number | undefined {
  if (type.startsWith('FD')) return port === 'R' || port === 'S' ? 404 : port === 'CE' ? 109 : 0;
  // Registers at A, B, M and P alone, as mac_dsp48 has them; OPMODE is not among the open timings: C's slowest.
  if (type === PIPELINED_DSP)
    return port === 'C'
      ? 1244
      : port === 'OPMODE'
        ? 1534
        : port === 'PCIN'
          ? 1025
          : port === 'A' || port === 'B'
            ? 324
            : undefined;
  if (type.startsWith('SRL')) return port === 'D' ? 173 : 109;
  if (type.startsWith('RAMB')) return port.startsWith('ADDR') ? 566 : 737;
  // In a memory of 4 or 8 LUTs the last one's address writes; we take the others' alone for reads.
  if (type.startsWith('RAM')) return port === 'WE' ? 654 : port.startsWith('DI') || port === 'D' ? 461 : 362;
  return undefined;
}

const LUT_INPUTS = [127, 238, 407, 472, 631, 642]; // the last input is the fastest
const CARRY_FROM_DI = [
  [undefined, 407, 556, 615],
  [undefined, undefined, 537, 596],
  [undefined, undefined, undefined, 438],
  [],
] as const;
const CARRY_FROM_S = [
  [223, 400, 523, 582],
  [undefined, 205, 558, 618],
  [undefined, undefined, 226, 330],
  [undefined, undefined, undefined, 227],
] as const;
const CARRY_FROM_CI = [222, 334, 239, 313];
const CARRY_FROM_CYINIT = [482, 598, 584, 642];
const CARRY_OUT_FROM_DI = [
  [379, 465, 540, 526],
  [undefined, 445, 520, 507],
  [undefined, undefined, 356, 398],
  [undefined, undefined, undefined, 385],
] as const;
const CARRY_OUT_FROM_S = [
  [340, 433, 512, 508],
  [undefined, 469, 548, 528],
  [undefined, undefined, 292, 378],
  [undefined, undefined, undefined, 380],
] as const;
const CARRY_OUT_FROM_CI = [271, 157, 228, 114];
const CARRY_OUT_FROM_CYINIT = [536, 494, 592, 580];

/** Through a cell from one bit of an input to one bit of an output, or undefined where no path runs. */
export function through(
  type: string,
  [input, i]: readonly [port: string, bit: number],
  [output, o]: readonly [port: string, bit: number],
): number | undefined {
  if (type.startsWith('LUT')) return LUT_INPUTS[Number(type.slice(3)) - 1 - Number(input.slice(1))];
  if (type === 'INV') return 127;
  if (type === 'MUXF7') return input === 'S' ? 296 : 223;
  if (type === 'MUXF8' || type === 'MUXF9') return input === 'S' ? 273 : 104;
  if (type === 'CARRY4') return carry(output === 'CO', [input, i], o);
  // A register in front would be in the cell's parameters; the multiplier is mapped without.
  if (type === 'DSP48E2') return output === 'P' && (input === 'A' || input === 'B') ? 2952 : undefined;
  // The write port's address, the last letter, leads nowhere.
  if (/^RAM(64M8|32M16)$/.test(type))
    return input.startsWith('ADDR') && input.at(-1) === output.at(-1) && !input.endsWith('H')
      ? 642
      : undefined;
  if (/^RAM(64|32)M$/.test(type))
    return input.startsWith('ADDR') && input.at(-1) === output.at(-1) && !input.endsWith('D')
      ? 642
      : undefined;
  if (/^RAM(64|32)X1D$/.test(type)) return input.startsWith('DPRA') && output === 'DPO' ? 642 : undefined;
  if (type.startsWith('SRL')) return input.startsWith('A') ? 642 : undefined;
  return undefined;
}

function carry(out: boolean, [input, i]: readonly [string, number], o: number): number | undefined {
  switch (input) {
    case 'CI':
      return (out ? CARRY_OUT_FROM_CI : CARRY_FROM_CI)[o];
    case 'CYINIT':
      return (out ? CARRY_OUT_FROM_CYINIT : CARRY_FROM_CYINIT)[o];
    case 'DI':
      return (out ? CARRY_OUT_FROM_DI : CARRY_FROM_DI)[i]?.[o];
    default:
      return (out ? CARRY_OUT_FROM_S : CARRY_FROM_S)[i]?.[o];
  }
}

/** Wires inside a slice, beside its LUTs: no routing. */
export const staysInSlice = (type: string, port: string): boolean =>
  (type === 'CARRY4' && (port === 'CI' || port === 'S')) || (type.startsWith('MUXF') && port !== 'S');
