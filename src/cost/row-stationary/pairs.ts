/** Products of non-zero ifmap values: all of them, which a gated PE carries out, and those whose weight is non-zero too. */
import { filterBlocks } from '../../schedule/blocks.ts';
import { lower } from '../../schedule/lowering.ts';
import type { Operands } from '../../schedule/schedule.ts';
import { countIfmap } from '../ifmap-counts.ts';
import { countWeights } from '../weight-counts.ts';

export interface PairCounts {
  readonly fed: number; // ifmap non-zero
  readonly effectual: number; // both non-zero
}

export function pairCounts({ conv, ifmaps, weight }: Operands): PairCounts {
  const filters = conv.K / conv.groups;
  let [fed, effectual] = [0, 0];
  for (const lowered of lower(conv, 'none')) {
    const { atPosition } = countWeights(weight, conv, lowered, filterBlocks(conv, conv.K));
    for (const ifmap of ifmaps) {
      const { reaching } = countIfmap(ifmap, conv, { lowered, tiles: [] });
      for (let i = 0; i < reaching.length; i++) {
        fed += reaching[i]! * filters;
        effectual += reaching[i]! * atPosition[i]!;
      }
    }
  }
  return { fed, effectual };
}
