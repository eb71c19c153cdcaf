/** What to try where the machine cannot hold a list of layers: its layers one by one, then the layer in parts. */
import type { Arch } from '../../arch/arch.ts';
import { layerLack } from './cut.ts';
import { singly } from './layer-tasks.ts';
import type { NetworkTask } from './network-tasks.ts';
import type { MachineShape } from './shape.ts';
import { filterHalves, isFullyConnected, unflattened } from './split-layer.ts';
import { planeHalves } from './split-plane.ts';

/** Smaller tasks that come to the same; undefined where there are none. */
export function smaller(
  task: NetworkTask,
  arch: Arch,
  shape: MachineShape,
): readonly NetworkTask[] | undefined {
  const [layer, ...others] = task.chain.layers;
  if (others.length > 0 || layer!.conv.groups > 1) return singly(task);
  const lack = layerLack(layer!, arch, shape);
  if (lack === undefined) return planeHalves(task);
  if (lack.what !== 'virtual channels') return filterHalves(task, arch.array.cols);
  return isFullyConnected(layer!) ? [unflattened(task, Math.ceil(lack.count / lack.room))] : undefined;
}
