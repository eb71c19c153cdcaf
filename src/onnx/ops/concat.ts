/** Concat: of constants here, of computed values (and constants among them) by a layer. */
import { fail } from '../../errors.ts';
import { sameShape, volume } from '../../tensor/shape.ts';
import { axisOf } from '../axes.ts';
import { allocate } from '../element.ts';
import type { Operator } from '../step.ts';
import type { Known } from '../value.ts';

export const concat: Operator = (step) => {
  if (step.inputCount === 0) fail('it has no inputs');
  const parts = Array.from({ length: step.inputCount }, (_, i) => step.needed(i));
  const shapes = parts.map(step.shapeOf);
  const [first] = shapes;
  const axis = axisOf(step.attributes.int('axis', 1), first!.length);
  const others = (shape: readonly number[]) => shape.filter((_, i) => i !== axis);
  if (shapes.some((s) => s.length !== first!.length || !sameShape(others(s), others(first!))))
    fail(`cannot concatenate shapes ${shapes.map((s) => `[${s}]`).join(', ')} along axis ${axis}`);
  const shape = first!.map((d, i) => (i === axis ? shapes.reduce((sum, s) => sum + s[axis]!, 0) : d));

  if (parts.every((part): part is Known => part.kind === 'known'))
    return step.fold(parts[0]!.element, shape, () => {
      const out = allocate(parts[0]!.element, volume(shape));
      const before = volume(shape.slice(0, axis));
      let n = 0;
      for (let b = 0; b < before; b++)
        for (const { value } of parts) {
          const run = value.data.length / before;
          for (let i = 0; i < run; i++) out[n++] = value.data[b * run + i]!;
        }
      return out;
    });
  if (parts.every((part) => part.kind === 'absent')) return { kind: 'absent', from: step.outputs[0]!, shape };
  const computed = parts.map(step.asComputed);
  if (computed.length === 1) return computed[0]!;
  const layer = step.layer({ op: 'concat', inputs: computed.map(({ name }) => name), axis });
  return { ...layer, element: computed[0]!.element };
};
