/** Sums that might overflow: cut into chunks where that saves them, refused where nothing does, and no real network among them. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { plainNetwork } from '../../../rtl/core/networks.ts';
import { dataDir, dataFile } from '../../../test/data.ts';
import type { Arch } from '../../arch/arch.ts';
import { zcu102 } from '../../arch/presets/zcu102.ts';
import { presets } from '../../arch/presets.ts';
import { isConv } from '../../model/layer.ts';
import { importOnnx } from '../../onnx/import.ts';
import { postTraining } from '../../quantize/post-training.ts';
import { chooseUnroll, lower } from '../../schedule/lowering.ts';
import type { ConvShape } from '../../tensor/conv.ts';
import { compileNetwork } from './compile.ts';
import { readIfmap, writeIfmap } from './layout.ts';
import type { MachineLayer } from './machine-layer.ts';
import { groupsThatFit } from './psum-range.ts';
import { stepMachine } from './step-machine.ts';

const cramped = (psumBits: number): Arch => ({
  ...zcu102,
  array: { rows: 2, cols: 2 },
  pe: { ...zcu102.pe, psumBits },
});
const plain = { stride: [1, 1], pad: [0, 0, 0, 0], dilation: [1, 1], groups: 1 } as const;

/** Every weight 127, every ifmap value 255: nothing can add up to more. */
function worst(C: number, K = 2): { readonly layer: MachineLayer; readonly ifmap: Uint8Array } {
  const conv: ConvShape = { ...plain, C, H: 3, W: 3, K, R: 1, S: 1 };
  return {
    layer: {
      ...{ name: 'worst', conv, weight: new Int8Array(C * K).fill(127), signed: false, low: 0, high: 255 },
      multiplier: new Int32Array(K).fill(2 ** 30),
      shift: new Uint8Array(K).fill(30 + Math.ceil(Math.log2((C * 127 * 255) / 255))),
    },
    ifmap: new Uint8Array(C * 9).fill(255),
  };
}

/** The ofmap of the stepped machine, and how many groups a PE added up before it drained. */
function stepped({ layer, ifmap }: ReturnType<typeof worst>, arch: Arch) {
  const net = compileNetwork([layer], arch);
  writeIfmap(net.dram, net.input, ifmap);
  stepMachine(net.dram, arch, { first: net.first });
  const [{ chunkGroups, groups }] = net.layers as [(typeof net.layers)[0]];
  return { ofmap: readIfmap(net.dram, net.output, net.outputSigned), chunkGroups, groups };
}

test('a layer whose sums a PE cannot hold is cut into chunks whose it can, and is exact', () => {
  const layer = worst(24); // 12 groups of 127 * 255 = 32385 each: 2^15 holds one, 2^17 four
  for (const [bits, chunk] of [
    [16, 1],
    [18, 4],
    [28, 12],
  ] as const) {
    const { ofmap, chunkGroups, groups } = stepped(layer, cramped(bits));
    expect([chunkGroups, groups]).toEqual([chunk, 12]);
    expect(ofmap).toEqual(plainNetwork([layer.layer], layer.ifmap));
  }
});

test('without the chunks it would be wrong: psums wrap', () => {
  const { layer, ifmap } = worst(24);
  const net = compileNetwork([layer], cramped(28));
  writeIfmap(net.dram, net.input, ifmap);
  stepMachine(net.dram, cramped(18), { first: net.first });
  expect(readIfmap(net.dram, net.output, net.outputSigned)).not.toEqual(plainNetwork([layer], ifmap));
});

test('what no chunk saves is refused: which layer, which bound, what to try', () => {
  const refusal = (layer: MachineLayer, arch: Arch) => {
    try {
      return compileNetwork([layer], arch);
    } catch (error) {
      return error;
    }
  };
  expect(refusal(worst(4).layer, cramped(15))).toMatchObject({
    message: 'a sum may overflow: one kernel of filter 0 can add up to 32385, and a PE has psums of 15 bits',
    at: 'layer "worst"',
    hint: expect.stringContaining('pe.psumBits'),
  });
  // 2^31 / (127 * 255) = 66311 taps
  const range = (C: number) => {
    const layer = { ...worst(C, 1).layer, multiplier: new Int32Array(1) };
    const virtual = Array.from({ length: C }, (_, channel) => ({ channel, slice: 0 }));
    const lowered = lower(layer.conv, 'none')[0]!;
    return () => groupsThatFit(layer, { lowered, virtual, rows: 32, psumBits: 28 });
  };
  expect(range(66_311)()).toBe(Math.ceil(66_311 / 32));
  expect(range(66_312)).toThrow('filter 0 can add up to 2147514120, and an ofmap lane has 32 bits');
});

