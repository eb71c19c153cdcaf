/** Pairs of a non-zero ifmap value and a non-zero weight that reach an ofmap: the work no machine can avoid. */
import { filterBlocks } from '../schedule/blocks.ts';
import { lower } from '../schedule/lowering.ts';
import type { Operands } from '../schedule/schedule.ts';
import { countIfmap } from './ifmap-counts.ts';
import { countWeights } from './weight-counts.ts';

export function effectualMacs({ conv, ifmaps, weight }: Operands): number {
  let sum = 0;
  for (const lowered of lower(conv, 'none')) {
    const { atPosition } = countWeights(weight, conv, lowered, filterBlocks(conv, conv.K));
    for (const ifmap of ifmaps) {
      const { reaching } = countIfmap(ifmap, conv, { lowered, tiles: [] });
      for (let i = 0; i < reaching.length; i++) sum += reaching[i]! * atPosition[i]!;
    }
  }
  return sum;
}
