/** One colour for each thing that can bound a layer (Okabe and Ito's palette, told apart by colour-blind readers). */
import type { BoundBy } from '../../cost/layer-cost.ts';

export const BOUND_COLOURS: Readonly<Record<BoundBy, string>> = {
  compute: '#009e73',
  dram: '#d55e00',
  weights: '#e69f00',
  drain: '#cc79a7',
  host: '#56b4e9',
};
