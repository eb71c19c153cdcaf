/**
 * What each idea of the paper brings, and rows that run ahead, which is ours: from a machine without any of them, each added alone; from the whole machine,
 * each taken away. Everything else is the same: array, clock, words, buffers, DRAM, share of zeros, ifmaps.
 */
import { ownChoice } from '../accel/rule-choice.ts';
import { sense } from '../accel/sense.ts';
import type { Arch } from '../arch/arch.ts';
import type { Lab } from './lab.ts';
import { type Trial, trial, ZEROS } from './trial.ts';

export const IDEAS = ['balance', 'rearrangement', 'running ahead', 'reuse choice', 'compression'] as const;
export type Idea = (typeof IDEAS)[number];

export interface AblationRow {
  readonly ideas: readonly Idea[];
  readonly says: string;
  readonly networks: readonly {
    readonly model: string;
    readonly cycles: number; // conv layers
    readonly speedUp: number; // over no idea at all
    readonly dramBytes: number; // an image, conv layers
    readonly dramSaved: number; // times, over no idea at all
    readonly energyPj: number; // an image, conv layers
  }[];
}

export interface Ablation {
  readonly note: string;
  readonly rows: readonly AblationRow[];
}

const NOTE =
  'conv layers at batch 1, half of the weights zero in every row. Without balance zeros lie anywhere in a layer; without rearrangement channels come as listed, with it in one order a layer, by their taps; without running ahead all rows of a wave wait for the slowest; without choice of reuse ifmaps stay on chip first, always; without compression zeros are stored and moved';

const without = (ideas: readonly Idea[]): readonly Idea[] => IDEAS.filter((idea) => !ideas.includes(idea));

const SETS: readonly { readonly ideas: readonly Idea[]; readonly says: string }[] = [
  { ideas: [], says: 'none' },
  ...IDEAS.map((idea) => ({ ideas: [idea], says: `${idea} alone` })),
  ...IDEAS.map((idea) => ({ ideas: without([idea]), says: `all but ${idea}` })),
  { ideas: IDEAS, says: 'all' },
];

const trialWith = (ideas: readonly Idea[]): Trial => {
  const has = (idea: Idea): boolean => ideas.includes(idea);
  const { reuse: _, storage: __, ...rest } = sense.arch;
  const arch: Arch = {
    ...rest,
    rearrange: has('rearrangement') ? sense.arch.rearrange : 'none',
    pace: has('running ahead') ? sense.arch.pace : 'lock-step',
    ...(!has('reuse choice') && { reuse: 'reuse-ifmap-first' }),
    ...(!has('compression') && { storage: 'dense' }),
  };
  return trial(sense, {
    ...{ id: `with ${ideas.length === 0 ? 'none' : ideas.join(', ')}`, arch },
    rule: has('balance') ? ownChoice(sense, ZEROS) : { kind: 'magnitude', zeros: ZEROS },
  });
};

export const ablationTrials: readonly Trial[] = SETS.map(({ ideas }) => trialWith(ideas));

export function ablationOf(lab: Lab): Ablation {
  const rows = SETS.map(({ ideas, says }): AblationRow => {
    const networks = lab.networks.map((model) => {
      const { conv, images } = lab.of(model, trialWith(ideas));
      const base = lab.of(model, trialWith([])).conv;
      return {
        ...{ model, cycles: conv.cycles, speedUp: base.cycles / conv.cycles },
        dramBytes: conv.dramBytes.total / images,
        dramSaved: base.dramBytes.total / conv.dramBytes.total,
        energyPj: conv.energyPj.total / images,
      };
    });
    return { ideas, says, networks };
  });
  return { note: NOTE, rows };
}
