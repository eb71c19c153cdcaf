/** Training on threads: the same sums as alone, the same bits every time, and no thread that fails in silence. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findZoo } from '../../src/model/zoo/index.ts';
import { seeded } from '../../src/tensor/random.ts';
import { glyphs } from '../../src/train/datasets/glyphs.ts';
import { initialise } from '../../src/train/initialise.ts';
import { train } from '../../src/train/loop.ts';
import { lossOf, normsIn, parametersOf } from '../../src/train/network.ts';
import { partsOf } from '../../src/train/parallel/shared.ts';
import { type Hand, pool, type Team, teamOf } from '../../src/train/parallel/team.ts';
import { compile, type Program } from '../../src/train/program.ts';
import { startHand, startTeam } from './threads.ts';

const lenet = initialise(findZoo('lenet5')!.build(), seeded(1));
const resnet = initialise(findZoo('resnet20')!.build(), seeded(2));
const drop = new Map([[lenet.layers[0]!.name, 0.3]]);

interface Step {
  readonly loss: number;
  readonly logits: Float32Array;
  readonly gradients: ReadonlyMap<string, Float32Array>;
  readonly measured: ReadonlyMap<string, Float32Array>;
}

function step(model: typeof lenet, compileHere: Team['compile'], batch: number, dropout?: typeof drop): Step {
  const random = seeded(3);
  const parameters = parametersOf(model, { norms: 'batch' });
  const program: Program = compileHere(model, { batch, norms: normsIn(parameters), dropout });
  program.load(parameters);
  for (let i = 0; i < program.input.length; i++) program.input[i] = random.normal();
  const labels = Int32Array.from({ length: batch }, () => random.below(10));
  program.forward({ training: true, random: dropout && seeded(4) });
  const { loss } = lossOf(program, { labels }, {});
  program.backward();
  const copies = (values: Step['gradients']) =>
    new Map([...values].map(([name, all]) => [name, all.slice()]));
  return {
    loss,
    logits: program.logits.slice(),
    gradients: copies(program.gradients),
    measured: copies(program.measured),
  };
}

/** Largest difference, as a share of the largest value. */
function apart(a: Step['gradients'], b: Step['gradients']): number {
  expect([...a.keys()]).toEqual([...b.keys()]);
  return Math.max(
    ...[...a].map(([name, values]) => {
      const most = values.reduce((max, v) => Math.max(max, Math.abs(v)), 1e-20);
      return values.reduce((max, v, i) => Math.max(max, Math.abs(v - b.get(name)![i]!)), 0) / most;
    }),
  );
}

/** All bits of all arrays: comparing millions of numbers one by one would take longer than training. */
function digest(arrays: Iterable<Float32Array>): string {
  const hash = createHash('sha256');
  for (const values of arrays)
    hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return hash.digest('hex');
}
const bits = ({ logits, gradients, measured }: Step): string =>
  digest([logits, ...gradients.values(), ...measured.values()]);

