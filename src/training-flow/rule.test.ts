import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { machineNamed } from '../accel/index.ts';
import { ruleFor } from '../flow.ts';
import { convLayers, type Model } from '../model/model.ts';
import { lenet5 } from '../model/zoo/lenet5.ts';
import { mobilenetV1 } from '../model/zoo/mobilenet_v1.ts';
import { seeded } from '../tensor/random.ts';
import { initialise } from '../train/initialise.ts';
import { kernelCounts, trainedLayers } from './kernels.ts';
import { audit, checkRule, exemption, pruneToRule, type RuleOn } from './rule.ts';

const machine = machineNamed('sense');
const model = initialise(lenet5.build(), seeded(1));
const on = (
  kind: 'none' | 'magnitude' | 'equal-per-kernel' | 'column-block',
  zeros = 0.5,
  exempt = ['none*'],
) =>
  ({
    rule: ruleFor(machine, machine.arch, { kind, zeros }),
    exempt: exempt[0] === 'none*' ? () => false : exemption(model, exempt),
  }) satisfies RuleOn;
const weightsOf = (of: Model, name: string) =>
  convLayers(of).find((layer) => layer.name === name)!.weight!.data;

describe('exemption', () => {
  test.each([
    [['first'], 'conv1'],
    [['last'], 'ip2'],
    [['first', 'ip?'], 'conv1,ip1,ip2'],
    [['conv*'], 'conv1,conv2'],
  ])('%s', (words, names) => {
    const spared = convLayers(model)
      .map((layer) => layer.name)
      .filter(exemption(model, words));
    expect(spared.join()).toBe(names);
  });
  test('a name that is none of the layers is a mistake, not a wish', () => {
    expect(() => exemption(model, ['pool1'])).toThrow('no conv or fully connected layer is named "pool1"');
  });
});

test('what is pruned to a rule holds it exactly, exempt layers are left alone, masks tell where', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.1, max: 0.8, noNaN: true }), fc.boolean(), (zeros, spare) => {
      const rule = on('equal-per-kernel', zeros, spare ? ['first'] : ['none*']);
      const { model: pruned, masks } = pruneToRule(model, rule);
      const { exact, zerosPerKernel } = audit(pruned, rule);
      expect(exact).toBe(true);
      expect(zerosPerKernel.min).toBeLessThanOrEqual(zeros + 1 / 25);
      expect(zerosPerKernel.max).toBeGreaterThanOrEqual(zeros - 1 / 25);
      expect(masks.has('conv1')).toBe(!spare);
      if (spare) expect(weightsOf(pruned, 'conv1')).toEqual(weightsOf(model, 'conv1'));
      const mask = masks.get('conv2')!;
      expect(weightsOf(pruned, 'conv2')).toEqual(weightsOf(model, 'conv2').map((w, i) => (mask[i] ? w : 0)));
    }),
    { numRuns: 20 },
  );
});

test('weights that break the rule are told: one too many, one too few, and zeros anywhere', () => {
  const rule = on('equal-per-kernel');
  const { model: pruned } = pruneToRule(model, rule);
  const changed = (change: (weight: Float32Array) => void): Model => ({
    ...pruned,
    layers: pruned.layers.map((layer) => {
      if (layer.name !== 'conv2' || layer.op !== 'conv') return layer;
      const data = layer.weight!.data.slice();
      change(data);
      return { ...layer, weight: { shape: layer.weight!.shape, data } };
    }),
  });
  expect(
    audit(
      changed((w) => w.fill(1, w.indexOf(0), w.indexOf(0) + 1)),
      rule,
    ).exact,
  ).toBe(false);
  expect(
    audit(
      changed((w) =>
        w.fill(
          0,
          w.findIndex((x) => x !== 0),
          w.findIndex((x) => x !== 0) + 1,
        ),
      ),
      rule,
    ).exact,
  ).toBe(false);
  expect(audit(pruneToRule(model, on('magnitude')).model, rule).exact).toBe(false);
});

describe('a rule that cannot be obeyed is refused before training', () => {
  test.each([
    ['everything of a layer gone', on('equal-per-kernel', 0.995), 'leaves this layer no weight at all'],
    ['nothing to prune', on('equal-per-kernel', 1e-7), 'nothing would be pruned'],
    ['no layer left', on('equal-per-kernel', 0.5, ['*']), 'every layer is exempt'],
  ])('%s', (_, rule, sentence) => {
    expect(() => checkRule(model, rule)).toThrow(sentence);
  });
  test('column blocks prune channels, and filters of depthwise layers alone have one', () => {
    const depthwise = mobilenetV1.build();
    const layers = depthwise.layers.filter((layer) => layer.op !== 'conv' || layer.conv.groups > 1);
    const exempt = (name: string) => depthwise.layers.some((l) => l.op === 'fc' && l.name === name);
    expect(() => checkRule({ ...depthwise, layers }, { ...on('column-block'), exempt })).toThrow(
      'nothing would be pruned',
    );
  });
  test('none, and a share that can be, are not', () => {
    for (const rule of [on('none', 0), on('magnitude'), on('column-block'), on('equal-per-kernel', 0.75)])
      expect(() => checkRule(model, rule)).not.toThrow();
  });
});

test('kernels are counted by their non-zeros', () => {
  expect(kernelCounts([1, 0, 0, 0, 0, 0, 2, 3, 0], { R: 1, S: 3 })).toEqual([1, 1, 1, 0]);
  const rule = on('equal-per-kernel');
  const layers = trainedLayers(model, pruneToRule(model, rule).model, rule);
  const { before, unstructured, after } = layers[0]!.kernels;
  expect(before[25]).toBe(20);
  expect(after.map((n, taps) => (n > 0 ? taps : -1)).filter((taps) => taps >= 0)).toEqual([13]);
  for (const counts of [before, unstructured, after]) expect(counts.reduce((a, b) => a + b)).toBe(20);
  expect(unstructured.filter((n) => n > 0).length).toBeGreaterThan(3);
  expect(layers.map(({ name }) => name)).toEqual(['conv1', 'conv2', 'ip1', 'ip2']);
});