test('sums beyond 27 bits are exact where the ofmap ends before them, and refused where it does not', () => {
  const arch = { ...cramped(28), array: { rows: 8, cols: 2 } };
  const { layer, ifmap } = worst(2200); // 71,247,000 > 2^26, scaled to 136
  const shift = layer.shift.map((s) => s - 2); // and to 542
  expect(() => compileNetwork([layer], arch)).toThrow(
    /filter 0 can add up to 71247000, which its scale of .* takes to 136, and sums are held inside 27 bits/,
  );
  const clamped = { ...layer, shift };
  expect(stepped({ layer: clamped, ifmap }, arch).ofmap).toEqual(plainNetwork([clamped], ifmap));
  const signed = { ...clamped, weight: layer.weight.map((w) => -w), low: -128, high: 127 };
  expect(stepped({ layer: signed, ifmap }, arch).ofmap).toEqual(plainNetwork([signed], ifmap));
  const small = { ...signed, shift: layer.shift.map((s) => s + 1) }; // -68
  expect(() => compileNetwork([small], arch)).toThrow('can add up to -71247000');
});

test('a signed ifmap reaches -128, and signs that differ do not add up', () => {
  const { layer } = worst(24);
  const bound = (change: Partial<MachineLayer>, psumBits: number): number => {
    const of = { ...layer, ...change };
    const virtual = Array.from({ length: 24 }, (_, channel) => ({ channel, slice: 0 }));
    return groupsThatFit(of, { lowered: lower(of.conv, 'none')[0]!, virtual, rows: 2, psumBits });
  };
  const weight = layer.weight.map((w, i) => (Math.floor(i / 2) % 2 === 0 ? w : -w)); // a row's: +, -, +, ...
  expect(bound({}, 17)).toBe(2);
  expect(bound({ weight }, 17)).toBe(4); // 2 * 32385 above, and 2 below
  expect(bound({ signed: true }, 16)).toBe(2); // 127 * 128 = 16256
  const least = layer.weight.map(() => -128);
  expect(bound({ signed: true, weight: least }, 16)).toBe(1); // -128 * -128 = 2^14, and twice that is one too many
  expect(() => bound({ signed: true, weight: least }, 15)).toThrow('can add up to 16384');
});

const absent = dataDir() ? '' : ' (skipped: no data here; set SENSE_DATA_DIR)';
describe.skipIf(absent)(`real networks${absent}`, () => {
  test.each([
    'lenet5_mnist',
    'lenet5_mnist_dns',
    'resnet20_cifar10',
    'squeezenet1_1',
    'googlenet_bvlc',
    'mobilenet_v1_0.25_128_fp32',
  ])(
    '%s fits whole on every preset',
    (name) => {
      const model = importOnnx(readFileSync(dataFile(`models/${name}.onnx`)), { name });
      const grey = new Map(
        model.inputs.map(({ name: input, shape }) => [
          input,
          { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(0.5) },
        ]),
      );
      const { quantized } = postTraining(model, [grey]);
      for (const { array, pe, ...rest } of presets)
        for (const layer of quantized.model.layers.filter(isConv)) {
          const { conv } = layer;
          const { weight, bias, requantisation } = quantized.convs.get(layer.name)!;
          const signed = quantized.values.get(layer.inputs[0]!)!.type === 'int8';
          const lowered = lower(conv, chooseUnroll(conv, { array, pe, ...rest }))[0]!;
          const perGroup = conv.C / conv.groups;
          const virtual = lowered.slices.flatMap((_, slice) =>
            Array.from({ length: perGroup }, (_, channel) => ({ channel, slice })),
          );
          const own = {
            ...{ name: layer.name, conv: { ...conv, C: perGroup, groups: 1 }, weight: weight.data, signed },
            ...{ bias, ...requantisation },
          };
          expect(groupsThatFit(own, { lowered, virtual, rows: array.rows, psumBits: pe.psumBits })).toBe(
            Math.ceil(virtual.length / array.rows),
          );
        }
    },
    300_000,
  );
});
