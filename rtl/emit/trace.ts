/** What the core's wires carry while the layer runs, for a waveform viewer: operations in, drains, psums out. */
import type { Arch } from '../../src/arch/arch.ts';
import type { CoreNow } from '../../src/sim/step-core.ts';
import { type VcdRow, type VcdSignal, vcd } from '../../src/sim/vcd.ts';
import { coreWidths } from '../compute/widths.ts';

/** A viewer's file of more cycles than this is too large to be of use. */
export const MOST_TRACED = 20_000;

/** `watch` sees the stepped core; `text` is the dump of the first MOST_TRACED cycles that count. */
export function coreTrace(arch: Arch): {
  readonly watch: (now: CoreNow) => void;
  readonly text: () => string;
} {
  const { address } = coreWidths(arch);
  const rows: VcdRow[] = [];
  const each = (count: number, name: string, wires: readonly (readonly [string, number])[]) =>
    Array.from({ length: count }, (_, i) =>
      wires.map(([wire, width]): VcdSignal => ({ path: `core.${name}${i}.${wire}`, width })),
    ).flat();
  const signals = [
    ...each(arch.array.rows, 'row', [
      ['mac', 1],
      ['x', 9],
      ['position', address],
    ]),
    { path: 'core.drain.valid', width: 1 },
    { path: 'core.drain.address', width: address },
    ...each(arch.array.cols, 'column', [
      ['valid', 1],
      ['address', address],
      ['psum', 32],
    ]),
  ];
  return {
    watch: ({ slot, feeders, drain, array }) => {
      if (slot < 0 || slot >= MOST_TRACED) return;
      rows.push([
        ...feeders.flatMap(({ operation }) => [
          Number(operation !== undefined),
          operation?.x,
          operation?.position,
        ]),
        ...[Number(drain.command !== undefined), drain.command?.address],
        ...Array.from({ length: arch.array.cols }, (_, c) => {
          const leaves = drain.leaving(c);
          return [Number(leaves !== undefined), leaves, leaves === undefined ? undefined : array.psum(c)];
        }).flat(),
      ]);
    },
    text: () => vcd(signals, rows, { period: 1e9 / arch.clock }),
  };
}
