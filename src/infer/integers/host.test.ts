import { expect, test } from 'vitest';
import { buildModel, type ModelBuilder } from '../../model/build.ts';
import { fusedPools, hostLayers, staysReal } from './host.ts';

const conv = (b: ModelBuilder, name: string, input: string): string => {
  const [, C, H, W] = b.shapeOf(input) as [number, number, number, number];
  return b.add({
    op: 'conv',
    name,
    inputs: [input],
    conv: { C, H, W, K: 2, R: 1, S: 1, stride: [1, 1], pad: [0, 0, 0, 0], dilation: [1, 1], groups: 1 },
  });
};
const pool = (b: ModelBuilder, op: 'maxPool' | 'avgPool', [name, input]: [string, string]): string =>
  b.add({
    op,
    name,
    inputs: [input],
    kernel: [2, 2],
    stride: [1, 1],
    pad: [0, 0, 0, 0],
    dilation: [1, 1],
    ceil: false,
    countPad: false,
  });

function network(): ModelBuilder {
  const b = buildModel('m', [{ name: 'x', shape: [1, 2, 5, 5] }]);
  pool(b, 'maxPool', ['pool1', conv(b, 'conv1', 'x')]);
  b.add({ op: 'lrn', name: 'norm', inputs: ['pool1'], size: 5, alpha: 1e-4, beta: 0.75, bias: 1 });
  pool(b, 'maxPool', ['pool2', 'norm']);
  b.add({ op: 'concat', name: 'both', inputs: [conv(b, 'conv2', 'pool2'), 'pool2'], axis: 1 });
  pool(b, 'avgPool', ['mean', conv(b, 'conv3', 'both')]);
  b.add({ op: 'reshape', name: 'flat', inputs: ['mean'], shape: [1, 8] });
  b.add({ op: 'softmax', name: 'prob', inputs: ['flat'], axis: 1 });
  return b;
}

test('the host does what is neither conv, nor a max pool right behind one, nor mere moving', () =>
  expect(hostLayers(network().finish(['prob'], []))).toEqual([
    { name: 'norm', op: 'lrn' },
    { name: 'pool2', op: 'maxPool' },
    { name: 'mean', op: 'avgPool' },
    { name: 'prob', op: 'softmax' },
  ]));

test('a pool is fused only where nobody else wants the conv’s own ofmap', () => {
  const fused = (...outputs: string[]) => [...fusedPools(network().finish(outputs, [])).keys()];
  expect(fused('prob')).toEqual(['conv1']);
  expect(fused('prob', 'conv1')).toEqual([]);
});

test('what the host computes behind the last conv stays real; what a conv reads later does not', () => {
  expect([...staysReal(network().finish(['prob'], []))]).toEqual(['mean', 'flat', 'prob']);
  const b = network();
  conv(b, 'conv4', 'mean');
  expect([...staysReal(b.finish(['prob'], []))]).toEqual(['prob']);
});
