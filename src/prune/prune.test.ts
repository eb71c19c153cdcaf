/** Every rule against its plain twin, written with sorts from the rule's own words. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plainGroupDrops, plainPatternDrops } from '../../test/fixtures/plain-pruning.ts';
import { type Slice, type SparsityRule, wholeKernel } from '../model/sparsity.ts';
import { type ConvShape, weightCount } from '../tensor/conv.ts';
import { seeded } from '../tensor/random.ts';
import { allot } from './allotment.ts';
import { applyRule, obeys, prune, pruners, ruleNamed } from './index.ts';
import type { Weights } from './largest.ts';
import { groupSize } from './n-of-m.ts';

const kinds = pruners.map((pruner) => pruner.kind);

/** Polyphase components of a kernel under its stride: the slices a machine with that lowering names. */
const phases = ({ R, S, stride: [sy, sx] }: ConvShape): readonly Slice[] => {
  const slices = new Map<string, number[]>();
  for (let position = 0; position < R * S; position++) {
    const phase = `${Math.floor(position / S) % sy},${(position % S) % sx}`;
    slices.set(phase, [...(slices.get(phase) ?? []), position]);
  }
  return [...slices.values()];
};

const layer = (over: Partial<ConvShape>): ConvShape => ({
  C: 4,
  H: 12,
  W: 12,
  K: 4,
  R: 3,
  S: 3,
  stride: [1, 1],
  pad: [0, 0, 0, 0],
  dilation: [1, 1],
  groups: 1,
  ...over,
});

const anyConv = fc
  .record({
    channels: fc.integer({ min: 1, max: 9 }),
    filters: fc.integer({ min: 1, max: 5 }),
    groups: fc.integer({ min: 1, max: 3 }),
    R: fc.integer({ min: 1, max: 5 }),
    S: fc.integer({ min: 1, max: 5 }),
    stride: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ channels, filters, groups, R, S, stride }) =>
    layer({ C: channels * groups, K: filters * groups, groups, R, S, stride: [stride, stride] }),
  );
const anyRule = fc
  .record({
    kind: fc.constantFrom(...kinds),
    zeros: fc.constantFrom(0, 0.1, 0.3, 0.5, 0.7, 0.75, 0.9, 0.99),
    blockFilters: fc.integer({ min: 1, max: 4 }),
    slicesOf: fc.constantFrom(wholeKernel, phases),
  })
  .map(({ kind, ...options }) => ruleNamed(kind, options));

/** Few magnitudes, so that ties are common; floats where `whole` is false. */
const weightsOf = (conv: ConvShape, seed: number, whole: boolean): Weights => {
  const random = seeded(seed);
  const values = Array.from({ length: weightCount(conv) }, () => random.below(17) - 8);
  return whole ? Int8Array.from(values) : Float32Array.from(values, (v) => v / 3);
};

const anyCase = fc.record({
  conv: anyConv,
  rule: anyRule,
  seed: fc.integer(),
  whole: fc.boolean(),
});

/** Indices to drop so that `keep` largest magnitudes stay, the first among equals. */
const dropped = (weight: Weights, indices: readonly number[], keep: number): readonly number[] =>
  [...indices].sort((a, b) => Math.abs(weight[b]!) - Math.abs(weight[a]!) || a - b).slice(keep);

/** Half up, in whole hundredths, where no rounding error can creep in. */
const share = (count: number, zeros: number): number =>
  Math.floor((count * (100 - Math.round(100 * zeros)) + 50) / 100);

