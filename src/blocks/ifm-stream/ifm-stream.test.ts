/** A row's feeder against a plain loop over non-zeros and taps, and against its silicon. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cosimulate, type InputRow } from '../../../rtl/blocks/cosim.ts';
import { coreWidths } from '../../../rtl/compute/widths.ts';
import { concat, coreWires } from '../../../rtl/compute/wires.ts';
import { missing } from '../../../rtl/tool.ts';
import { zcu102 } from '../../arch/presets/zcu102.ts';
import { seeded } from '../../tensor/random.ts';
import type { Operation } from '../pe/pe.ts';
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
    return {
      control: {
        weightBank: below(2),
        psumBank: below(2),
        halo,
        origin: below(2) * (width + halo) + halo,
        reciprocal: widthReciprocal(width, psumDepth),
      },
      entry: { taps: 1 + below(9), lane: below(3), bitmap },
      indices,
      width,
      values: indices.map(() => 1 + below(255)),
    };
  });
}

/** The operations of a wave, slot by slot, as the loop nest says them. */
const plain = ({ control, entry, indices, width, values }: Wave, signed: boolean): readonly Operation[] =>
  indices.flatMap((index, i) =>
    Array.from({ length: entry.taps }, (_, k) => ({
      x: signed ? (values[i]! << 24) >> 24 : values[i]!,
      position: control.origin + Math.floor(index / width) * (width + control.halo) + (index % width),
      lane: (entry.lane + k) % 3,
      word: Math.floor((entry.lane + k) / 3),
      weightBank: control.weightBank,
      psumBank: control.psumBank,
    })),
  );

/** Waves as near to each other as the channel gap allows; what the feeder is given and what it gives, each cycle. */
function run(waves: readonly Wave[], { psumDepth, signed }: { psumDepth: number; signed: boolean }) {
  const feeder = new IfmStream({ psumDepth, weightLanes: 3, signed });
  const values = waves.flatMap((wave) => wave.values);
  const cycles: {
    control: WaveControl | undefined;
    entry: RowEntry;
    value: number;
    out: Operation | undefined;
  }[] = [];
  const starts: number[] = [];
  let [nextStart, wave] = [2, 0];
  let [entry, value] = [waves[0]!.entry, values[0] ?? 0];
  for (let t = 0; wave < waves.length || t < nextStart + 6; t++) {
    let control: WaveControl | undefined;
    if (t === nextStart && wave < waves.length) {
      control = waves[wave]!.control;
      starts.push(t);
      nextStart += waves[wave]!.indices.length * waves[wave]!.entry.taps + 2 + (wave % 2);
      wave++;
    }
    cycles.push({ control, entry, value, out: feeder.operation });
    const [entryAddress, valueAddress] = [feeder.entryAddress, feeder.valueAddress];
    feeder.tick({ control, entry, value });
    feeder.commit();
    entry = waves[entryAddress]?.entry ?? entry;
    value = values[valueAddress] ?? value;
  }
  return { cycles, starts };
}

test.each([true, false])(
  'every non-zero meets every tap, 3 cycles after its slot, without a gap (signed: %s)',
  (signed) => {
    fc.assert(
      fc.property(fc.constantFrom(32, 64, 100, 256), fc.nat(1e6), (psumDepth, seed) => {
        const waves = randomWaves(psumDepth, seed);
        const { cycles, starts } = run(waves, { psumDepth, signed });
        const expected = cycles.map((): Operation | undefined => undefined);
        for (const [g, wave] of waves.entries())
          for (const [slot, operation] of plain(wave, signed).entries())
            expected[starts[g]! + 3 + slot] = operation;
        expect(cycles.map(({ out }) => out)).toEqual(expected);
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
  test.each([64, 256])('%i psums deep: every operation, every cycle', async (psumDepth) => {
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
    expect(outputs.slice(1).map(({ operation }) => wires.operation.decode(operation!))).toEqual(
      cycles.map(({ out }) => out),
    );
    expect(outputs.slice(2).map(({ control_below }) => BigInt(control_below!))).toEqual(
      vectors.slice(0, -1).map(({ control }) => control),
    );
  });
});
