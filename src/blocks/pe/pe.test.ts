/** One PE against a plain multiply-accumulate, and against its silicon. */
import { describe, expect, test } from 'vitest';
import { cosimulate, type InputRow } from '../../../rtl/blocks/cosim.ts';
import { peSources } from '../../../rtl/compute/build.ts';
import { coreWires } from '../../../rtl/compute/wires.ts';
import { missing } from '../../../rtl/tool.ts';
import type { Arch } from '../../arch/arch.ts';
import { zcu102 } from '../../arch/presets/zcu102.ts';
import { seeded } from '../../tensor/random.ts';
import { type ChainWord, freshLoad, Pe, type PeInputs, tapWordBits } from './pe.ts';

const idle: PeInputs = {
  read: undefined,
  operation: undefined,
  drain: undefined,
  taps: undefined,
  psum: 0,
};
const word = (weights: readonly number[]): ChainWord => ({
  fresh: undefined,
  left: weights.length,
  lanes: weights.map((weight, l) => ({ last: l === weights.length - 1, tap: { weight, offset: l } })),
});

/** Psum `address` after MACs of x = 1 at the given cycles, by the tap of lane 0. */
function psumAfter(cycles: readonly number[], address: number): number {
  const pe = new Pe(zcu102.pe);
  const at = (inputs: Partial<PeInputs>): void => {
    pe.tick({ ...idle, ...inputs });
    pe.commit();
  };
  at({ taps: freshLoad(0) });
  at({ taps: word([5, 7, 9]) });
  at({ read: { lane: 0, word: 0 } });
  for (let t = 0; t < 20; t++)
    at(cycles.includes(t) ? { operation: { x: 1, position: address, psumBank: 1 } } : {});
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

test('a PE that rests between its inputs is as one that never does', () => {
  const nothing: ChainWord = { fresh: undefined, left: 0, lanes: [] }; // no tap for anyone, and yet an input
  const { below } = seeded(4, 'inputs');
  const [resting, restless] = [new Pe(zcu102.pe), new Pe(zcu102.pe)];
  const step = (inputs: Partial<PeInputs>): void => {
    const all = { ...idle, ...inputs, psum: below(100) };
    resting.tick(all);
    restless.tick({ ...all, taps: all.taps ?? nothing });
    for (const pe of [resting, restless]) pe.commit();
    const { read, operation, drain, taps, psum } = resting;
    expect({ read, operation, drain, taps, psum }).toEqual({
      ...{ read: restless.read, operation: restless.operation, drain: restless.drain },
      ...{ taps: restless.taps, psum: restless.psum },
    });
  };
  step({ taps: freshLoad(0) });
  step({ taps: word([5, 7, 9]) });
  for (let round = 0; round < 2000; round++) {
    for (let pause = below(12); pause > 0; pause--) step({});
    const bank = below(2);
    const choice = below(3);
    if (choice === 0) step({ drain: { address: below(4), bank } });
    else {
      step({ read: { lane: below(3), word: 0 } });
      step({ operation: { x: below(511) - 255, position: 3 + below(3), psumBank: bank } });
    }
  }
});

test('a drain clears what it reads', () => {
  const pe = new Pe(zcu102.pe);
  const drained: number[] = [];
  const inputs: Partial<PeInputs>[] = [
    { taps: freshLoad(4) },
    { taps: word([3, -4, 6]) },
    { read: { lane: 1, word: 4 } },
    { operation: { x: -100, position: 9, psumBank: 0 } },
    ...[{}, {}, {}],
    { drain: { address: 8, bank: 0 } },
    ...[{}, { psum: 1000 }],
    { drain: { address: 8, bank: 0 } }, // no sooner than 3 cycles after the first one
    ...[{}, { psum: 2000 }, {}],
  ];
  for (const input of inputs) {
    pe.tick({ ...idle, ...input });
    pe.commit();
    drained.push(pe.psum);
  }
  expect([drained[9], drained[12]]).toEqual([1400, 2000]);
});

test('a PE takes what the rows above have left it, up to the last tap of its row', () => {
  const pe = new Pe(zcu102.pe);
  const chain = (left: number, lasts: readonly number[]): ChainWord => ({
    ...word([1, 2, 3]),
    left,
    lanes: [0, 1, 2].map((l) => ({ last: lasts.includes(l), tap: { weight: l + 1, offset: 0 } })),
  });
  const [first, second] = [freshLoad(0), freshLoad(8)];
  const words = [first, chain(2, [0]), chain(3, [0, 2]), chain(3, [1]), second, chain(1, [2])];
  const south = words.map((taps) => {
    pe.tick({ ...idle, taps });
    pe.commit();
    return pe.taps?.fresh === undefined ? (pe.taps?.left ?? 0) : 'fresh';
  });
  expect(south).toEqual(['fresh', 0, 2, 3, 'fresh', 0]);
});

/** Loads, operations and drains in a random jumble that only keeps to what the PE may rely on. */
function traffic({ psumDepth, psumBanks, weightLanes }: Arch['pe'], words: number): readonly PeInputs[] {
  const each = words / 4; // of a load
  const { below } = seeded(11, 'pe');
  const anyTap = () =>
    below(4) > 0 ? { weight: below(127) + 1 - 128 * below(2), offset: below(psumDepth / 2) } : undefined;
  let [base, taken] = [0, each];
  const anyTaps = (): ChainWord | undefined => {
    if (taken >= each) {
      [base, taken] = [(base + each) % words, 0];
      return freshLoad(base);
    }
    if (below(4) === 0) return undefined;
    taken++;
    // The first loads fill all words; later ones are anything, a word or two of them taken.
    const filling = t < 2 * words + 8;
    return {
      fresh: undefined,
      left: filling ? weightLanes : below(weightLanes + 1),
      lanes: Array.from({ length: weightLanes }, () => ({ last: !filling && below(4) === 0, tap: anyTap() })),
    };
  };
  const inputs: PeInputs[] = [];
  let t = 0;
  for (; t < 4000; t++) {
    const phase = Math.floor(t / 50);
    const taps = anyTaps();
    // One bank drains while the other one accumulates, a lone bank does one after the other.
    const adds = t >= 3 * words && below(5) > 0 && (psumBanks === 2 || (phase % 2 === 0 && t % 50 < 46));
    const drains = t % 50 > 2 && below(2) > 0 && (psumBanks === 2 || (phase % 2 === 1 && t % 50 < 46));
    inputs.push({
      read: { lane: below(weightLanes), word: below(words) },
      operation: adds
        ? {
            x: below(512) - 256,
            position: psumDepth / 2 + below(psumDepth / 2), // no less than any offset
            psumBank: phase % psumBanks,
          }
        : undefined,
      drain: drains ? { address: below(psumDepth), bank: (phase + 1) % psumBanks } : undefined,
      taps,
      psum: below(2 ** 20) - 2 ** 19,
    });
  }
  return inputs;
}

const noVerilator = missing('verilator');
describe.skipIf(noVerilator)(`pe.sv under Verilator${noVerilator ? ` (${noVerilator})` : ''}`, () => {
  test.each([
    { psumDepth: 64, weightLanes: 3, psumBits: 28, psumBanks: 2, block: 0, dsp: 0 },
    { psumDepth: 8, weightLanes: 1, psumBits: 17, psumBanks: 1, block: 0, dsp: 0 },
    { psumDepth: 64, weightLanes: 3, psumBits: 27, psumBanks: 1, block: 0, dsp: 1 },
    { psumDepth: 256, weightLanes: 3, psumBits: 28, psumBanks: 1, block: 1, dsp: 0 },
    { psumDepth: 256, weightLanes: 3, psumBits: 28, psumBanks: 1, block: 1, dsp: 1 },
  ] as const)('%o: every wire, every cycle', async ({ block, dsp, ...sizes }) => {
    const arch = { ...zcu102, array: { rows: 4, cols: 1 }, pe: { ...zcu102.pe, ...sizes } };
    const wires = coreWires(arch);
    const pe = new Pe(arch.pe);
    const drains: boolean[] = [false, false, false, false];
    const [vectors, expected]: [InputRow[], (readonly unknown[])[]] = [[{ reset: 1 }], [[]]];
    for (const inputs of traffic(arch.pe, 2 ** tapWordBits(arch.pe))) {
      const { read, operation, drain, taps, psum } = inputs;
      vectors.push({
        west: wires.west.encode(read, operation, drain),
        north: wires.chain.encode(taps),
        psum_north: psum,
      });
      const passed = {
        read: pe.read ?? { lane: 0, word: 0 },
        operation: pe.operation,
        drain: pe.drain,
      };
      expected.push([passed, pe.taps, drains.at(-3) ? pe.psum : undefined]);
      pe.tick(inputs);
      pe.commit();
      drains.push(drain !== undefined);
    }
    const parameters = {
      PSUM_DEPTH: sizes.psumDepth,
      PSUM_BITS: sizes.psumBits,
      PSUM_BANKS: sizes.psumBanks,
      WEIGHT_LANES: sizes.weightLanes,
      PSUM_BLOCK: block,
      DSP48: dsp,
      ...(dsp ? { DRAIN_BITS: 48 } : {}),
    };
    const outputs = await cosimulate({ top: 'pe', sources: peSources, parameters, vectors });
    for (let t = 1; t < outputs.length; t++) {
      const { east, south, psum_south } = outputs[t]!;
      const psum = expected[t]![2];
      const actual = [
        wires.west.decode(east!),
        wires.chain.decode(south!),
        psum === undefined ? undefined : Number(BigInt.asIntN(32, BigInt(psum_south!))),
      ];
      expect(actual, `cycle ${t}`).toEqual(expected[t]);
    }
  });
});
