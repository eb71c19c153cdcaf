/** Orders of channels on the machine: no byte changes, the waves are the closed form's, and work put together takes less time. */
import { expect, test } from 'vitest';
import { fitTasks } from '../../../rtl/core/verify-network.ts';
import { anyOrder, randomWork } from '../../../rtl/random-work.ts';
import type { Arch } from '../../arch/arch.ts';
import { zcu102 } from '../../arch/presets/zcu102.ts';
import type { LayerWork } from '../../model/work.ts';
import { planLayer } from '../../plan/plan-layer.ts';
import { orderByWork, ownOrder } from '../../schedule/channel-order.ts';
import { channelWork } from '../../schedule/channel-work.ts';
import type { ConvShape } from '../../tensor/conv.ts';
import { seeded } from '../../tensor/random.ts';
import { computePasses, partitionTiles } from '../compute-passes.ts';
import { tileDealer } from '../deal.ts';
import { compileNetwork } from './compile.ts';
import { layerTasks } from './layer-tasks.ts';
import { readIfmap } from './layout.ts';
import { stepMachine } from './step-machine.ts';

const arch: Arch = { ...zcu102, array: { rows: 4, cols: 4 }, rearrange: 'static' };
const plain = { H: 8, W: 8, K: 4, R: 3, S: 3, pad: [1, 1, 1, 1], dilation: [1, 1], groups: 1 } as const;

/** Channels that are dense, half empty, nearly empty and thin in turn: as they come, a row has its kind alone. */
function work(C: number, stride: 1 | 2): LayerWork {
  const conv: ConvShape = { ...plain, C, stride: [stride, stride] };
  const drawn = randomWork(conv, { ifmap: 1, weight: 0.7 }, { seed: 3, batch: 1, signed: false });
  const random = seeded(4);
  const ifmap = drawn.ifmaps[0]!.map((x, i) =>
    random.uniform() < [1, 0.5, 0.1, 0.3][Math.floor(i / 64) % 4]! ? x : 0,
  );
  return { ...drawn, ifmaps: [ifmap] };
}

function ran(layer: LayerWork) {
  const [fitted] = fitTasks(layerTasks(layer), arch);
  const { net, task } = fitted!;
  const waves: (readonly number[])[] = []; // slots of every row
  const { cycles } = stepMachine(net.dram, arch, {
    first: net.first,
    watch(_, machine) {
      const { record } = machine.issue;
      if (machine.sequencer.recordReady && record) waves.push(machine.rowSlots(record.entry));
    },
  });
  return { net, cycles, waves, task, ofmap: readIfmap(net.dram, net.output, net.outputSigned) };
}

test.each([
  [13, 1, 'slice'],
  [13, 2, 'slice'],
  [13, 2, 'channel'],
  [8, 2, 'channel'],
] as const)(
  '%i channels at stride %i, by %s: wave for wave the closed form in the same order',
  (C, stride, by) => {
    const layer = { ...work(C, stride), order: { ...anyOrder(C, seeded(9)), by } };
    const { operands, schedule } = planLayer(layer, arch);
    const { waves, net } = ran(layer);
    const [cut] = net.layers;
    // The same tiles, so that waves can be compared: tiles come in the same order, one block of filters.
    expect([cut!.tile, cut!.regions.length, schedule.partitions.length]).toEqual([schedule.tile, 1, 1]);
    const dealt = tileDealer(operands, schedule, arch.array.rows);
    const [pass] = computePasses(schedule);
    const slots = partitionTiles(schedule, 0).flatMap((tile) =>
      dealt
        .waves(pass!, tile)
        .map((wave) => wave.map(({ stream, taps }) => stream.indices.length * taps.most)),
    );
    expect(slots.length).toBeGreaterThan(cut!.ifmap.partitions[0]!.length);
    const whole = slots.map((wave) => Array.from({ length: arch.array.rows }, (_, r) => wave[r] ?? 0));
    expect(waves.filter((wave) => wave.some((n) => n > 0))).toEqual(whole);
  },
);

test('rows with as much work each take less time, and leave the same ofmap', () => {
  const layer = work(24, 1);
  const weighed = channelWork(layer.conv, layer.weight.data, arch);
  const sorted = orderByWork(weighed.of(layer.ifmaps[0]), weighed.slices, {
    groups: 1,
    pixels: 1,
    rows: 4,
    banks: 8,
  });
  const [own, together] = [ran(layer), ran({ ...layer, order: sorted })];
  expect(own.ofmap).toEqual(own.task.ofmaps[0]);
  expect(together.ofmap).toEqual(own.ofmap);
  expect(together.cycles).toBeLessThan(0.75 * own.cycles);
  // A control: the memory is another one, and read in a wrong order it is another ofmap.
  const { input, dram } = together.net;
  const ifmap = readIfmap(dram, input, false);
  expect(ifmap).toEqual(layer.ifmaps[0]);
  expect(readIfmap(dram, { ...input, order: ownOrder(24) }, false)).not.toEqual(ifmap);
});

test('what is no order is refused', () => {
  const [task] = layerTasks({ ...work(3, 1), order: { channels: Int32Array.of(0, 1, 1), by: 'slice' } });
  expect(() => compileNetwork(task!.chain.layers, arch)).toThrow('order of its channels is none of 3');
});
