import { describe, expect, test } from 'vitest';
import { differenceToSilicon, type ExpectedRow } from '../../../rtl/blocks/agree.ts';
import type { InputRow } from '../../../rtl/blocks/cosim.ts';
import { type Prove, prove } from '../../../rtl/prove.ts';
import { missing } from '../../../rtl/tool.ts';
import { type Random, seeded } from '../../tensor/random.ts';
import { requantiseInto } from '../../tensor/requantise.ts';
import { type Accumulated, Requantise } from './requantise.ts';

const int32 = (random: Random): number => random.word() | 0;
const corners = [
  0,
  1,
  -1,
  2,
  -2,
  2 ** 31 - 1,
  -(2 ** 31),
  2 ** 26,
  2 ** 26 - 1,
  -(2 ** 26),
  2 ** 17,
  -(2 ** 17),
];
const oneOf = <T>(random: Random, list: readonly T[]): T => list[random.below(list.length)]!;

/** Words that a test should not leave to chance: ties, both saturations, corner values, every shift. */
function draw(random: Random): Accumulated {
  const signed = random.below(2) === 1;
  const [least, most] = signed ? [-128, 127] : [0, 255];
  const low = random.below(3) === 0 ? least : least + random.below(most - least);
  const clamp = { low, high: random.below(3) === 0 ? most : low + random.below(most - low + 1) };
  const plain = { window: 0, correction: 0, bias: 0, ...clamp };
  switch (random.below(6)) {
    case 0: {
      // An odd multiple of half a step, exactly: acc * 2^a / 2^(a + 1 + b) where acc is odd * 2^b.
      const [a, b] = [random.below(31), random.below(21)];
      const odd = 2 * random.below(1024) - 1023;
      return { ...plain, acc: odd * 2 ** b, multiplier: 2 ** a, shift: a + 1 + b };
    }
    case 1: {
      // Beside a tie by a single bit, wherever it stands: the sticky bit alone decides.
      const [a, b] = [random.below(31), 1 + random.below(20)];
      const beside = (random.below(3) - 1) * 2 ** random.below(b);
      const odd = 2 * random.below(512) - 511;
      return { ...plain, acc: odd * 2 ** b + beside, multiplier: 2 ** a, shift: a + 1 + b };
    }
    case 5: {
      // All magnitudes alike, so that results lie about every border of what the shifter keeps.
      const [acc, multiplier] = [int32(random) >> random.below(32), random.word() >>> (1 + random.below(31))];
      return { ...plain, acc, multiplier, shift: random.below(63) };
    }
    case 2: // corners, also of the bias
      return {
        ...plain,
        acc: oneOf(random, corners),
        bias: oneOf(random, corners),
        multiplier: oneOf(random, [0, 1, 2 ** 30, 2 ** 31 - 1, 2 ** 17, 2 ** 17 - 1]),
        shift: random.below(63),
      };
    case 3: // anything at all
      return {
        ...clamp,
        acc: int32(random),
        window: random.below(2 ** 27) - 2 ** 26,
        correction: random.below(512) - 256,
        bias: int32(random),
        multiplier: random.word() >>> 1,
        shift: random.below(63),
      };
    default: // as in real layers: the result lies about the byte's range
      return {
        ...clamp,
        acc: random.below(2 ** 20) - 2 ** 19,
        window: random.below(2 ** 16),
        correction: random.below(32) - 16,
        bias: random.below(2 ** 16) - 2 ** 15,
        multiplier: 2 ** 30 + random.below(2 ** 30),
        shift: 40 + random.below(6),
      };
  }
}

/** The plain function of the integer path: correction as infer/integers/conv.ts adds it, then requantiseInto. */
function plainByte({ acc, window, correction, bias, multiplier, shift, low, high }: Accumulated): number {
  const out = high > 127 || low >= 0 ? new Uint8Array(1) : new Int8Array(1);
  requantiseInto(out, Int32Array.of(acc + correction * window), {
    bias: Int32Array.of(bias),
    multiplier: Int32Array.of(multiplier),
    shift: Uint8Array.of(shift),
    low,
    high,
  });
  return out[0]! & 255;
}