/** The plain twin: a mask from sorted lists. */
function plainMask(weight: Weights, conv: ConvShape, rule: SparsityRule): Uint8Array {
  const mask = new Uint8Array(weight.length).fill(1);
  const drop = (indices: readonly number[], keep: number) => {
    for (const i of dropped(weight, indices, keep)) mask[i] = 0;
  };
  const [channels, kernel, perGroup] = [conv.C / conv.groups, conv.R * conv.S, conv.K / conv.groups];
  const at = (filter: number, c: number, position: number) => (filter * channels + c) * kernel + position;
  const range = (n: number) => Array.from({ length: n }, (_, i) => i);

  if (rule.kind === 'magnitude') drop(range(weight.length), share(weight.length, rule.zeros));
  if (rule.kind === 'equal-per-kernel') {
    const { slices, taps, singles, columnTaps } = allot(conv, rule);
    for (const filter of range(conv.K)) {
      const group = Math.floor(filter / perGroup);
      for (const c of range(channels))
        slices.forEach((slice, s) => {
          drop(
            slice.map((position) => at(filter, c, position)),
            taps[(group * channels + c) * slices.length + s]!,
          );
        });
      singles.forEach((position, s) => {
        drop(
          range(channels).map((c) => at(filter, c, position)),
          columnTaps[group * singles.length + s]!,
        );
      });
    }
  }
  if (rule.kind === 'column-block') {
    const keep = Math.max(1, share(channels, rule.zeros));
    for (let group = 0; group < conv.groups; group++)
      for (let f = 0; f < perGroup; f += rule.blockFilters) {
        const block = range(Math.min(rule.blockFilters, perGroup - f)).map((i) => group * perGroup + f + i);
        const mass = range(channels).map((c) =>
          block.reduce(
            (sum, filter) =>
              sum + range(kernel).reduce((s, position) => s + Math.abs(weight[at(filter, c, position)]!), 0),
            0,
          ),
        );
        const gone = range(channels)
          .sort((a, b) => mass[b]! - mass[a]! || a - b)
          .slice(keep);
        for (const filter of block)
          for (const c of gone) for (const position of range(kernel)) mask[at(filter, c, position)] = 0;
      }
  }
  if (rule.kind === 'n-of-m') {
    const m = groupSize(rule.zeros);
    const [few, all] = [channels < m, range(channels * kernel)];
    // Lines of weights that are cut into groups: a filter's channels at one tap, or all of its taps.
    const lines = few
      ? [all]
      : range(kernel).map((position) => range(channels).map((c) => c * kernel + position));
    for (let filter = 0; filter < conv.K; filter++)
      for (const line of lines)
        for (let first = 0; first < line.length; first += m) {
          const group = line.slice(first, first + m).map((i) => filter * channels * kernel + i);
          drop(group, share(group.length, rule.zeros));
        }
  }
  if (rule.kind === 'pattern') {
    const { taps: keeps } = allot(conv, { ...rule, slicesOf: wholeKernel });
    for (const i of plainPatternDrops({ weight, conv, keeps })) mask[i] = 0;
  }
  if (rule.kind === 'group') {
    const keep = share(channels * kernel, rule.zeros);
    for (const i of plainGroupDrops(weight, conv, { blockFilters: rule.blockFilters, keep })) mask[i] = 0;
  }
  return mask;
}

describe('all rules', () => {
  test('equal their plain twins', () => {
    fc.assert(
      fc.property(anyCase, ({ conv, rule, seed, whole }) => {
        // Thirds sum differently in another order, so column sums are compared on whole numbers.
        const weight = weightsOf(conv, seed, whole || ['column-block', 'group'].includes(rule.kind));
        expect(prune(weight, conv, rule)).toEqual(plainMask(weight, conv, rule));
      }),
    );
  });

  test('in place, they zero exactly what the mask drops', () => {
    fc.assert(
      fc.property(anyCase, ({ conv, rule, seed, whole }) => {
        const weight = weightsOf(conv, seed, whole);
        const mask = prune(weight, conv, rule);
        const inPlace = weight.slice();
        applyRule(inPlace, conv, rule);
        expect([...inPlace].map(Math.abs)).toEqual([...weight].map((w, i) => Math.abs(w) * mask[i]!));
      }),
    );
  });

  test('are idempotent, and obeyed afterwards', () => {
    fc.assert(
      fc.property(anyCase, ({ conv, rule, seed, whole }) => {
        const weight = weightsOf(conv, seed, whole);
        applyRule(weight, conv, rule);
        const once = weight.slice();
        applyRule(weight, conv, rule);
        expect(weight).toEqual(once);
        expect(obeys(weight, conv, rule).ok).toBe(true);
      }),
    );
  });

  test('keep everything at a share of 0', () => {
    const conv = layer({ stride: [2, 2] });
    for (const kind of kinds)
      for (const slicesOf of [wholeKernel, phases])
        expect(prune(weightsOf(conv, 1, true), conv, ruleNamed(kind, { zeros: 0, slicesOf }))).not.toContain(
          0,
        );
  });

  test('are exact on weights without zeros', () => {
    const conv = layer({ C: 8, K: 8 });
    for (const kind of kinds) {
      const weight = weightsOf(conv, 1, true).map((w) => w || 1);
      const rule = ruleNamed(kind, { zeros: 0.5, blockFilters: 4 });
      if (kind !== 'none') expect(obeys(weight, conv, rule).ok).toBe(false);
      applyRule(weight, conv, rule);
      expect(obeys(weight, conv, rule)).toMatchObject({ ok: true, exact: true });
    }
  });

  test('refuse a weight that is not a number', () => {
    const conv = layer({});
    const weight = new Float32Array(weightCount(conv));
    weight[7] = Number.NaN;
    expect(() => prune(weight, conv, ruleNamed('magnitude', { zeros: 0.5 }))).toThrow(
      'a weight is not a number (NaN)',
    );
  });
});

