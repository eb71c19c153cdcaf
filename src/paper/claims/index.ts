/** The claims of the three texts, in their order (docs/papers/sense.md). */
import type { Claim } from '../claim.ts';
import { c1, c2, c3 } from './design.ts';
import { c5, c6, c7, c8 } from './device.ts';
import { c9, c10 } from './records.ts';
import { c13, c14 } from './rivals.ts';
import { c11 } from './speed.ts';
import { c4, c12 } from './traffic.ts';

export const claims: readonly Claim[] = [c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14];