/** The block under random pauses on both sides, and what its wires were. */
function play(words: readonly Accumulated[], random: Random, queue = 16, sumBits = 32) {
  const block = new Requantise(queue, sumBits);
  const [vectors, expected, bytes]: [InputRow[], ExpectedRow[], number[]] = [[{ reset: 1 }], [{}], []];
  for (let i = 0, t = 0; bytes.length < words.length; t++) {
    const pressure = Math.floor(t / 200) % 3;
    const word = i < words.length && random.below(4) >= pressure ? words[i] : undefined;
    const outReady = random.below(4) >= 2 - pressure;
    vectors.push({ in_valid: word !== undefined, ...word, out_ready: outReady });
    expected.push({ in_ready: block.inReady, out_valid: block.out !== undefined, out_byte: block.out });
    if (outReady && block.out !== undefined) bytes.push(block.out);
    if (word && block.inReady) i++;
    block.tick({ word, outReady });
    block.commit();
  }
  return { vectors, expected, bytes };
}

const drawMany = (count: number, name: string): readonly Accumulated[] => {
  const random = seeded(1, name);
  return Array.from({ length: count }, () => draw(random));
};

describe('the block', () => {
  test('equals the plain function on ties, saturations, corners and at random', () => {
    const words = drawMany(20_000, 'plain');
    const { bytes } = play(words, seeded(2, 'pauses'));
    expect(bytes).toEqual(words.map(plainByte));
  });

  test('lets a byte out every cycle when nobody pauses', () => {
    const block = new Requantise();
    let bytes = 0;
    const word = drawMany(1, 'pace')[0]!;
    for (let t = 0; t < 1000; t++) {
      if (block.out !== undefined) bytes++;
      block.tick({ word, outReady: true });
      block.commit();
    }
    expect(bytes).toBe(1000 - 14);
  });

  test('two in a row do not care which is ticked first', () => {
    const run = (order: readonly (0 | 1)[]) => {
      const [a, b] = [new Requantise(), new Requantise(15)];
      const random = seeded(5, 'order');
      return drawMany(500, 'order').map((drawn) => {
        const [word, outReady] = [random.below(3) ? drawn : undefined, random.below(3) > 0];
        const ticks = [
          () => a.tick({ word, outReady: b.inReady }),
          () => b.tick({ word: a.out === undefined ? undefined : { ...drawn, acc: a.out }, outReady }),
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
describe.skipIf(noVerilator)(`requantise.sv under Verilator${noVerilator ? ` (${noVerilator})` : ''}`, () => {
  const design = {
    top: 'requantise',
    sources: ['src/blocks/requantise/requantise.sv', 'src/blocks/fifo/fifo.sv'],
  };

  test.each([16, 3])('a queue of %i: every wire, every cycle', async (QUEUE) => {
    const { vectors, expected } = play(
      drawMany(QUEUE === 16 ? 30_000 : 1_000, 'silicon'),
      seeded(QUEUE, 'p'),
      QUEUE,
    );
    expect(
      await differenceToSilicon({ ...design, parameters: { QUEUE }, vectors }, expected),
    ).toBeUndefined();
  });

  test('sums held inside 27 bits: every wire, every cycle', async () => {
    const { vectors, expected, bytes } = play(drawMany(10_000, 'held'), seeded(6, 'p'), 16, 27);
    expect(bytes).not.toEqual(drawMany(10_000, 'held').map(plainByte)); // some sums are larger
    const parameters = { SUM_BITS: 27 };
    expect(await differenceToSilicon({ ...design, parameters, vectors }, expected)).toBeUndefined();
  });

  test('without correction, window and correction are ignored', async () => {
    const words = drawMany(5_000, 'plain weights');
    const plain = play(
      words.map((word) => ({ ...word, window: 0 })),
      seeded(4, 'p'),
    );
    const vectors = plain.vectors.map((row) =>
      'window' in row ? { ...row, window: 12345, correction: 7 } : row,
    );
    const parameters = { CORRECTION: 0 };
    expect(await differenceToSilicon({ ...design, parameters, vectors }, plain.expected)).toBeUndefined();
  });
});

const noProver = missing('yosys', 'yosys-smtbmc', 'z3');
describe.skipIf(noProver)(`proofs${noProver ? ` (${noProver})` : ''}`, () => {
  const proof: Prove = {
    top: 'requantise',
    sources: ['src/blocks/requantise/requantise.sv', 'src/blocks/fifo/fifo.sv'],
    parameters: { QUEUE: 4, CORRECTION: 0 },
    depth: 3,
    mode: 'induction',
  };

  test('every word on its way has a place in the queue', async () => {
    expect(await prove(proof)).toMatchObject({ holds: true });
  });

  test('control: refuted where one more is let in', async () => {
    const change = { replace: "taken == COUNT_BITS'(QUEUE - 1)", by: "taken == COUNT_BITS'(QUEUE)" };
    expect(await prove({ ...proof, mode: 'bounded', depth: 20, change })).toMatchObject({ holds: false });
  });
});
