/** C11: images a second, and what is counted in them. */
import type { Claim } from '../claim.ts';
import { OURS } from '../trial.ts';

const CLAIMED: Readonly<Record<string, number>> = { alexnet: 471, vgg16: 34, resnet50: 53, googlenet: 191 };

export const c11: Claim = {
  id: 'C11',
  text: 'v2, tvlsi',
  says: 'images a second at 200 MHz: AlexNet 471, VGG-16 34, ResNet-50 53, GoogLeNet 191',
  claimed: { low: 34, high: 471, unit: 'images/s' },
  trials: [OURS],
  note: 'holds where the conv layers alone reach the figure of their network; the texts do not say whether fully connected layers count, so the whole network at batch 1 stands beside it. Operations left to the host are not timed',
  reasons: [],
  measure: (lab) =>
    lab.networks.flatMap((model) => {
      const figure = CLAIMED[model];
      const claimed = figure === undefined ? undefined : { low: figure, high: figure };
      const { conv, totals } = lab.of(model, OURS);
      const unit = 'images/s';
      return [
        {
          ...{ model, unit, claimed, value: conv.imagesPerSecond, setting: 'conv layers' },
          holds: claimed && conv.imagesPerSecond >= claimed.low,
        },
        { model, unit, claimed, value: totals.imagesPerSecond, setting: 'whole network' },
      ];
    }),
};
