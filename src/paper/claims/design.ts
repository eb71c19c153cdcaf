/** C1 to C3: what the machine is said to do. No figure in the text, so each is shown by counts. */
import { sense } from '../../accel/sense.ts';
import type { Arch } from '../../arch/arch.ts';
import { convLayers } from '../../model/model.ts';
import { syntheticWeight } from '../../model/synthetic.ts';
import { findZoo } from '../../model/zoo/index.ts';
import { applyRule, obeys } from '../../prune/index.ts';
import { seeded } from '../../tensor/random.ts';
import type { Claim, Measured } from '../claim.ts';
import type { Lab } from '../lab.ts';
import { OURS, type Trial, trial, ZEROS } from '../trial.ts';

const NO_RULE = { kind: 'none', zeros: 0 } as const;
const ON = ['alexnet', 'googlenet'] as const; // two networks show it; four show no more

export const noZeros = trial(sense, {
  ...{ id: 'no zeros', rule: NO_RULE, activations: 'dense', networks: ON },
});
const weightZeros = trial(sense, { id: 'weight zeros only', activations: 'dense', networks: ON });
const ifmapZeros = trial(sense, { id: 'ifmap zeros only', rule: NO_RULE, networks: ON });
const inOrder = (pace: Arch['pace'], rearrange: Arch['rearrange']) =>
  trial(sense, { id: `${rearrange}, ${pace}`, arch: { ...sense.arch, pace, rearrange } });
const unsorted = inOrder('free', 'none');
const [unsortedInStep, sortedInStep] = [inOrder('lock-step', 'none'), inOrder('lock-step', 'per-tile')];

export const c1: Claim = {
  id: 'C1',
  text: 'v1',
  says: 'a systolic array that processes both sparse ifmaps and sparse weights',
  claimed: undefined,
  trials: [noZeros, weightZeros, ifmapZeros, OURS],
  note: 'multiplier slots without zeros over slots with them: more than 1 for each kind of zero alone, more than either for both together; conv layers and fully connected ones',
  reasons: [],
  measure: (lab) =>
    ON.filter((network) => lab.networks.includes(network)).flatMap((model) => {
      const slots = lab.of(model, noZeros).totals.macsIssued;
      const times = [weightZeros, ifmapZeros, OURS].map((t) => slots / lab.of(model, t).totals.macsIssued);
      const [weights, ifmaps, both] = times as [number, number, number];
      const unit = 'x fewer slots';
      return [
        { model, value: weights, unit, setting: weightZeros.id, holds: weights > 1 },
        { model, value: ifmaps, unit, setting: ifmapZeros.id, holds: ifmaps > 1 },
        { model, value: both, unit, setting: 'both', holds: both > Math.max(weights, ifmaps) },
      ];
    }),
};

export const c2: Claim = {
  id: 'C2',
  text: 'v1',
  says: 'channel rearrangement: ifmap channels of about equal sparsity are computed together',
  claimed: undefined,
  trials: [unsorted, OURS, unsortedInStep, sortedInStep],
  note: 'conv cycles with channels dealt to waves as they are listed, over cycles with them rearranged: sorted tile by tile where all rows of a wave wait for the slowest, which is the machine of the text, and decides; beside it this machine, whose rows run ahead, in one order a layer by taps. Channel densities are drawn with the spread measured on real networks',
  reasons: [],
  measure: (lab) =>
    lab.networks.flatMap((model) => {
      const gain = (from: Trial, to: Trial): number =>
        lab.of(model, from).conv.cycles / lab.of(model, to).conv.cycles;
      const common = { model, unit: 'x faster' };
      const inStep = gain(unsortedInStep, sortedInStep);
      return [
        { ...common, value: inStep, setting: 'rows in lock-step', holds: inStep > 1 },
        { ...common, value: gain(unsorted, OURS), setting: 'rows run ahead' },
      ];
    }),
};

/** How many points of accuracy "little" may be: ours to say. */
const LITTLE = 1;

export const c3: Claim = {
  id: 'C3',
  text: 'v1',
  says: `adaptive weight training keeps every kernel at sparsity 1/2, with "little accuracy loss"`,
  claimed: undefined,
  trials: [],
  note: `the rule on every conv layer of each network: every slice of every kernel has the same non-zeros over all filters, share of zeros of a kernel shown; accuracy from results of training at hand, "little" taken as at most ${LITTLE} point below the network trained dense`,
  reasons: [
    {
      setting: 'accuracy lost',
      why: 'training to the rule costs more than a point on this network with the training budget that the results state',
    },
  ],
  measure: (lab) => [...lab.networks.flatMap((model) => ruleOn(model, lab)), ...accuracies(lab)],
  lacks: (lab) =>
    accuracies(lab).length > 0
      ? undefined
      : 'the loss of accuracy is not measured: no results of training at hand (npx tsx experiments/accuracy.ts writes them, --training reads them)',
};

/** The rule on drawn weights of each conv layer: the least and the largest share of zeros of a filter. */
function ruleOn(model: string, { seed }: Lab): readonly Measured[] {
  const rule = sense.rule(ZEROS, sense.arch);
  let [min, max, exact] = [1, 0, true];
  for (const { conv, op, name } of convLayers(findZoo(model).build())) {
    if (op !== 'conv') continue;
    const weight = syntheticWeight(conv, seeded(seed, `${model}/${name}`));
    applyRule(weight, conv, rule);
    const found = obeys(weight, conv, rule);
    [min, max] = [Math.min(min, found.zerosPerKernel.min), Math.max(max, found.zerosPerKernel.max)];
    exact &&= found.exact;
  }
  return [
    { model, value: min, unit: 'zeros', setting: 'least of any kernel', holds: exact },
    { model, value: max, unit: 'zeros', setting: 'most of any kernel', holds: exact },
  ];
}

const accuracies = ({ training }: Lab): readonly Measured[] =>
  training
    .filter(({ zeros }) => zeros === ZEROS)
    .map(({ model, dense, adaptive }) => {
      const value = 100 * (dense - adaptive);
      return { model, value, unit: 'points', setting: 'accuracy lost', holds: value <= LITTLE };
    });
