/**
 * What a layer's sums can come to at worst, from its weights alone: an ifmap value is a byte, so a tap w adds between
 * 255 * min(w, 0) and 255 * max(w, 0), or 128 * |w| either way where the ifmap is signed.
 *
 * A PE adds up its row's channel of one group after the other until its tile drains, at the end of a chunk: that must
 * fit psumBits. A lane adds up all rows and chunks: that must fit 32 bits, bias apart. Sums wrap, so only what is there
 * at the end has to fit.
 *
 * With its bias a sum is held inside 27 bits before it is scaled. That changes no byte where the ofmap's range ends before
 * those do, or where no sum goes beyond them.
 */
import { SUM_BITS } from '../../blocks/ofm-emit/ofm-emit.ts';
import { fail } from '../../errors.ts';
import type { LoweredLayer } from '../../schedule/lowering.ts';
import { requantise } from '../../tensor/requantise.ts';
import type { MachineLayer, VirtualChannel } from './machine-layer.ts';

export const LANE_BITS = 32;

interface Taps {
  readonly lowered: LoweredLayer;
  readonly virtual: readonly VirtualChannel[];
  readonly rows: number;
  readonly psumBits: number;
}

/** The most groups that a PE may add up before it drains; a layer that no chunks save is refused. */
export function groupsThatFit(layer: MachineLayer, { lowered, virtual, rows, psumBits }: Taps): number {
  const groups = Math.ceil(virtual.length / rows);
  const kernels = kernelSums(layer, { lowered, virtual });
  let most = groups;
  for (let k = 0; k < layer.conv.K; k++) {
    const { low, high } = kernels(k);
    if (!holds(LANE_BITS, sum(low), sum(high)))
      refuse(
        layer,
        `filter ${k} can add up to ${worst(sum(low), sum(high))}`,
        `an ofmap lane has ${LANE_BITS} bits`,
      );
    refuseIfHeld(layer, k, { least: sum(low), most: sum(high) });
    for (let r = 0; r < rows; r++)
      most = Math.min(most, longestRun({ low, high }, { first: r, rows, psumBits }));
    if (most === 0)
      refuse(
        layer,
        `one kernel of filter ${k} can add up to ${worst(Math.min(...low), Math.max(...high))}`,
        `a PE has psums of ${psumBits} bits`,
      );
  }
  return most;
}

/** Refused where a sum that is held inside SUM_BITS would come to another byte than the whole one. */
function refuseIfHeld(
  layer: MachineLayer,
  k: number,
  { least, most }: { least: number; most: number },
): void {
  const { bias, multiplier, shift, low, high } = layer;
  const byte = (acc: number): number => {
    const sum = Math.min(Math.max(acc, -(2 ** 31)), 2 ** 31 - 1);
    return Math.min(Math.max(requantise(sum, multiplier[k]!, shift[k]!), low), high);
  };
  const [bottom, top] = [-(2 ** (SUM_BITS - 1)), 2 ** (SUM_BITS - 1) - 1];
  for (const [edge, reached] of [
    [top, Math.max(top, most + (bias?.[k] ?? 0))],
    [bottom, Math.min(bottom, least + (bias?.[k] ?? 0))],
  ] as const)
    if (byte(reached) !== byte(edge))
      refuse(
        layer,
        `filter ${k} can add up to ${reached}, which its scale of ${multiplier[k]! / 2 ** shift[k]!} takes to ${byte(reached)}`,
        `sums are held inside ${SUM_BITS} bits before they are scaled`,
      );
}

interface Sums {
  readonly low: Float64Array; // of each virtual channel
  readonly high: Float64Array;
}

function kernelSums(
  { conv: { C, R, S }, weight, signed }: MachineLayer,
  { lowered, virtual }: Pick<Taps, 'lowered' | 'virtual'>,
): (filter: number) => Sums {
  const [least, most] = signed ? [-128, 127] : [0, 255];
  const sums: Sums = { low: new Float64Array(virtual.length), high: new Float64Array(virtual.length) };
  return (filter) => {
    for (const [v, { channel, slice }] of virtual.entries()) {
      [sums.low[v], sums.high[v]] = [0, 0];
      for (const tap of lowered.slices[slice]!.taps) {
        const w = weight[(filter * C + channel) * R * S + tap.weight]!;
        sums.low[v]! += Math.min(w * least, w * most);
        sums.high[v]! += Math.max(w * least, w * most);
      }
    }
    return sums;
  };
}

/** The longest run length such that no run of so many groups of a row leaves the range; shorter runs then fit as well. */
function longestRun(
  { low, high }: Sums,
  { first, rows, psumBits }: { first: number; rows: number; psumBits: number },
): number {
  let [longest, from, least, most] = [0, first, 0, 0];
  let shortest = Number.POSITIVE_INFINITY;
  for (let v = first; v < low.length; v += rows) {
    least += low[v]!;
    most += high[v]!;
    longest++;
    while (!holds(psumBits, least, most)) {
      shortest = Math.min(shortest, longest - 1);
      least -= low[from]!;
      most -= high[from]!;
      from += rows;
      longest--;
    }
  }
  return shortest;
}

const holds = (bits: number, low: number, high: number): boolean =>
  low >= -(2 ** (bits - 1)) && high < 2 ** (bits - 1);

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
const worst = (low: number, high: number): number => (-low > high ? low : high);

function refuse({ name }: MachineLayer, what: string, room: string): never {
  fail(`a sum may overflow: ${what}, and ${room}`, {
    at: `layer "${name}"`,
    hint: 'fewer input channels a layer, smaller weights (more zeros), or a larger pe.psumBits',
  });
}
