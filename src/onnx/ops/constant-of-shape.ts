/** ConstantOfShape: one number everywhere. As conv weights it says that the file holds none: topology only. */
import { volume } from '../../tensor/shape.ts';
import { allocate, isFloat } from '../element.ts';
import type { Operator } from '../step.ts';

export const constantOfShape: Operator = (step) => {
  const shape = step.wholes(0);
  volume(shape, `"${step.outputs[0]}"`);
  const tensor = step.attributes.tensor('value');
  const one = tensor ? step.constant(tensor) : undefined;
  const element = one?.kind === 'known' ? one.element : 'float';
  if (step.topologyOnly && isFloat(element)) return { kind: 'absent', from: step.outputs[0]!, shape };
  const value = one?.kind === 'known' ? (one.value.data[0] ?? 0) : 0;
  return step.fold(element, shape, () => allocate(element, volume(shape)).fill(value));
};
