/** How far the sequencer is ahead of the array. */

/** Cycles from a start in the sequencer's outputs to its effect on the array's edge: every feeding block's pipeline. */
export const FEED = 12;