describe('a team', () => {
  let team: Team;
  beforeAll(async () => {
    team = await startTeam(3);
  });
  afterAll(() => team.stop());

  test.each([12, 7, 2, 1])('a batch of %d: what one thread computes, but for rounding', (batch) => {
    const [alone, together] = [step(lenet, compile, batch), step(lenet, team.compile, batch)];
    // Images are multiplied four at a time: the order of sums is another where a part is not a multiple of that.
    if (batch === 12) expect(together.logits).toEqual(alone.logits);
    expect(together.loss).toBeCloseTo(alone.loss, 5);
    expect(apart(together.gradients, alone.gradients)).toBeLessThan(1e-5);
  });

  test('the same bits every time, dropout and batch norm included; another dropout for each part', () => {
    expect(bits(step(resnet, team.compile, 6))).toBe(bits(step(resnet, team.compile, 6)));
    const dropped = step(lenet, team.compile, 6, drop);
    expect(bits(dropped)).toBe(bits(step(lenet, team.compile, 6, drop)));
    expect(dropped.logits).not.toEqual(step(lenet, team.compile, 6).logits);
  });

  test('the first batch norm measures the whole batch', () => {
    const [alone, together] = [step(resnet, compile, 6), step(resnet, team.compile, 6)];
    const [first] = alone.measured.keys();
    for (const name of [first!, first!.replace('/mean', '/variance')])
      for (const [c, value] of alone.measured.get(name)!.entries())
        expect(together.measured.get(name)![c]).toBeCloseTo(value, 5);
  });

  test('a value that is no number names the same layer as alone', () => {
    const parameters = parametersOf(lenet);
    const program = team.compile(lenet, { batch: 3, norms: new Set() });
    program.load(parameters);
    program.input.fill(0.5);
    program.input.fill(Number.NaN, (2 * program.input.length) / 3); // the last thread's part
    program.forward({ training: true });
    const labels = Int32Array.of(0, 1, 2);
    expect(() => lossOf(program, { labels }, {})).toThrow(/not a finite number/);
    expect(program.firstNonFinite()).toBe(lenet.layers[0]!.name);
  });

  test('a whole training run is the same twice', () => {
    const dataset = glyphs({ train: 64, test: 16, seed: 5 });
    const run = () => {
      const steps = train(lenet, dataset, { epochs: 1, batchSize: 32, seed: 6, team });
      for (;;) {
        const next = steps.next();
        if (next.done) return digest(next.value.parameters.values());
      }
    };
    expect(run()).toBe(run());
  });
});

describe('a thread that fails', () => {
  test('says why in the thread that leads, and the team can be stopped', async () => {
    const hand = await startHand();
    const broken: Hand = { ...hand, post: (hello) => hand.post({ ...hello, part: { first: 0, count: -1 } }) };
    const team = teamOf([broken]);
    expect(() => team.compile(lenet, { batch: 4, norms: new Set() })).toThrow(
      /^training thread 2 stopped: a batch of -1 images/,
    );
    team.stop();
  });

  test('and one that is silent is given up', () => {
    const team = teamOf([{ post: () => {}, stop: () => {} }], { patience: 20 });
    expect(() => team.compile(lenet, { batch: 4, norms: new Set() })).toThrow(
      'training thread 2 gave no answer for 0.02 s',
    );
  });
});

test('parts cover a batch, as equal as they can be', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 9 }), (batch, threads) => {
      const parts = partsOf(batch, threads);
      let next = 0;
      for (const { first, count } of parts) {
        expect(first).toBe(next);
        next += count;
      }
      expect(next).toBe(batch);
      const counts = parts.map(({ count }) => count);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      expect(Math.min(...counts)).toBeGreaterThan(0);
    }),
  );
});

test('mean and variance of the parts are those of the whole', () => {
  const values = fc.array(fc.double({ min: -9, max: 9, noNaN: true }), { minLength: 2, maxLength: 9 });
  const moments = (all: readonly number[]) => {
    const mean = all.reduce((sum, v) => sum + v, 0) / all.length;
    const variance = all.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (all.length - 1);
    return { mean, variance };
  };
  const asMap = ({ mean, variance }: ReturnType<typeof moments>) =>
    new Map([
      ['n/mean', Float32Array.of(mean)],
      ['n/variance', Float32Array.of(variance)],
    ]);
  fc.assert(
    fc.property(fc.array(values, { minLength: 1, maxLength: 4 }), (parts) => {
      const to = asMap({ mean: 0, variance: 0 });
      pool(
        to,
        parts.map((part) => asMap(moments(part))),
        new Map([['n', parts.map(({ length }) => length)]]),
      );
      const whole = moments(parts.flat());
      expect(to.get('n/mean')![0]).toBeCloseTo(whole.mean, 4);
      expect(to.get('n/variance')![0]).toBeCloseTo(whole.variance, 3);
    }),
  );
});
