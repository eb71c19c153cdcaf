/** One PE against a plain multiply-accumulate, and against its silicon. */
import { describe, expect, test } from 'vitest';
import { cosimulate, type InputRow } from '../../../rtl/blocks/cosim.ts';
import { coreWires } from '../../../rtl/compute/wires.ts';
import { missing } from '../../../rtl/tool.ts';
import { zcu102 } from '../../arch/presets/zcu102.ts';
import { seeded } from '../../tensor/random.ts';
import { type ChainWord, Pe, type PeInputs } from './pe.ts';

const idle: PeInputs = { operation: undefined, drain: undefined, taps: undefined, psum: 0 };
const load = (word: number, bank: number, weights: readonly number[]): ChainWord => ({
  bank,
  lanes: weights.map((weight, l) => ({ countdown: 0, word, tap: { weight, offset: l } })),
});

/** Psum `address` after MACs of x = 1 at the given cycles, by the tap of lane 0. */
function psumAfter(cycles: readonly number[], address: number): number {
  const pe = new Pe(zcu102.pe);
  const at = (inputs: Partial<PeInputs>): void => {
    pe.tick({ ...idle, ...inputs });
    pe.commit();
  };
  at({ taps: load(0, 0, [5, 7, 9]) });
  for (let t = 0; t < 20; t++)
    at(
      cycles.includes(t)
        ? { operation: { x: 1, position: address, lane: 0, word: 0, weightBank: 0, psumBank: 1 } }
        : {},
    );
  at({ drain: { address, bank: 1 } });
  at({});
  at({});
  return pe.psum;
}

test('two MACs on one psum may come 3 cycles apart: the reason for the channel gap of 2 idle slots', () => {
  expect(psumAfter([0, 3, 6], 12)).toBe(15);
  expect(psumAfter([0, 1], 12)).toBe(5); // nearer, and a product is lost: no interlock here
  expect(psumAfter([0, 2], 12)).toBe(5);
});

test('a drain clears what it reads', () => {
  const pe = new Pe(zcu102.pe);
  const drained: number[] = [];
  const inputs: Partial<PeInputs>[] = [
    { taps: load(2, 1, [3, -4, 6]) },
    { operation: { x: -100, position: 9, lane: 1, word: 2, weightBank: 1, psumBank: 0 } },
    ...[{}, {}, {}],
    { drain: { address: 8, bank: 0 } },
    { drain: { address: 8, bank: 0 }, psum: 1 },
    ...[{ psum: 1000 }, { psum: 2000 }, {}],
  ];
  for (const input of inputs) {
    pe.tick({ ...idle, ...input });
    pe.commit();
    drained.push(pe.psum);
  }
  expect(drained.slice(7, 9)).toEqual([1400, 2000]);
});

const noVerilator = missing('verilator');
describe.skipIf(noVerilator)(`pe.sv under Verilator${noVerilator ? ` (${noVerilator})` : ''}`, () => {
  test.each([
    { psumDepth: 64, weightLanes: 3, psumBits: 28, psumBanks: 2 },
    { psumDepth: 8, weightLanes: 1, psumBits: 17, psumBanks: 1 },
  ] as const)('%o: every wire, every cycle', async (sizes) => {
    const arch = { ...zcu102, array: { rows: 4, cols: 1 }, pe: { ...zcu102.pe, ...sizes } };
    const wires = coreWires(arch);
    const { below } = seeded(11, 'pe');
    const pe = new Pe(arch.pe);
    const [vectors, expected]: [InputRow[], (readonly unknown[])[]] = [[{ reset: 1 }], [[]]];
    // Every word is loaded before it is read; then anything goes, hazards too.
    const words = Math.ceil((arch.pe.weightDepth + sizes.weightLanes - 1) / sizes.weightLanes);
    const drains: boolean[] = [false, false, false, false];
    for (let t = 0; t < 4000; t++) {
      const warm = t >= 2 * words;
      const anyTap = () =>
        below(4) > 0
          ? { weight: below(127) + 1 - 128 * below(2), offset: below(sizes.psumDepth / 2) }
          : undefined;
      const taps: ChainWord | undefined =
        warm && below(3) > 0
          ? undefined
          : {
              bank: warm ? below(2) : Math.floor(t / words),
              lanes: Array.from({ length: sizes.weightLanes }, () =>
                warm && below(3) === 0
                  ? undefined
                  : { countdown: warm ? below(4) : 0, word: warm ? below(words) : t % words, tap: anyTap() },
              ),
            };
      // One bank drains while the other one accumulates, a lone bank does one after the other.
      const phase = Math.floor(t / 50);
      const operation =
        warm && below(5) > 0 && (sizes.psumBanks === 2 || phase % 2 === 0)
          ? {
              x: below(512) - 256,
              position: sizes.psumDepth / 2 + below(sizes.psumDepth / 2), // no less than any offset
              lane: below(sizes.weightLanes),
              word: below(words),
              weightBank: below(2),
              psumBank: phase % sizes.psumBanks,
            }
          : undefined;
      const drain =
        t % 50 > 2 && below(2) > 0 && (sizes.psumBanks === 2 || phase % 2 === 1)
          ? { address: below(sizes.psumDepth), bank: (phase + 1) % sizes.psumBanks }
          : undefined;
      const psum = below(2 ** 20) - 2 ** 19;
      vectors.push({
        west: (wires.operation.encode(operation) << BigInt(wires.drain.width)) | wires.drain.encode(drain),
        north: wires.chain.encode(taps),
        psum_north: psum,
      });
      expected.push([pe.operation, pe.drain, pe.taps, drains.at(-3) ? pe.psum : undefined]);
      pe.tick({ operation, drain, taps, psum });
      pe.commit();
      drains.push(drain !== undefined);
    }
    const parameters = {
      ROWS: 4,
      PSUM_DEPTH: sizes.psumDepth,
      PSUM_BITS: sizes.psumBits,
      PSUM_BANKS: sizes.psumBanks,
      WEIGHT_LANES: sizes.weightLanes,
    };
    const outputs = await cosimulate({ top: 'pe', sources: ['src/blocks/pe/pe.sv'], parameters, vectors });
    for (let t = 1; t < outputs.length; t++) {
      const { east, south, psum_south } = outputs[t]!;
      const psum = expected[t]![3];
      const actual = [
        wires.operation.decode(BigInt(east!) >> BigInt(wires.drain.width)),
        wires.drain.decode(east!),
        wires.chain.decode(south!),
        psum === undefined ? undefined : Number(psum_south) | 0,
      ];
      expect(actual, `cycle ${t}`).toEqual(expected[t]);
    }
  });
});
