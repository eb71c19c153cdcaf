/** Sums over all blocks at once, against every tile with every block of filters. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyWork } from '../../rtl/random-work.ts';
import { zcu102 } from '../arch/presets/zcu102.ts';
import { planLayer } from '../plan/plan-layer.ts';
import { multiplied } from './done.ts';

test('what is multiplied, loaded and streamed is what each tile has with each block', () => {
  const arch = { ...zcu102, array: { rows: 4, cols: 4 } };
  fc.assert(
    fc.property(anyWork, (work) => {
      const { counts, schedule } = planLayer(work, arch);
      let [macs, tapsLoaded, streamedBits] = [0, 0, 0];
      for (const { tiles } of counts.partitions)
        for (const { phase, nonZeros, pixels } of tiles)
          for (const [b, { channels }] of schedule.blocks.entries())
            for (const [i, held] of counts.weights[phase]!.blocks[b]!.all.entries()) {
              const n = nonZeros[channels[0] * schedule.lowered[phase]!.slices.length + i]!;
              if (n === 0 || held === 0) continue;
              macs += n * held;
              tapsLoaded += held;
              streamedBits += pixels + 8 * n;
            }
      expect(multiplied(counts, schedule)).toEqual({ macs, tapsLoaded, streamedBits });
    }),
    { numRuns: 60 },
  );
});
