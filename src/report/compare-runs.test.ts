import { expect, test, vi } from 'vitest';
import type { Accelerator } from '../accel/accelerator.ts';
import { machines } from '../accel/index.ts';
import { ownChoice } from '../accel/rule-choice.ts';
import { run } from '../index.ts';
import type { LayerWork } from '../model/work.ts';
import { findZoo } from '../model/zoo/index.ts';
import { exportOnnx } from '../onnx/export.ts';
import { importOnnx } from '../onnx/import.ts';
import { seeded } from '../tensor/random.ts';
import { initialise } from '../train/initialise.ts';
import { type Contestant, type ContestRequest, contest } from './compare-runs.ts';

const { build, densities, ofmapDensities } = findZoo('lenet5');
const request: ContestRequest = {
  ...{ model: build(), densities, activations: 'published', batch: 2, seed: 3 },
  ofmapDensities: new Map([...ofmapDensities].map(([layer, { ofmap }]) => [layer, ofmap])),
};
const alone = (machine: Accelerator): Contestant => ({
  ...{ machine, arch: machine.arch, rule: ownChoice(machine, 0.5) },
});

const together = contest(request, machines.map(alone));

test.each(machines)('beside the others $name is told what it is told alone', (machine) => {
  expect(together[machines.indexOf(machine)]).toEqual(
    run('lenet5', { machine, rule: ownChoice(machine, 0.5), batch: 2, seed: 3 }),
  );
});

test('real weights are pruned by each rule, as when a machine runs alone', () => {
  const model = importOnnx(exportOnnx(initialise(build(), seeded(1))), { name: 'given' });
  const some = machines.slice(0, 3);
  const options = { activations: 0.5, batch: 1, seed: 1 } as const;
  expect(contest({ model, ...options }, some.map(alone))).toEqual(
    some.map((machine) => run(model, { machine, rule: ownChoice(machine, 0.5), ...options })),
  );
});

test('machines of one rule are shown the same values, drawn once; others differ in weights alone', () => {
  const seen = new Map<string, LayerWork[]>();
  const watched = machines.slice(0, 3).map((machine) => ({
    ...machine,
    cost: vi.fn((work: LayerWork, arch) => {
      seen.set(machine.name, [...(seen.get(machine.name) ?? []), work]);
      return machine.cost(work, arch);
    }),
  }));
  contest(request, watched.map(alone));
  const [ours, ws, os] = [...seen.values()] as [LayerWork[], LayerWork[], LayerWork[]];
  expect(ws.every((work, i) => work === os[i])).toBe(true);
  expect(ours.map(({ ifmaps }) => ifmaps)).toEqual(ws.map(({ ifmaps }) => ifmaps));
  expect(ours.map(({ weight }) => weight)).not.toEqual(ws.map(({ weight }) => weight));
});

test('layers that nothing matches are the user’s mistake', () => {
  expect(() => contest({ ...request, layers: 'nothing*' }, [alone(machines[0]!)])).toThrow('no conv');
});

test('a layer that one machine cannot run names the machine', () => {
  const tiny = { ...machines[0]!.arch, buffers: { ifmapBytes: 1, weightBytes: 1, ofmapBytes: 1 } };
  const cramped = { ...alone(machines[0]!), arch: tiny };
  expect(() => contest(request, [alone(machines[1]!), cramped])).toThrow(
    new RegExp(`^${machines[0]!.name}: .*fits the machine`),
  );
});
