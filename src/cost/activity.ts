/** What a machine did, in counts: the only thing energy is computed from. */
import type { Bits, Macs, Words } from '../units.ts';

export interface Activity {
  readonly macs: Macs; // multiplications carried out, useful or not
  readonly weightAccesses: Words; // taps written into and read from PEs
  readonly psumAccesses: Words; // psum reads and writes in PEs
  readonly hops: Words; // words passed between neighbouring PEs
  readonly bufferBits: { readonly ifmap: Bits; readonly weight: Bits; readonly ofmap: Bits }; // read and written
  readonly dramBits: { readonly read: Bits; readonly write: Bits };
}
