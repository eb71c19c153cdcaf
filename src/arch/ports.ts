/**
 * How wide the silicon is towards DRAM and where it requantises: as wide as an `Arch` asks for, or as the largest machine is,
 * as far as its columns fall into equal shares.
 */
import type { Arch } from './arch.ts';

type Widths = Pick<Arch, 'array' | 'ofmLanes'> & { readonly dram: Pick<Arch['dram'], 'ports'> };

/** Filters that are requantised at a time: of 32 columns 16, of 8 columns 4, of one column 1. */
export const ofmLanesOf = ({ array: { cols }, ofmLanes = 16 }: Widths): number =>
  share(cols, Math.min(ofmLanes, Math.max(1, cols / 2)));

/** Ports that weights come through, each for so many of the columns: of 32 columns 4, of 2 columns 2. */
export const weightPortsOf = ({ array: { cols }, dram: { ports } }: Widths): number =>
  share(cols, ports?.weight ?? 4);

/** As the machines of the literature are taken: streams share DRAM as each needs it, and requantising takes no time. */
export const withoutPorts = (arch: Arch): Arch => ({
  ...arch,
  ofmLanes: undefined,
  dram: { ...arch.dram, ports: undefined },
});

/** The largest power of two, at most `most`, that divides the columns. */
function share(cols: number, most: number): number {
  let shares = 1;
  while (2 * shares <= most && cols % (2 * shares) === 0) shares *= 2;
  return shares;
}
