import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byWorkPlain, dealer } from './waves.ts';

test('the counting sort deals as the plain sort does', () => {
  const channel = fc.record({ n: fc.integer({ min: 0, max: 256 }), k: fc.integer({ min: 0, max: 25 }) });
  fc.assert(
    fc.property(fc.array(channel, { maxLength: 80 }), (list) => {
      const nonZeros = Uint16Array.from(list, ({ n }) => n);
      const taps = Uint8Array.from(list, ({ k }) => k);
      const { channels, count } = dealer(list.length).byWork(nonZeros, taps);
      expect([...channels.subarray(0, count)]).toEqual(byWorkPlain(nonZeros, taps));
    }),
  );
});
