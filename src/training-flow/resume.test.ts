/** A run taken up again anywhere, between methods and in the steps with int8 in sight too, ends in the same bits. */
import { describe, expect, test } from 'vitest';
import { machineNamed } from '../accel/index.ts';
import { convLayers, type Model } from '../model/model.ts';
import { topology } from '../model/zoo/topology.ts';
import { glyphs } from '../train/datasets/glyphs.ts';
import { decodeSafetensors, encodeSafetensors } from '../train/safetensors.ts';
import { type TrainingOutcome, type TrainingRequest, trainNetwork } from '../training-flow.ts';
import { decodeState, encodeState, type TrainingState } from './state.ts';

const net = topology('tiny', { input: [1, 28, 28], cite: 'this test' });
const conv = net.conv('conv', net.input, { K: 6, R: 5, stride: 3 });
const model = net.finish(net.fc('fc', net.fc('hidden', conv, { K: 40 }), { K: 10 }));

const request = (more: Partial<TrainingRequest> = {}): TrainingRequest => ({
  ...{ model, dataset: glyphs({ seed: 1, train: 192, test: 64 }), machine: machineNamed('sense') },
  ...{
    rule: { kind: 'equal-per-kernel', zeros: 0.5 },
    methods: ['dense', 'one-shot', 'adaptive'],
    exempt: [],
  },
  ...{ train: { epochs: 2, seed: 3, batchSize: 32 }, qatEpochs: 1, asked: 'this', clock: () => 0 },
  ...more,
});

function run(
  asked: TrainingRequest,
  from?: TrainingState,
): { outcome: TrainingOutcome; states: TrainingState[] } {
  const states: TrainingState[] = [];
  const steps = trainNetwork(asked, from);
  for (;;) {
    const next = steps.next();
    if (next.done) return { outcome: next.value, states };
    if (next.value.state) states.push(next.value.state());
  }
}
const weightsOf = (trained: Model) => convLayers(trained).map(({ weight, bias }) => [weight!.data, bias]);
const throughBytes = (state: TrainingState) =>
  decodeState(decodeSafetensors(encodeSafetensors(encodeState(state))));

describe('resumed', () => {
  const { outcome, states } = run(request());
  const phases = states.map(({ running }) => running!.phase);

  test('there is training, and then there are steps with int8 in sight, for each method', () => {
    expect([...new Set(phases)]).toEqual([
      ...['dense', 'dense, int8 in sight', 'adaptive', 'adaptive, int8 in sight'],
    ]);
    expect(phases).toHaveLength(2 * (12 + 6));
  });

  test.each([3, 13, 17, 20, 31, 35])('behind step %i of 36: the same weights, masks and report', (step) => {
    const again = run(request(), throughBytes(states[step]!)).outcome;
    expect(weightsOf(again.model)).toEqual(weightsOf(outcome.model));
    expect(again.masks).toEqual(outcome.masks);
    expect(again.report).toEqual(outcome.report);
  });

  test('the last steps change weights, not zeros', () => {
    const without = run(request({ qatEpochs: 0 })).outcome;
    expect(weightsOf(without.model)).not.toEqual(weightsOf(outcome.model));
    expect(without.masks).toEqual(outcome.masks);
    expect(outcome.report).toMatchObject({ exact: true, qatEpochs: 1 });
  });
});

test('column blocks: filters alike while training stand side by side in the end, and the answers are the same', () => {
  const wide = topology('wide', { input: [1, 28, 28], cite: 'this test' });
  const first = wide.conv('conv', wide.input, { K: 48, R: 5, stride: 4 });
  const columns = wide.finish(wide.fc('fc', wide.fc('hidden', first, { K: 70 }), { K: 10 }));
  const rule = { kind: 'column-block', zeros: 0.5 } as const;
  const { report, model: trained } = run(
    request({ model: columns, rule, qatEpochs: 0, methods: ['adaptive'] }),
  ).outcome;
  expect(report.exact).toBe(true);
  // What training saw at its end is what the reordered network gives.
  expect(report.accuracy.adaptive).toBe(report.history.at(-1)!.testAccuracy);
  const { weight } = convLayers(trained).find(({ name }) => name === 'hidden')!;
  const kept = (k: number) =>
    Array.from({ length: 48 * 36 }, (_, c) => weight!.data[k * 48 * 36 + c] !== 0).join();
  expect(new Set(Array.from({ length: 32 }, (_, k) => kept(k))).size).toBe(1);
  expect(kept(0)).not.toBe(kept(32));
});
