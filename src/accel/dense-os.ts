/** The yardstick: an output-stationary array that multiplies every zero it is given. */
import { denseArray } from './dense-array.ts';

export const denseOs = denseArray('psum', { name: 'dense-os', dataflow: 'output-stationary' });
