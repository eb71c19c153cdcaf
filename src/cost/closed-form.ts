/** From what a machine's closed form says of a layer to the answer that every machine gives. */
import type { Arch } from '../arch/arch.ts';
import { dramCycles } from '../arch/dram.ts';
import { bits, bytes, cycles, macs, words } from '../units.ts';
import type { BoundBy, LayerCost, Reuse } from './layer-cost.ts';

interface Moved {
  readonly ifmap: number; // bytes
  readonly weight: number;
  readonly ofmap: number;
}

export interface ClosedForm {
  readonly computeCycles: number;
  readonly macsEffectual: number;
  /** MAC slots spent: at most `computeCycles` x multipliers. */
  readonly macsIssued: number;
  /** Multiplications that burn energy, where gating makes them fewer than the slots. */
  readonly macsActive?: number;
  readonly traffic: Moved & { readonly lowerBound: number };
  /** Cycles of DRAM traffic that nothing overlaps; the rest hides under compute, or compute under it. */
  readonly exposedDramCycles?: number;
  readonly dataflow: Reuse;
  readonly tile: readonly [h: number, w: number];
  readonly waves: number;
  /** Accesses of memories in PEs, and words between PEs. */
  readonly weightAccesses: number;
  readonly psumAccesses: number;
  readonly hops: number;
  /** Bits that on-chip buffers read and write for the PEs; DRAM's side of them is added here. */
  readonly bufferBits: Moved;
  /** Where compute bound, what of it: weights that load too slowly, drains, or the multipliers. */
  readonly within?: BoundBy;
}

export function closedForm(form: ClosedForm, arch: Arch): LayerCost {
  const { ifmap, weight, ofmap, lowerBound } = form.traffic;
  const total = ifmap + weight + ofmap;
  const moving = dramCycles(bytes(total), arch.dram, arch.clock);
  const exposed = Math.ceil(form.exposedDramCycles ?? 0);
  const compute = Math.ceil(form.computeCycles);
  const time = Math.max(compute + exposed, moving);
  return {
    cycles: cycles(time),
    computeCycles: cycles(compute),
    dramCycles: moving,
    boundBy: moving > compute ? 'dram' : (form.within ?? 'compute'),
    dataflow: form.dataflow,
    tile: form.tile,
    waves: form.waves,
    macsEffectual: macs(form.macsEffectual),
    macsIssued: macs(form.macsIssued),
    traffic: {
      ifmap: bytes(ifmap),
      weight: bytes(weight),
      ofmap: bytes(ofmap),
      total: bytes(total),
      lowerBound: bytes(lowerBound),
    },
    activity: {
      macs: macs(form.macsActive ?? form.macsIssued),
      weightAccesses: words(form.weightAccesses),
      psumAccesses: words(form.psumAccesses),
      hops: words(form.hops),
      bufferBits: {
        ifmap: bits(8 * ifmap + form.bufferBits.ifmap),
        weight: bits(8 * weight + form.bufferBits.weight),
        ofmap: bits(8 * ofmap + form.bufferBits.ofmap),
      },
      dramBits: { read: bits(8 * (ifmap + weight)), write: bits(8 * ofmap) },
    },
  };
}
