/** Filters grouped by likeness keep at least what the order they stand in keeps, and reordering changes no result. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { point } from '../../test/fixtures/gradient-check.ts';
import { randomModel } from '../../test/fixtures/random-model.ts';
import { evaluate } from '../infer/evaluate.ts';
import { isConv } from '../model/layer.ts';
import { convLayers, type Model } from '../model/model.ts';
import { topology } from '../model/zoo/topology.ts';
import type { ConvShape } from '../tensor/conv.ts';
import { type Random, seeded } from '../tensor/random.ts';
import { volume } from '../tensor/shape.ts';
import { initialise } from '../train/initialise.ts';
import { obeys, prune, ruleNamed } from './index.ts';
import { likeFilters, likeMask } from './likeness.ts';
import { reorderable, reorderFilters } from './reorder.ts';

const normals = (n: number, random: Random) => Float32Array.from({ length: n }, () => random.normal());
const shape = (K: number, C: number, R = 1): ConvShape => ({ ...point, C, H: R, W: R, K, R, S: R });
const keptMass = (weight: Float32Array, mask: Uint8Array): number =>
  weight.reduce((sum, w, i) => sum + Math.abs(w) * mask[i]!, 0);

const cases = fc.record({
  K: fc.integer({ min: 1, max: 20 }),
  C: fc.integer({ min: 1, max: 9 }),
  R: fc.constantFrom(1, 2),
  zeros: fc.constantFrom(0.25, 0.5, 0.75),
  blockFilters: fc.integer({ min: 1, max: 6 }),
  seed: fc.nat(),
});

describe('likeness', () => {
  test('an order holds every filter once, and its blocks keep no less than the blocks there were', () => {
    fc.assert(
      fc.property(cases, ({ K, C, R, zeros, blockFilters, seed }) => {
        const conv = shape(K, C, R);
        const rule = ruleNamed('column-block', { zeros, blockFilters });
        const weight = normals(K * C * R * R, seeded(seed));
        const order = likeFilters(weight, conv, rule);
        expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: K }, (_, f) => f));
        const grouped = keptMass(weight, likeMask(weight, conv, rule));
        expect(grouped).toBeGreaterThanOrEqual(keptMass(weight, prune(weight, conv, rule)) * (1 - 1e-6));
      }),
      { numRuns: 200 },
    );
  });

  test('two kinds of filters in turns become two blocks that lose nothing', () => {
    const conv = shape(8, 4);
    const weight = Float32Array.from({ length: 32 }, (_, i) =>
      (Math.floor(i / 4) % 2 === 0) === i % 4 < 2 ? 1 + i : 0,
    );
    const rule = ruleNamed('column-block', { zeros: 0.5, blockFilters: 4 });
    expect(keptMass(weight, prune(weight, conv, rule))).toBeLessThan(
      keptMass(weight, weight.map(Number) as never) / 1.5,
    );
    expect([...likeMask(weight, conv, rule)]).toEqual([...weight].map((w) => Number(w !== 0)));
  });

  test('what was grouped before is found again: weights under a grouped mask come out in whole blocks', () => {
    fc.assert(
      fc.property(cases, ({ K, C, R, zeros, blockFilters, seed }) => {
        const conv = shape(K, C, R);
        const rule = ruleNamed('column-block', { zeros, blockFilters });
        const weight = normals(K * C * R * R, seeded(seed));
        const mask = likeMask(weight, conv, rule);
        const masked = weight.map((w, i) => w * mask[i]!);
        const order = likeFilters(masked, conv, rule);
        const row = C * R * R;
        const inOrder = Float32Array.from({ length: masked.length }, (_, i) => {
          return masked[order[Math.floor(i / row)]! * row + (i % row)]!;
        });
        expect(obeys(inOrder, conv, rule)).toMatchObject({ ok: true, exact: true });
      }),
      { numRuns: 200 },
    );
  });
});

const outputsOf = (model: Model, random: Random): Float32Array[] => {
  const inputs = new Map(
    model.inputs.map((port) => [port.name, { shape: port.shape, data: normals(volume(port.shape), random) }]),
  );
  return [...evaluate(model, inputs).values()].map(({ data }) => Float32Array.from(data));
};
const shuffled = (length: number, random: Random): Int32Array => {
  const keys = Float64Array.from({ length }, random.uniform);
  return Int32Array.from(keys.keys()).sort((a, b) => keys[a]! - keys[b]!);
};
const reordered = (model: Model, random: Random): Model =>
  reorderFilters(
    model,
    new Map(
      convLayers(model)
        .filter(({ name }) => reorderable(model).has(name))
        .map(({ name, conv }) => [name, shuffled(conv.K, random)]),
    ),
  );

describe('reordering', () => {
  const near = (a: readonly Float32Array[], b: readonly Float32Array[]) => {
    expect(a.length).toBe(b.length);
    a.forEach((values, i) => {
      const largest = values.reduce((most, v) => Math.max(most, Math.abs(v)), 1e-3);
      values.forEach((v, j) => {
        expect(Math.abs(v - b[i]![j]!)).toBeLessThan(1e-4 * largest);
      });
    });
  };

  test('a network of everything an order is carried through computes what it did', () => {
    const net = topology('carried', { input: [2, 9, 9], cite: 'this test' });
    let x = net.conv('a', net.input, { K: 6, R: 3, pad: 1 });
    x = net.conv('depthwise', x, { K: 6, R: 3, pad: 1, groups: 6 });
    x = net.maxPool('pool', x, { kernel: 3, stride: 2 });
    x = net.conv('b', x, { K: 5, R: 3 });
    x = net.fc('c', x, { K: 7 });
    const model = initialise(net.finish(net.fc('d', x, { K: 3 })), seeded(1), { norms: true });
    expect([...reorderable(model)]).toEqual(['a', 'b', 'c']);
    const other = reordered(model, seeded(2));
    expect(convLayers(other)[0]!.weight!.data).not.toEqual(convLayers(model)[0]!.weight!.data);
    near(outputsOf(other, seeded(3)), outputsOf(model, seeded(3)));
  });

  test('so does any network that can be evaluated', () => {
    let changed = 0;
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const model = randomModel(seed);
        if (!convLayers(model).every((layer) => layer.weight)) return;
        changed += reorderable(model).size;
        near(outputsOf(reordered(model, seeded(seed)), seeded(seed)), outputsOf(model, seeded(seed)));
      }),
      { numRuns: 60 },
    );
    expect(changed).toBeGreaterThan(10);
  });

  test('filters that an addition, a concatenation or the outside reads stay where they are', () => {
    const net = topology('held', { input: [2, 4, 4], cite: 'this test' });
    const a = net.conv('a', net.input, { K: 4, R: 1 });
    const b = net.conv('b', net.input, { K: 4, R: 1 });
    const c = net.conv('c', net.add('sum', a, b), { K: 4, R: 1 });
    const model = net.finish(net.fc('out', net.concat('both', [c, net.input]), { K: 2 }));
    expect([...reorderable(model)]).toEqual([]);
    expect(model.layers.filter(isConv)).toHaveLength(4);
  });
});
