/** A row's feeder against a plain loop over non-zeros and taps, and against its silicon. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cosimulate, type InputRow } from '../../../rtl/blocks/cosim.ts';
import { coreWidths, STREAM_BITS } from '../../../rtl/compute/widths.ts';
import { concat, coreWires } from '../../../rtl/compute/wires.ts';
import { missing } from '../../../rtl/tool.ts';
import { zcu102 } from '../../arch/presets/zcu102.ts';
import { seeded } from '../../tensor/random.ts';
import { FEED } from '../feed.ts';
import type { Operation, TapRead } from '../pe/pe.ts';
import { IfmStream, type RowEntry, type WaveControl, widthReciprocal } from './ifm-stream.ts';

interface Wave {
  readonly control: WaveControl;
  readonly entry: RowEntry;
  readonly indices: readonly number[];
  readonly width: number;
  readonly values: readonly number[];
}

function randomWaves(psumDepth: number, seed: number): readonly Wave[] {
  const { below } = seeded(seed, 'waves');
  return Array.from({ length: 12 }, () => {
    const width = 1 + below(9);
    const height = 1 + below(Math.floor(psumDepth / (width + 2)) - 2);
    const density = below(5);
    const indices = Array.from({ length: width * height }, (_, i) => i).filter(() => below(4) < density);
    const bitmap = new Uint32Array(Math.ceil(psumDepth / 32));
    for (const i of indices) bitmap[i >> 5]! |= 1 << (i & 31);
    const halo = below(3);
    const taps = 1 + below(9);
    return {
      control: {
        weightBase: 8 * below(4),
        psumBank: below(2),
        halo,
        origin: below(2) * (width + halo) + halo,
        reciprocal: widthReciprocal(width, psumDepth),
      },
      entry: { slots: indices.length * taps, taps, lane: below(3), value: 0, bitmap },
      indices,
      width,
      values: indices.map(() => 1 + below(255)),
    };
  });
}

/** Waves with their values one after another in one memory, in any order. */
function laidOut(waves: readonly Wave[]) {
  const values: number[] = [];
  const placed = waves.map((wave) => ({ ...wave, entry: { ...wave.entry, value: 0 } }));
  for (const wave of placed.toReversed()) {
    wave.entry.value = values.length;
    values.push(...wave.values);
  }
  return { placed, values };
}

/** The operations of a wave, slot by slot, as the loop nest says them. */
const plain = (
  { control, entry, indices, width, values }: Wave,
  signed: boolean,
): readonly { readonly operation: Operation; readonly read: TapRead }[] =>
  indices.flatMap((index, i) =>
    Array.from({ length: entry.taps }, (_, k) => ({
      operation: {
        x: signed ? (values[i]! << 24) >> 24 : values[i]!,
        position: control.origin + Math.floor(index / width) * (width + control.halo) + (index % width),
        psumBank: control.psumBank,
      },
      read: {
        lane: (entry.lane + k) % 3,
        word: control.weightBase + Math.floor((entry.lane + k) / 3),
      },
    })),
  );

const CYCLES = FEED - 3; // from a wave's start to its first operation

/** Waves as near to each other as the channel gap allows; what the feeder is given and what it gives, each cycle. */
function run(waves: readonly Wave[], { psumDepth, signed }: { psumDepth: number; signed: boolean }) {
  const feeder = new IfmStream({ psumDepth, weightLanes: 3, signed });
  const { placed, values } = laidOut(waves);
  const cycles: {
    control: WaveControl | undefined;
    entry: RowEntry;
    value: number;
    valueAddress: number;
    operation: Operation | undefined;
    read: TapRead | undefined;
  }[] = [];
  const starts: number[] = [];
  let [nextStart, wave] = [2, 0];
  let [value, valueNext] = [0, 0];
  for (let t = 0; wave < waves.length || t < nextStart + FEED + 3; t++) {
    let control: WaveControl | undefined;
    if (t === nextStart && wave < waves.length) {
      control = waves[wave]!.control;
      starts.push(t);
      nextStart += waves[wave]!.indices.length * waves[wave]!.entry.taps + 2 + (wave % 2);
      wave++;
    }
    const { entry } = placed[Math.max(0, wave - 1)]!;
    const { valueAddress, operation, read } = feeder;
    cycles.push({ control, entry, value, valueAddress, operation, read });
    feeder.tick({ control, entry, value });
    feeder.commit();
    [value, valueNext] = [valueNext, values[valueAddress] ?? valueNext];
  }
  return { cycles, starts };
}

