/** Bit masks of windows and filters, held to plain lists of places. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyWork } from '../../rtl/random-work.ts';
import { common, plainFilters, plainWindows } from '../../test/fixtures/plain-windows.ts';
import { ofmapWidth } from '../tensor/conv.ts';
import {
  CHUNK_WORDS,
  filterMasks,
  maskedOnes,
  matches,
  onesIn,
  onesInFour,
  windowReader,
  windowShape,
} from './window-masks.ts';

const plainOnes = (word: number): number => (word >>> 0).toString(2).replaceAll('0', '').length;

test('counts the bits of a word, and of four', () => {
  fc.assert(
    fc.property(fc.tuple(fc.integer(), fc.integer(), fc.integer(), fc.integer()), ([a, b, c, d]) => {
      expect(onesIn(a)).toBe(plainOnes(a));
      expect(onesInFour(a, b, c, d)).toBe(plainOnes(a) + plainOnes(b) + plainOnes(c) + plainOnes(d));
    }),
  );
  expect(onesInFour(-1, -1, -1, -1)).toBe(128);
});

test('a window and a filter share the bits that a plain search finds, in any layer', () => {
  fc.assert(
    fc.property(anyWork, (work) => {
      const { conv } = work;
      const shape = windowShape(conv, CHUNK_WORDS);
      const masks = filterMasks(work.weight.data, conv, shape);
      const filters = plainFilters(work);
      const window = new Int32Array(shape.words);
      const perGroup = conv.K / conv.groups;
      for (const [group, windows] of plainWindows({ ...work, ifmaps: work.ifmaps.slice(0, 1) }).entries()) {
        const read = windowReader(work.ifmaps[0]!, conv, group);
        for (const [at, places] of windows.entries()) {
          read(Math.floor(at / ofmapWidth(conv)), at % ofmapWidth(conv), window);
          expect(maskedOnes(window)).toBe(places.length);
          const k = group * perGroup + (at % perGroup);
          expect(matches(window, masks, k * shape.words)).toBe(common(places, filters[k]!));
        }
      }
    }),
    { numRuns: 60 },
  );
});
