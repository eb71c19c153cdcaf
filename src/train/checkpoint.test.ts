/** Checkpoints come back as they went, and what is not one is refused before anything is believed. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts';

const sample: Checkpoint = {
  schema: 'sense.checkpoint/1',
  options: '{"seed":1}',
  step: 12,
  lossSum: 0.1 + 0.2,
  correct: 7,
  parameters: new Map([
    ['a/weight', Float32Array.of(1, -0, 3e-40)],
    ['__proto__', new Float32Array(0)],
  ]),
  moments: new Map([['velocity/a/weight', Float32Array.of(0.5)]]),
  masks: new Map([['a/weight', Uint8Array.of(1, 0, 1)]]),
};

test('bytes that lie inside a larger buffer, as those of a file read by Node do, come back the same', () => {
  const bytes = encodeCheckpoint(sample);
  const file = Buffer.concat([Buffer.of(1, 2, 3), bytes]).subarray(3);
  expect(decodeCheckpoint(file)).toEqual(sample);
});

test('any checkpoint comes back as it went', () => {
  const floats = fc.array(fc.tuple(fc.string(), fc.float32Array())).map((list) => new Map(list));
  const bytes = fc.array(fc.tuple(fc.string(), fc.uint8Array())).map((list) => new Map(list));
  fc.assert(
    fc.property(
      floats,
      floats,
      bytes,
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      (parameters, moments, masks, lossSum) => {
        const checkpoint = { ...sample, parameters, moments, masks, lossSum: lossSum === 0 ? 0 : lossSum };
        expect(decodeCheckpoint(encodeCheckpoint(checkpoint))).toEqual(checkpoint);
      },
    ),
    { numRuns: 50 },
  );
});

describe('what is not a checkpoint is refused', () => {
  const bytes = encodeCheckpoint(sample);
  test('cut off anywhere', () => {
    for (let length = 0; length < bytes.length; length++)
      expect(() => decodeCheckpoint(bytes.subarray(0, length))).toThrow('this is not a checkpoint');
  });
  test('longer than it says', () => {
    const longer = new Uint8Array(bytes.length + 8);
    longer.set(bytes);
    expect(() => decodeCheckpoint(longer)).toThrow('longer than its header says');
  });
  test('damaged anywhere: refused, or read without harm', () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, byte) => {
        const damaged = bytes.slice();
        damaged[at] = byte;
        try {
          decodeCheckpoint(damaged);
        } catch (error) {
          expect((error as Error).message).toContain('this is not a checkpoint');
        }
      }),
      { numRuns: 500 },
    );
  });
});
