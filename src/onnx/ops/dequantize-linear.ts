/** DequantizeLinear: of a constant, float weights that remember their integers; of a computed value, a layer. */
import { dequantized } from '../quantisation.ts';
import type { Operator } from '../step.ts';

export const dequantizeLinear: Operator = (step) => dequantized(step, 0, { scale: 1, zeroPoint: 2 });
