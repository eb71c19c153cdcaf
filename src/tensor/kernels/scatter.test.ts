/** The psum bank against its plain twin, and both against the dense convolution. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { convReference } from '../conv-reference.ts';
import { seeded } from '../random.ts';
import { psumBank, scatter } from './scatter.ts';

const addresses = 80;

const anyRow = fc
  .record({
    count: fc.integer({ min: 0, max: 30 }),
    taps: fc.integer({ min: 0, max: 9 }),
    cols: fc.integer({ min: 1, max: 37 }),
  })
  .chain(({ count, taps, cols }) =>
    fc.record({
      cols: fc.constant(cols),
      count: fc.constant(count),
      positions: fc
        .array(fc.integer({ min: 0, max: 59 }), { minLength: count, maxLength: count })
        .map((list) => (count % 2 ? Uint16Array.from(list) : Int32Array.from(list))),
      values: fc
        .array(fc.integer({ min: -128, max: 255 }), { minLength: count, maxLength: count })
        .map((list) => (taps % 2 ? Uint8Array.from(list) : Int8Array.from(list))),
      taps: fc.record({
        count: fc.constant(taps),
        offset: fc
          .array(fc.integer({ min: 0, max: 20 }), { minLength: taps, maxLength: taps })
          .map((list) => Int32Array.from(list)),
        weight: fc
          .array(fc.integer({ min: -128, max: 127 }), { minLength: taps * cols, maxLength: taps * cols })
          .map((list) => Int8Array.from(list)),
      }),
    }),
  );

test('the psum bank equals its plain twin', () => {
  fc.assert(
    fc.property(anyRow, (row) => {
      const psums = new Int32Array(addresses * row.cols);
      const bank = psumBank({ addresses, cols: row.cols });
      // Twice: the second adds to the first.
      for (let i = 0; i < 2; i++) {
        scatter({ ...row, psums });
        bank.scatter(row, row.taps);
      }
      expect(bank.psums()).toEqual(psums);
    }),
  );
});

test('psums survive when a larger row makes the bank grow', () => {
  const bank = psumBank({ addresses: 4, cols: 1 });
  bank.psums()[3] = 42;
  const count = 40_000;
  const row = { positions: new Uint16Array(count), values: new Uint8Array(count).fill(255), count };
  bank.scatter(row, { offset: Int32Array.of(1), weight: Int8Array.of(-128), count: 1 });
  expect([...bank.psums()]).toEqual([0, -128 * 255 * count, 0, 42]);
});

test('an address outside the bank is refused before anything is written', () => {
  const bank = psumBank({ addresses: 4, cols: 1 });
  const row = { positions: Uint16Array.of(3), values: Uint8Array.of(1), count: 1 };
  expect(() => bank.scatter(row, { offset: Int32Array.of(1), weight: Int8Array.of(1), count: 1 })).toThrow(
    'psum addresses 4 to 4 of 4',
  );
  expect([...bank.psums()]).toEqual([0, 0, 0, 0]);
});

test('scattering one channel gives its full convolution', () => {
  const { below } = seeded(5);
  const [H, W, R, S, cols] = [6, 7, 3, 3, 5];
  const plane = Uint8Array.from({ length: H * W }, () => Math.max(0, below(400) - 200));
  const kernels = Int8Array.from({ length: cols * R * S }, () => (below(2) ? below(255) - 127 : 0));
  // The psum plane is the ifmap with a halo of R - 1 and S - 1: value (y, x) and tap (r, s) meet at
  // (y + R - 1 - r, x + S - 1 - s).
  const wide = W + S - 1;
  const positions: number[] = [];
  const values: number[] = [];
  plane.forEach((value, i) => {
    if (value === 0) return;
    positions.push(Math.floor(i / W) * wide + (i % W));
    values.push(value);
  });
  const offset = Int32Array.from(
    { length: R * S },
    (_, t) => (R - 1 - Math.floor(t / S)) * wide + (S - 1 - (t % S)),
  );
  const weight = Int8Array.from(
    { length: R * S * cols },
    (_, i) => kernels[(i % cols) * R * S + Math.floor(i / cols)]!,
  );
  const out = new Int32Array((H + R - 1) * wide * cols);
  scatter({
    positions: Uint16Array.from(positions),
    values: Uint8Array.from(values),
    count: values.length,
    taps: { offset, weight, count: R * S },
    cols,
    psums: out,
  });
  const wanted = convReference(plane, kernels, {
    C: 1,
    H,
    W,
    K: cols,
    R,
    S,
    stride: [1, 1],
    pad: [R - 1, S - 1, R - 1, S - 1],
    dilation: [1, 1],
    groups: 1,
  });
  const got = Int32Array.from(
    wanted,
    (_, i) => out[(i % (out.length / cols)) * cols + Math.floor(i / (out.length / cols))]!,
  );
  expect(got).toEqual(wanted);
});
