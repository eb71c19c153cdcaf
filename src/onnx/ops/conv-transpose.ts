/** ConvTranspose: refused. */
import { fail } from '../../errors.ts';
import type { Operator } from '../step.ts';

export const convTranspose: Operator = () =>
  fail('transposed convolution cannot be run', {
    hint: 'replace it by resizing and a convolution, or cut the graph before it',
  });
