/** A layer whose planes are too large for the machine's memories as two of half the planes each, with the same ofmap. */
import { ofmapHeight, ofmapWidth } from '../../tensor/conv.ts';
import type { ByteData } from '../../tensor/tensor.ts';
import type { NetworkTask } from './network-tasks.ts';

type Span = readonly [first: number, end: number];
type Plane = readonly [H: number, W: number];

/**
 * Halves of the ofmap's longer side, each over the ifmap that it reads; undefined for a pixel, where the layer pools, and where
 * a half would see nothing but padding.
 */
export function planeHalves(task: NetworkTask): readonly [NetworkTask, NetworkTask] | undefined {
  const { conv, pool } = task.chain.layers[0]!;
  const [P, Q] = [ofmapHeight(conv), ofmapWidth(conv)];
  if (pool || P * Q < 2) return undefined;
  // Columns first: a region holds whole rows, so narrow planes have taller regions, which compute less twice.
  const [down, across] = [Math.ceil(P / 2), Math.ceil(Q / 2)];
  const parts: readonly [NetworkTask, NetworkTask] =
    Q >= P
      ? [part(task, [0, P], [0, across]), part(task, [0, P], [across, Q])]
      : [part(task, [0, down], [0, Q]), part(task, [down, P], [0, Q])];
  return parts.every(({ chain }) => chain.layers[0]!.conv.pad.every((n) => n >= 0)) ? parts : undefined;
}

function part({ chain, ifmap, ofmaps }: NetworkTask, rows: Span, cols: Span): NetworkTask {
  const layer = chain.layers[0]!;
  const { conv } = layer;
  const along = (axis: 0 | 1) => {
    const [stride, dilation, pad] = [conv.stride[axis], conv.dilation[axis], conv.pad[axis]];
    return { stride, dilation, pad };
  };
  const down = reads(rows, { size: conv.H, kernel: conv.R, ...along(0) });
  const across = reads(cols, { size: conv.W, kernel: conv.S, ...along(1) });
  const own = {
    ...layer,
    conv: {
      ...conv,
      H: down.span[1] - down.span[0],
      W: across.span[1] - across.span[0],
      pad: [down.pad[0], across.pad[0], down.pad[1], across.pad[1]] as const,
    },
  };
  return {
    chain: { ...chain, layers: [own] },
    ifmap: cropped(ifmap, [conv.H, conv.W], down.span, across.span),
    ofmaps: [cropped(ofmaps[0]!, [ofmapHeight(conv), ofmapWidth(conv)], rows, cols)],
  };
}

interface Axis {
  readonly size: number; // of the ifmap
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly pad: number; // before the first
}

interface Reads {
  readonly span: Span; // of the ifmap
  readonly pad: readonly [before: number, behind: number];
}

/** What positions of the ofmap read along an axis, and the padding that is theirs. */
function reads([first, end]: Span, { size, kernel, stride, dilation, pad }: Axis): Reads {
  const from = first * stride - pad;
  const to = (end - 1) * stride - pad + (kernel - 1) * dilation + 1;
  // Of nothing but padding there is no span, and one of the two paddings comes out negative.
  const span: Span = [Math.min(size - 1, Math.max(0, from)), Math.max(1, Math.min(size, to))];
  return { span, pad: [span[0] - from, to - span[1]] };
}

/** A rectangle of every plane. */
function cropped(values: ByteData, [H, W]: Plane, rows: Span, cols: Span): ByteData {
  const width = cols[1] - cols[0];
  const planes = values.length / (H * W);
  const size = planes * (rows[1] - rows[0]) * width;
  const out = values instanceof Int8Array ? new Int8Array(size) : new Uint8Array(size);
  let at = 0;
  for (let plane = 0; plane < planes; plane++)
    for (let y = rows[0]; y < rows[1]; y++, at += width) {
      const from = (plane * H + y) * W;
      out.set(values.subarray(from + cols[0], from + cols[1]), at);
    }
  return out;
}
