/**
 * Property tests draw the same cases every time, so that a commit passes or fails whoever runs it. `SENSE_SEED=7` draws
 * others, `SENSE_SEED=random` new ones: what those find becomes an `examples` entry of the test that found it.
 */
import fc from 'fast-check';

const asked = process.env.SENSE_SEED ?? '1';
const seed = asked === 'random' ? Date.now() | 0 : Number(asked);
if (!Number.isInteger(seed)) throw new Error(`SENSE_SEED is "${asked}": give an integer, or "random"`);
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed });
