/** The yardstick: a weight-stationary array that multiplies every zero it is given. */
import { denseArray } from './dense-array.ts';

export const denseWs = denseArray('weight', { name: 'dense-ws', dataflow: 'weight-stationary' });
