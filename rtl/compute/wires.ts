/** What the blocks of the compute core say to each other, as bits on their wires and back. */
import type { Arch } from '../../src/arch/arch.ts';
import type { WaveControl } from '../../src/blocks/ifm-stream/ifm-stream.ts';
import { type ChainWord, type DrainCommand, type Operation, tapWords } from '../../src/blocks/pe/pe.ts';
import type { TapWord } from '../../src/blocks/weight-loader/weight-loader.ts';
import { coreWidths } from './widths.ts';

type Field = readonly [value: number | boolean, width: number];

/** Fields as SystemVerilog concatenates them, the first one highest. */
export function concat(fields: readonly Field[]): bigint {
  let bits = 0n;
  for (const [value, width] of fields) bits = (bits << BigInt(width)) | BigInt.asUintN(width, BigInt(value));
  return bits;
}

/** The same fields back out, as unsigned numbers. */
function split(bits: bigint | number, widths: readonly number[]): readonly number[] {
  let rest = BigInt(bits);
  return widths
    .toReversed()
    .map((width) => {
      const value = Number(BigInt.asUintN(width, rest));
      rest >>= BigInt(width);
      return value;
    })
    .reverse();
}

const signed = (value: number, width: number): number => (value << (32 - width)) >> (32 - width);

export function coreWires(arch: Arch) {
  const { rows } = arch.array;
  const { weightLanes } = arch.pe;
  const w = coreWidths(arch);
  const word = Math.ceil(Math.log2(tapWords(arch.pe)));
  const row = Math.max(1, Math.ceil(Math.log2(rows)));
  const operationWidths = [1, 9, w.address, w.lane, word, 1, 1];
  const drainWidths = [1, w.address, 1];
  const entryWidths = [1, row, word, 8, w.address];
  const sum = (widths: readonly number[]): number => widths.reduce((total, width) => total + width, 0);

  const tapBits = (tap: TapWord[number]): bigint =>
    tap
      ? concat([
          [tap.weight, 8],
          [tap.offset, w.address],
        ])
      : 0n;
  const joined = (parts: readonly bigint[], width: number): bigint =>
    parts.reduceRight((bits, part) => (bits << BigInt(width)) | part, 0n);

  const wires = {
    operation: {
      width: sum(operationWidths),
      encode: (operation: Operation | undefined): bigint => {
        if (!operation) return 0n;
        const { x, position, lane, word: at, weightBank, psumBank } = operation;
        const values = [1, x, position, lane, at, weightBank, psumBank];
        return concat(values.map((value, i) => [value, operationWidths[i]!]));
      },
      decode: (bits: bigint | number): Operation | undefined => {
        const [mac, x, position, lane, at, weightBank, psumBank] = split(bits, operationWidths);
        if (mac === 0) return undefined;
        return {
          x: signed(x!, 9),
          position: position!,
          lane: lane!,
          word: at!,
          weightBank: weightBank!,
          psumBank: psumBank!,
        };
      },
    },
    drain: {
      width: sum(drainWidths),
      encode: (drain: DrainCommand | undefined): bigint =>
        drain ? concat([1, drain.address, drain.bank].map((value, i) => [value, drainWidths[i]!])) : 0n,
      decode: (bits: bigint | number): DrainCommand | undefined => {
        const [valid, address, bank] = split(bits, drainWidths);
        return valid === 0 ? undefined : { address: address!, bank: bank! };
      },
    },
    chain: {
      width: 1 + weightLanes * sum(entryWidths),
      encode: (chain: ChainWord | undefined): bigint => {
        if (!chain) return 0n;
        const lanes = chain.lanes.map((entry) => {
          if (!entry) return 0n;
          const head = concat([
            [1, 1],
            [entry.countdown, row],
            [entry.word, word],
          ]);
          return (head << BigInt(w.tap)) | tapBits(entry.tap);
        });
        return (
          (BigInt(chain.bank) << BigInt(weightLanes * sum(entryWidths))) | joined(lanes, sum(entryWidths))
        );
      },
      decode: (bits: bigint | number): ChainWord | undefined => {
        const [bank, ...lanes] = split(bits, [
          1,
          ...Array.from({ length: weightLanes }, () => entryWidths).flat(),
        ]);
        const entries = Array.from({ length: weightLanes }, (_, l) => {
          const from = (weightLanes - 1 - l) * entryWidths.length;
          const [valid, countdown, at, weight, offset] = lanes.slice(from, from + entryWidths.length);
          const tap = weight !== 0 ? { weight: signed(weight!, 8), offset: offset! } : undefined;
          return valid === 1 ? { countdown: countdown!, word: at!, tap } : undefined;
        });
        return entries.some((entry) => entry) ? { bank: bank!, lanes: entries } : undefined;
      },
    },
    /** What a column's memory gives: a tap a lane. */
    taps: { width: weightLanes * w.tap, encode: (taps: TapWord): bigint => joined(taps.map(tapBits), w.tap) },
    control: {
      width: 3 + 2 * w.address + w.reciprocal,
      encode: (control: WaveControl | undefined): bigint =>
        control
          ? concat([
              [1, 1],
              [control.weightBank, 1],
              [control.psumBank, 1],
              [control.halo, w.address],
              [control.origin, w.address],
              [control.reciprocal, w.reciprocal],
            ])
          : 0n,
    },
    joined,
  };
  return wires;
}
