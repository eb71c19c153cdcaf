/** The words of training's options, good and bad. */
import { expect, test } from 'vitest';
import { augmentation, dropout, HIDDEN, schedule, share, zerosOf } from './option-words.ts';

test.each([
  ['cosine', { kind: 'cosine' }],
  ['constant', { kind: 'constant' }],
  ['step:10', { kind: 'step', at: [10], factor: 0.1 }],
  ['step:2.5,4:0.5', { kind: 'step', at: [2.5, 4], factor: 0.5 }],
])('--schedule %s', (text, wanted) => expect(schedule(text, '--schedule')).toEqual(wanted));

test.each([
  '',
  'linear',
  'cosine:3',
  'step',
  'step:',
  'step:x',
  'step:3:2',
  'step:3:0.1:9',
  'step:-1',
  'step:3:NaN',
])('--schedule %j is refused', (text) =>
  expect(() => schedule(text, '--schedule')).toThrow('--schedule takes cosine, constant or step:'),
);

test.each([
  ['crop', { crop: 4 }],
  ['crop:2,flip', { crop: 2, flip: true }],
  ['mixup', { mixup: 0.2 }],
  ['flip , mixup:0.4', { flip: true, mixup: 0.4 }],
])('--augment %s', (text, wanted) => expect(augmentation(text, '--augment')).toEqual(wanted));

test.each([
  '',
  'rotate',
  'crop:0',
  'crop:1.5',
  'crop:1000',
  'flip:1',
  'mixup:0',
  'mixup:2',
  'crop:2:3',
  '__proto__',
])('--augment %j is refused', (text) =>
  expect(() => augmentation(text, '--augment')).toThrow('--augment takes crop'),
);

test('--zeros-of takes globs and shares', () => {
  expect(zerosOf('conv1=0,fc*=0.75', '-z')).toEqual([
    { layers: 'conv1', zeros: 0 },
    { layers: 'fc*', zeros: 0.75 },
  ]);
  expect(zerosOf('a=b=0.5', '-z')).toEqual([{ layers: 'a=b', zeros: 0.5 }]);
  expect(() => zerosOf('conv1', '-z')).toThrow('-z takes layers=share, got "conv1"');
  expect(() => zerosOf('conv1=1', '-z')).toThrow('-z takes a share of zeros');
  expect(() => zerosOf('', '-z')).toThrow('1 to 1000 pairs');
});

test('--dropout takes a share for hidden fully connected layers, or pairs', () => {
  expect(dropout('0.5', '-d')).toEqual([{ layers: HIDDEN, rate: 0.5 }]);
  expect(dropout('ip1=.25', '-d')).toEqual([{ layers: 'ip1', rate: 0.25 }]);
  expect(() => dropout('1', '-d')).toThrow('-d takes a share from 0 to less than 1');
});

test.each(['0', '.1', '0.999'])('a share of %s', (text) => expect(share(text, '-s')).toBe(Number(text)));
test.each(['1', '-0.1', 'x', '', 'Infinity', '0x1'])('no share of %j', (text) =>
  expect(() => share(text, '-s')).toThrow(),
);
