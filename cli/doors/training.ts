/** Training and its checkpoints. */
export { decodeState, encodeState, isSound } from '../../src/training-flow/state.ts';
export { trainNetwork } from '../../src/training-flow.ts';

import type * as training from './training.ts';
export type Training = typeof training;
