/** The closed form of bank contention, held to a crossbar stepped cycle by cycle. */
import { describe, expect, test } from 'vitest';
import { seeded } from '../tensor/random.ts';
import { type Banks, contentionTable, cyclesPerSlot } from './bank-contention.ts';

/** Products enter while their bank has room, each bank adds one a cycle; the next slot waits for the last to enter. */
function steppedSlot(products: number, { banks, queue }: Banks, slots: number): number {
  const random = seeded(1, `${products}/${banks}/${queue}`);
  const waiting = new Int32Array(banks);
  let cycles = 0;
  for (let slot = 0; slot < slots; slot++) {
    let outside = Array.from({ length: products }, () => random.below(banks));
    do {
      cycles++;
      const refused: number[] = [];
      for (const bank of outside)
        if (waiting[bank]! < queue) waiting[bank]!++;
        else refused.push(bank);
      for (let bank = 0; bank < banks; bank++) if (waiting[bank]! > 0) waiting[bank]!--;
      outside = refused;
    } while (outside.length > 0);
  }
  return cycles / slots;
}

describe('accumulator banks', () => {
  // Banks are not independent: their loads of a slot sum to its products. A queue that smooths them hides that.
  test.each([
    [1, 0.05],
    [2, 0.04],
    [3, 0.02],
    [4, 0.01],
    [8, 0.01],
  ])('with a queue of %i the closed form is within %f of the stepped crossbar', (queue, within) => {
    const banks = { banks: 32, queue };
    const table = contentionTable(16, banks);
    for (const products of [1, 4, 8, 12, 16]) {
      const stepped = steppedSlot(products, banks, 20_000);
      expect(Math.abs(table[products]! / stepped - 1), `${products} products`).toBeLessThan(within);
    }
  });

  test('without room to wait a full slot of 16 products takes 2.4 cycles, with room for four 1.05', () => {
    // The mean of the fullest of 32 banks: 2.39, by the exact multinomial distribution.
    expect(contentionTable(16, { banks: 32, queue: 1 })[16]).toBeCloseTo(2.39, 0);
    expect(contentionTable(16, { banks: 32, queue: 4 })[16]).toBeCloseTo(1.05, 2);
  });

  test('more products never take less time, and a longer queue never more', () => {
    let before: readonly number[] | undefined;
    for (const queue of [1, 2, 4, 8]) {
      const table = contentionTable(16, { banks: 32, queue });
      for (let p = 1; p <= 16; p++) expect(table[p]).toBeGreaterThanOrEqual(table[p - 1]! - 1e-9);
      if (before) for (let p = 0; p <= 16; p++) expect(table[p]).toBeLessThanOrEqual(before[p]! + 1e-9);
      before = table;
    }
  });

  test('reads between whole numbers of products in a straight line', () => {
    expect(cyclesPerSlot(1.5, [1, 1, 2])).toBe(1.5);
    expect(cyclesPerSlot(2, [1, 1, 2])).toBe(2);
  });
});
