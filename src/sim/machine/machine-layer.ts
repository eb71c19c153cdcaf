/** A layer as the machine is given it. */
import type { ChannelOrder } from '../../schedule/channel-order.ts';
import type { ConvShape } from '../../tensor/conv.ts';
import type { PerFilter } from '../../tensor/requantise.ts';

export interface Pooling {
  readonly kernel: number;
  readonly stride: number;
  readonly pad: readonly [top: number, left: number];
  readonly to: readonly [H: number, W: number];
}

/** A layer as the machine does it: convolution or fully connected, requantised, pooled. */
export interface MachineLayer extends PerFilter {
  readonly name: string;
  /** Fully connected layers are 1x1 convolutions over one pixel; the ifmap before may be planes that they flatten. */
  readonly conv: ConvShape;
  readonly weight: Int8Array; // [K, C, R, S]
  readonly signed: boolean; // the ifmap
  readonly pool?: Pooling | undefined;
  /** In which the ifmap's channels come, their own where it is left out; planesInOrder where this layer flattens planes. */
  readonly order?: ChannelOrder | undefined;
}

/** A virtual channel: which weights it multiplies. */
export interface VirtualChannel {
  readonly channel: number; // of the weights
  readonly slice: number; // of the lowered layer
}