test.each([true, false])(
  'every non-zero meets every tap, in its slot, without a gap (signed: %s)',
  (signed) => {
    fc.assert(
      fc.property(fc.constantFrom(32, 64, 100, 256), fc.nat(1e6), (psumDepth, seed) => {
        const waves = randomWaves(psumDepth, seed);
        const { cycles, starts } = run(waves, { psumDepth, signed });
        const operations = cycles.map((): Operation | undefined => undefined);
        const reads = cycles.map((): TapRead | undefined => undefined);
        for (const [g, wave] of waves.entries())
          for (const [slot, { operation, read }] of plain(wave, signed).entries()) {
            operations[starts[g]! + CYCLES + slot] = operation;
            reads[starts[g]! + CYCLES - 1 + slot] = read;
          }
        expect(cycles.map(({ operation }) => operation)).toEqual(operations);
        expect(cycles.map(({ read }) => read)).toEqual(reads);
      }),
    );
  },
);

test('a multiplication by the reciprocal divides exactly', () => {
  for (const depth of [1, 2, 31, 64, 100, 256, 1024])
    for (let width = 1; width <= depth; width++) {
      const [reciprocal, scale] = [widthReciprocal(width, depth), 2 ** (2 * Math.ceil(Math.log2(depth)))];
      for (let i = 0; i < depth; i++)
        if (Math.floor((i * reciprocal) / scale) !== Math.floor(i / width))
          expect([depth, width, i]).toBeNull();
    }
});

const noVerilator = missing('verilator');
describe.skipIf(noVerilator)(`ifm_stream.sv under Verilator${noVerilator ? ` (${noVerilator})` : ''}`, () => {
  test.each([64, 128, 256])('%i psums deep: every operation, every cycle', async (psumDepth) => {
    const arch = { ...zcu102, pe: { ...zcu102.pe, psumDepth } };
    const [wires, w] = [coreWires(arch), coreWidths(arch)];
    const { cycles } = run(
      [1, 2, 3, 4].flatMap((seed) => randomWaves(psumDepth, seed)),
      { psumDepth, signed: true },
    );
    const vectors = cycles.map(({ control, entry, value }): InputRow => {
      const bitmap = wires.joined([...entry.bitmap].map(BigInt), 32);
      const head = concat([
        [entry.taps, w.taps],
        [entry.lane, w.lane],
        [entry.value, STREAM_BITS],
      ]);
      return {
        signed_ifmap: 1,
        control: wires.control.encode(control),
        entry: (head << BigInt(psumDepth)) | bitmap,
        value,
      };
    });
    const outputs = await cosimulate({
      top: 'ifm_stream',
      sources: ['src/blocks/ifm-stream/ifm_stream.sv'],
      parameters: { PSUM_DEPTH: psumDepth },
      vectors: [{ reset: 1 }, ...vectors],
    });
    for (const [t, { operation, read, valueAddress }] of cycles.entries()) {
      const row = outputs[t + 1]!;
      const found = wires.operation.decode(row.operation!);
      expect(found.operation, `cycle ${t}`).toEqual(operation);
      if (read) expect(found.read, `cycle ${t}`).toEqual(read);
      const asked = cycles[t + CYCLES - 4]?.read ? row.value_address : valueAddress; // else it may be anything
      expect(asked, `cycle ${t}`).toBe(valueAddress);
    }
  });
});
