/** What the blocks of the compute core say to each other, as bits on their wires and back. */
import type { Arch } from '../../src/arch/arch.ts';
import type { WaveControl } from '../../src/blocks/ifm-stream/ifm-stream.ts';
import {
  type ChainWord,
  type DrainCommand,
  freshLoad,
  type Operation,
  type TapRead,
  tapWordBits,
} from '../../src/blocks/pe/pe.ts';
import type { AnnouncedWave } from '../../src/blocks/row-pace/row-pace.ts';
import type { TapWord } from '../../src/blocks/weight-loader/weight-loader.ts';
import { coreWidths, STREAM_BITS } from './widths.ts';

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
  const { weightLanes, psumBanks } = arch.pe;
  const w = coreWidths(arch);
  const word = tapWordBits(arch.pe);
  const readWidths = [w.lane, word];
  const westReadWidths = [weightLanes, word]; // a wire each lane
  const operationWidths = [1, 9, w.address, 1];
  const bankWidths = [1, 1, w.address];
  const drainWidths = [1, w.address, 1];
  const chainWidths = [1, Math.ceil(Math.log2(weightLanes + 1))];
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

  const readFields = (read: TapRead | undefined): readonly Field[] =>
    [read?.lane ?? 0, read?.word ?? 0].map((value, i) => [value, readWidths[i]!]);
  const decodeRead = (fields: readonly number[]): TapRead => ({
    lane: fields[0]!,
    word: fields[1]!,
  });

  const wires = {
    /** What a feeder gives: which tap the next cycle's operation meets, and this cycle's operation. */
    operation: {
      width: sum(readWidths) + sum(operationWidths),
      encode: (operation: Operation | undefined, read: TapRead | undefined): bigint => {
        const { x, position, psumBank } = operation ?? { x: 0, position: 0, psumBank: 0 };
        const values = [operation !== undefined, x, position, psumBank];
        return concat([
          ...readFields(read),
          ...values.map((value, i): Field => [value, operationWidths[i]!]),
        ]);
      },
      decode: (
        bits: bigint | number,
      ): { readonly read: TapRead; readonly operation: Operation | undefined } => {
        const fields = split(bits, [...readWidths, ...operationWidths]);
        const [mac, x, position, psumBank] = fields.slice(readWidths.length);
        return {
          read: decodeRead(fields),
          operation: mac === 1 ? { x: signed(x!, 9), position: position!, psumBank: psumBank! } : undefined,
        };
      },
    },
    /** From PE to PE: operation and drain command, in the wires of the lane and the banks that they are for. */
    west: {
      encode: (
        read: TapRead | undefined,
        operation: Operation | undefined,
        drain: DrainCommand | undefined,
      ): bigint =>
        concat([
          [1 << (read?.lane ?? 0), weightLanes],
          ...readFields(read).slice(1),
          [operation?.x ?? 0, 9],
          ...Array.from({ length: psumBanks }, (_, i): readonly Field[] => {
            const bank = psumBanks - 1 - i;
            const [adds, drains] = [operation?.psumBank === bank, drain?.bank === bank];
            const address = (drains ? drain?.address : operation?.position) ?? 0;
            return [adds, drains, address].map((value, field) => [value, bankWidths[field]!]);
          }).flat(),
        ]),
      decode: (bits: bigint | number) => {
        const banks = Array.from({ length: psumBanks }, () => bankWidths).flat();
        const [lanes, ...fields] = split(bits, [...westReadWidths, 9, ...banks]);
        const [tapWord] = fields;
        const x = signed(fields[1]!, 9);
        let operation: Operation | undefined;
        let drain: DrainCommand | undefined;
        for (let bank = 0; bank < psumBanks; bank++) {
          const [adds, drains, address] = fields.slice(2 + 3 * (psumBanks - 1 - bank));
          if (adds === 1) operation = { x, position: address!, psumBank: bank };
          if (drains === 1) drain = { address: address!, bank };
        }
        const lane = Math.max(0, 31 - Math.clz32(lanes!)); // after a reset, none
        return { read: { lane, word: tapWord! }, operation, drain };
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
      width: sum(chainWidths) + weightLanes * (1 + w.tap),
      encode: (chain: ChainWord | undefined): bigint => {
        const { fresh, left, lanes } = chain ?? { fresh: undefined, left: 0, lanes: [] };
        const head = [fresh !== undefined, left].map((value, i): Field => [value, chainWidths[i]!]);
        const lasts = Array.from(
          { length: weightLanes },
          (_, i): Field => [lanes[weightLanes - 1 - i]?.last ?? false, 1],
        );
        const taps =
          fresh !== undefined
            ? BigInt(fresh)
            : joined(
                lanes.map(({ tap }) => tapBits(tap)),
                w.tap,
              );
        return (concat([...head, ...lasts]) << BigInt(weightLanes * w.tap)) | taps;
      },
      decode: (bits: bigint | number): ChainWord | undefined => {
        const entries = Array.from({ length: weightLanes }, () => [8, w.address]).flat();
        const lasts = Array.from({ length: weightLanes }, () => 1);
        const [fresh, left, ...fields] = split(bits, [...chainWidths, ...lasts, ...entries]);
        if (fresh === 1) return freshLoad(Number(BigInt.asUintN(word, BigInt(bits))));
        if (left === 0) return undefined;
        const lanes = Array.from({ length: weightLanes }, (_, l) => {
          const i = weightLanes - 1 - l;
          const [weight, offset] = fields.slice(weightLanes + 2 * i);
          const tap = weight !== 0 ? { weight: signed(weight!, 8), offset: offset! } : undefined;
          return { last: fields[i] === 1, tap };
        });
        return { fresh: undefined, left: left!, lanes };
      },
    },
    /** What a column's memory gives: a tap a lane. */
    taps: { width: weightLanes * w.tap, encode: (taps: TapWord): bigint => joined(taps.map(tapBits), w.tap) },
    control: {
      width: 2 + word + 2 * w.address + w.reciprocal,
      encode: (control: WaveControl | undefined): bigint =>
        control
          ? concat([
              [1, 1],
              [control.weightBase, word],
              [control.psumBank, 1],
              [control.halo, w.address],
              [control.origin, w.address],
              [control.reciprocal, w.reciprocal],
            ])
          : 0n,
    },
    joined,
  };
  return { ...wires, wave: waveWires(wires.control) };
}

/** A wave that is announced: how it is controlled, and where its entry is. */
const waveWires = (control: { width: number; encode: (wave: WaveControl | undefined) => bigint }) => ({
  width: control.width + STREAM_BITS,
  encode: (wave: AnnouncedWave | undefined): bigint =>
    (control.encode(wave) << BigInt(STREAM_BITS)) | BigInt(wave?.entry ?? 0),
});
