/** The yardstick: an input-stationary array that multiplies every zero it is given. */
import { denseArray } from './dense-array.ts';

export const denseIs = denseArray('ifmap', { name: 'dense-is', dataflow: 'input-stationary' });
