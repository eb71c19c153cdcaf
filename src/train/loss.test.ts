/** The losses against values worked out by hand; their gradients are held in gradients.test.ts. */
import { describe, expect, test } from 'vitest';
import { crossEntropy } from './loss.ts';

const ln = Math.log;
/** Softmax of these is 1/4, 3/4. */
const logits = Float32Array.of(0, ln(3));
const of = (label: number) => ({ labels: Int32Array.of(label) });

describe('cross-entropy', () => {
  test('of one image', () => expect(crossEntropy(logits, of(0), {}).loss).toBeCloseTo(ln(4), 6));
  test('is a mean, and counts right answers', () => {
    const { loss, correct } = crossEntropy(
      Float32Array.of(0, ln(3), 0, ln(3)),
      { labels: Int32Array.of(0, 1) },
      {},
    );
    expect(loss).toBeCloseTo((ln(4) + ln(4 / 3)) / 2, 6);
    expect(correct).toBe(1);
  });
  test('smoothed by 0.2: nine tenths and one tenth', () =>
    expect(crossEntropy(logits, of(1), { labelSmoothing: 0.2 }).loss).toBeCloseTo(
      0.9 * ln(4 / 3) + 0.1 * ln(4),
      6,
    ));
  test('mixed labels', () => {
    const mixed = { labels: Int32Array.of(0), share: 0.7 };
    expect(crossEntropy(logits, { ...of(1), mixed }, {}).loss).toBeCloseTo(0.7 * ln(4 / 3) + 0.3 * ln(4), 6);
  });
  test('large logits do not overflow', () =>
    expect(crossEntropy(Float32Array.of(1000, 0), of(1), {}).loss).toBeCloseTo(1000, 3));
});

describe('distillation', () => {
  test('a teacher that agrees costs nothing', () => {
    const { loss } = crossEntropy(logits, of(1), { teacher: logits, teacherShare: 1 });
    expect(loss).toBeCloseTo(0, 9);
  });
  test('else its divergence, times the temperature squared', () => {
    const teacher = Float32Array.of(0, 0); // a half each
    const { loss } = crossEntropy(Float32Array.of(0, 2 * ln(3)), of(1), {
      teacher,
      temperature: 2,
      teacherShare: 1,
    });
    expect(loss).toBeCloseTo(4 * (0.5 * ln(0.5 / 0.25) + 0.5 * ln(0.5 / 0.75)), 6);
  });
});

test('labels out of range are refused', () => {
  expect(() => crossEntropy(logits, of(2), {})).toThrow(
    'image 0 of the batch is labelled 2, the network has classes 0 to 1',
  );
  expect(() => crossEntropy(logits, of(-1), {})).toThrow('labelled -1');
});
