import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { differenceToSilicon, type ExpectedRow } from '../../../rtl/blocks/agree.ts';
import type { InputRow } from '../../../rtl/blocks/cosim.ts';
import { type Prove, prove } from '../../../rtl/prove.ts';
import { missing } from '../../../rtl/tool.ts';
import { seeded } from '../../tensor/random.ts';
import { Fifo } from './fifo.ts';

const silicon = ['src/blocks/fifo/fifo.sv'];

describe('the queue', () => {
  test('lets out what came in, in order, whatever the pauses', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 5 }),
        fc.array(fc.tuple(fc.boolean(), fc.boolean())),
        (depth, moves) => {
          const fifo = new Fifo<number>(depth);
          const [taken, left]: [number[], number[]] = [[], []];
          for (const [t, [offered, outReady]] of moves.entries()) {
            if (offered && fifo.inReady) taken.push(t);
            if (outReady && fifo.out !== undefined) left.push(fifo.out);
            fifo.tick({ word: offered ? t : undefined, outReady });
            fifo.commit();
            expect(fifo.count).toBe(taken.length - left.length);
            expect(fifo.count).toBeLessThanOrEqual(depth);
          }
          expect(left).toEqual(taken.slice(0, left.length));
        },
      ),
    );
  });

  test('two in a row do not care which is ticked first', () => {
    const run = (order: readonly (0 | 1)[]): readonly (number | undefined)[] => {
      const [a, b] = [new Fifo<number>(2), new Fifo<number>(3)];
      const random = seeded(3, 'order');
      return Array.from({ length: 200 }, (_, t) => {
        const [word, outReady] = [random.below(3) > 0 ? t : undefined, random.below(3) > 0];
        const ticks = [
          () => a.tick({ word, outReady: b.inReady }),
          () => b.tick({ word: a.out, outReady }),
        ] as const;
        for (const i of order) ticks[i]();
        for (const block of [a, b]) block.commit();
        return b.out;
      });
    };
    expect(run([0, 1])).toEqual(run([1, 0]));
  });
});

const noVerilator = missing('verilator');
describe.skipIf(noVerilator)(`fifo.sv under Verilator${noVerilator ? ` (${noVerilator})` : ''}`, () => {
  // Widths on both sides of the words in which values reach the simulator.
  test.each([
    { DEPTH: 2, WIDTH: 12 },
    { DEPTH: 3, WIDTH: 33 },
    { DEPTH: 4, WIDTH: 64 },
    { DEPTH: 16, WIDTH: 130 },
  ])('depth $DEPTH, $WIDTH bits: every wire, every cycle', async (parameters) => {
    const random = seeded(parameters.DEPTH, 'fifo');
    const draw = (): bigint => {
      let word = 0n;
      for (let i = 0; i < 5; i++) word = (word << 32n) | BigInt(random.word());
      return BigInt.asUintN(parameters.WIDTH, word);
    };
    const fifo = new Fifo<bigint>(parameters.DEPTH);
    const [vectors, expected]: [InputRow[], ExpectedRow[]] = [[{ reset: 1 }], [{}]];
    for (let t = 0; t < 3000; t++) {
      // Phases of pressure from either side, so that the queue runs full and empty.
      const phase = Math.floor(t / 100) % 3;
      const word = random.below(4) >= phase ? draw() : undefined;
      const outReady = random.below(4) >= 2 - phase;
      const wires = word ?? draw();
      // Up to 53 bits a plain number must do as well.
      const in_word = parameters.WIDTH <= 53 ? Number(wires) : wires;
      vectors.push({ in_valid: word !== undefined, in_word, out_ready: outReady });
      expected.push({
        in_ready: fifo.inReady,
        out_valid: fifo.out !== undefined,
        out_word: fifo.out,
        count: fifo.count,
      });
      fifo.tick({ word, outReady });
      fifo.commit();
    }
    expect(
      await differenceToSilicon({ top: 'fifo', sources: silicon, parameters, vectors }, expected),
    ).toBeUndefined();
  });
});

const noProver = missing('yosys', 'yosys-smtbmc', 'z3');
describe.skipIf(noProver)(`proofs${noProver ? ` (${noProver})` : ''}`, () => {
  const proof = (DEPTH: number): Prove => ({
    top: 'fifo',
    sources: silicon,
    parameters: { WIDTH: 4, DEPTH },
    depth: 8,
    mode: 'induction',
  });

  test.each([2, 3, 4])('depth %i: no loss, no duplication, no overflow, in order', async (DEPTH) => {
    expect(await prove(proof(DEPTH))).toMatchObject({ holds: true });
  });

  // Controls: a proof that survives these would be empty.
  test.each([
    ['takes one word too many', "count != COUNT_BITS'(DEPTH)", "count != COUNT_BITS'(DEPTH + 1)"],
    ['forgets to move on after a pop', 'if (pop) head <=', 'if (pop && !push) head <='],
    ['writes to the wrong place', 'words[tail] <= in_word', 'words[head] <= in_word'],
  ])('a queue that %s is refuted', async (_, replace, by) => {
    expect(await prove({ ...proof(2), mode: 'bounded', change: { replace, by } })).toMatchObject({
      holds: false,
    });
  });
});