describe('equal-per-kernel', () => {
  const rule = ruleNamed('equal-per-kernel', { zeros: 0.5 });

  test('a 3x3 layer at one half alternates between 5 and 4 taps over input channels', () => {
    expect([...allot(layer({ C: 6 }), rule).taps]).toEqual([5, 4, 5, 4, 5, 4]);
  });

  test('a depthwise layer alternates over its channels too, so the layer is at the share', () => {
    const conv = layer({ C: 6, K: 6, groups: 6 });
    expect([...allot(conv, rule).taps]).toEqual([5, 4, 5, 4, 5, 4]);
    expect(prune(weightsOf(conv, 3, true), conv, rule).reduce((n, keep) => n + keep, 0)).toBe(27);
  });

  test('phases of a 3x3 kernel at stride 2 keep 2, 1 and 1 taps, and their single tap half of the channels', () => {
    const conv = layer({ C: 8, stride: [2, 2] });
    const { slices, taps, singles, columnTaps } = allot(conv, { ...rule, slicesOf: phases });
    expect(slices.map((slice) => slice.length)).toEqual([4, 2, 2]);
    expect([...taps.slice(0, 3)]).toEqual([2, 1, 1]);
    expect(singles).toEqual([4]);
    expect([...columnTaps]).toEqual([4]);
  });

  test('a fully connected layer keeps half of each filter, the largest', () => {
    const conv = layer({ C: 6, H: 1, W: 1, K: 2, R: 1, S: 1 });
    const weight = Int8Array.of(1, -9, 3, -4, 2, 8, 7, 7, 7, 7, 7, 7);
    expect([...prune(weight, conv, rule)]).toEqual([0, 1, 0, 1, 0, 1, 1, 1, 1, 0, 0, 0]);
  });

  test('every filter of a group keeps the same, within one tap of the share, and no slice strays by more', () => {
    fc.assert(
      fc.property(anyCase, ({ conv, rule: { zeros, slicesOf }, seed, whole }) => {
        const asked = ruleNamed('equal-per-kernel', { zeros, slicesOf });
        const mask = prune(weightsOf(conv, seed, whole), conv, asked);
        const size = weightCount(conv) / conv.K;
        const totals = Array.from({ length: conv.K }, (_, filter) =>
          mask.subarray(filter * size, (filter + 1) * size).reduce((n, keep) => n + keep, 0),
        );
        const perGroup = conv.K / conv.groups;
        totals.forEach((total, filter) => {
          expect(total).toBe(totals[filter - (filter % perGroup)]);
          expect(Math.abs(total - size * (1 - zeros))).toBeLessThan(1 + 1e-5);
        });
        const { slices, taps } = allot(conv, asked);
        taps.forEach((keep, i) => {
          const { length } = slices[i % slices.length]!;
          expect(Math.abs(keep - length * (1 - zeros))).toBeLessThan(1 + 1e-5);
        });
      }),
    );
  });

  test('a machine whose slices miss a tap is a bug, said so', () => {
    const asked = { ...rule, slicesOf: () => [[0, 1]] };
    expect(() => prune(weightsOf(layer({}), 1, true), layer({}), asked)).toThrow(
      'the slices of a 3x3 kernel must cover each of its taps once',
    );
  });
});

describe('rules by name', () => {
  test('a misspelt one gets the nearest suggested', () => {
    expect(() => ruleNamed('equal-per-kernl', { zeros: 0.5 })).toThrow(
      expect.objectContaining({
        message: 'no sparsity rule is named "equal-per-kernl"',
        hint: expect.stringContaining('did you mean "equal-per-kernel"?'),
      }),
    );
  });

  test.each([1, -0.1, Number.NaN])('a share of zeros of %s is refused', (zeros) => {
    expect(() => ruleNamed('magnitude', { zeros })).toThrow(
      `a share of zeros of ${zeros}: expected a number from 0 to less than 1`,
    );
  });
});

test('magnitude pruning leaves kernels unequal, equal-per-kernel does not', () => {
  const conv = layer({ C: 16, K: 16 });
  const spread = (kind: string) => {
    const random = seeded(5);
    const weight = Float32Array.from({ length: weightCount(conv) }, () => random.normal());
    const rule = ruleNamed(kind, { zeros: 0.5 });
    applyRule(weight, conv, rule);
    const { min, max } = obeys(weight, conv, rule).zerosPerKernel;
    return max - min;
  };
  expect(spread('magnitude')).toBeGreaterThan(0.05);
  expect(spread('equal-per-kernel')).toBe(0);
});
