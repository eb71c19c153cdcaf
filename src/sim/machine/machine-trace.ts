/** What the machine's wires carry, for a waveform viewer: memory ports, operations into the rows, drains, psums out. */
import type { Arch } from '../../arch/arch.ts';
import { type VcdRow, type VcdSignal, vcd } from '../vcd.ts';
import { machineShape } from './shape.ts';
import type { Machine } from './step-machine.ts';

/** A viewer's file of more cycles than this is too large to be of use. */
export const MOST_TRACED = 50_000;

/** `watch` sees the machine before each cycle; `text` is the dump of the first MOST_TRACED. */
export function machineTrace(arch: Arch): {
  readonly watch: (cycle: number, machine: Machine) => void;
  readonly text: () => string;
} {
  const { array, pe, clock } = arch;
  const weights = Array.from({ length: machineShape(arch).weightPorts }, (_, p) => `weights${p}`);
  const address = Math.ceil(Math.log2(pe.psumDepth));
  const rows: VcdRow[] = [];
  const wires = (scope: string, list: readonly (readonly [string, number])[]): readonly VcdSignal[] =>
    list.map(([wire, width]) => ({ path: `machine.${scope}.${wire}`, width }));
  const times = <T>(count: number, make: (i: number) => readonly T[]): readonly T[] =>
    Array.from({ length: count }, (_, i) => make(i)).flat();
  const signals: readonly VcdSignal[] = [
    ...wires('control', [
      ['busy', 1],
      ['layer_start', 1],
    ]),
    ...['tables', 'bitmaps', 'values', ...weights].flatMap((port) =>
      wires(`read_${port}`, [
        ['arvalid', 1],
        ['araddr', 32],
        ['arlen', 8],
        ['rvalid', 1],
      ]),
    ),
    ...wires('write_ofmap', [
      ['awvalid', 1],
      ['awaddr', 32],
      ['awlen', 8],
      ['wvalid', 1],
      ['wlast', 1],
    ]),
    ...times(array.rows, (r) =>
      wires(`row${r}`, [
        ['mac', 1],
        ['x', 9],
        ['position', address],
      ]),
    ),
    ...wires('drain', [
      ['valid', 1],
      ['address', address],
    ]),
    ...times(array.cols, (c) =>
      wires(`column${c}`, [
        ['valid', 1],
        ['address', address],
        ['psum', 32],
      ]),
    ),
  ];
  const rowOf = (machine: Machine): VcdRow => {
    const { control, readers, readPorts, writer, feeders, psumDrain, array: pes } = machine;
    return [
      ...[control.busy, control.layerStart].map(Number),
      ...readers.flatMap(({ burst }, port) => [
        ...[Number(burst !== undefined), burst && 16 * burst.address, burst && burst.beats - 1],
        Number(readPorts[port]!.data !== undefined),
      ]),
      ...[Number(writer.address !== undefined), writer.address && 16 * writer.address.address],
      writer.address?.last,
      ...[Number(writer.data !== undefined), writer.data && Number(writer.data.last)],
      ...feeders.flatMap(({ operation }) => [
        ...[Number(operation !== undefined), operation?.x, operation?.position],
      ]),
      ...[Number(psumDrain.command !== undefined), psumDrain.command?.address],
      ...times(array.cols, (c) => {
        const leaves = psumDrain.leaving(c);
        return [Number(leaves !== undefined), leaves, leaves === undefined ? undefined : pes.psum(c)];
      }),
    ];
  };
  return {
    watch: (_, machine) => {
      if (rows.length < MOST_TRACED) rows.push(rowOf(machine));
    },
    text: () => vcd(signals, rows, { period: 1e9 / clock }),
  };
}
