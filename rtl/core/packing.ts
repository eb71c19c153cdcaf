/**
 * What the machine's images cost against data packed to the bit: the bytes of each layer's ifmap and weights that move,
 * each once, over bitmap and non-zeros (or plain bytes, where that is smaller).
 *
 *   npx tsx rtl/core/packing.ts network.onnx ...        seeded random inputs; 8 x 8 PEs
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { zcu102 } from '../../src/arch/presets/zcu102.ts';
import { BEAT_BYTES } from '../../src/blocks/table-memory/beat.ts';
import { importOnnx } from '../../src/onnx/import.ts';
import { postTraining } from '../../src/quantize/post-training.ts';
import { type CutLayer, cutChain } from '../../src/sim/machine/cut.ts';
import { bitmapPitch, valuePitch } from '../../src/sim/machine/layout.ts';
import { networkTasks } from '../../src/sim/machine/network-tasks.ts';
import { machineShape } from '../../src/sim/machine/shape.ts';
import { packWeights } from '../../src/sim/machine/weights.ts';
import { seeded } from '../../src/tensor/random.ts';
import type { ByteData } from '../../src/tensor/tensor.ts';

const arch = { ...zcu102, array: { rows: 8, cols: 8 } };

const packedBytes = (bytes: ByteData): number =>
  Math.min(bytes.length, bytes.length / 8 + Array.from(bytes).filter((byte) => byte !== 0).length);

/** Bitmaps of every tile, and the beats that hold a channel's non-zeros: each channel's one, where it has no more. */
function ifmapBytes({ ifmap: { size, planes, partitions }, ifmap }: CutLayer, bytes: ByteData): number {
  const [C, H, W] = size;
  let beats = 0;
  for (const tiles of partitions)
    for (const { origin, step } of planes)
      for (let c = 0; c < C; c++) {
        let values = 0;
        for (const tile of tiles)
          for (let Y = tile.y[0]; Y < tile.y[1]; Y++)
            for (let X = tile.x[0]; X < tile.x[1]; X++) {
              const [y, x] = [origin[0] + step[0] * Y, origin[1] + step[1] * X];
              if (y >= 0 && x >= 0 && y < H && x < W && bytes[(c * H + y) * W + x] !== 0) values++;
            }
        beats += bitmapPitch(ifmap) + (valuePitch(ifmap) === 1 ? 1 : Math.ceil(values / BEAT_BYTES));
      }
  return beats * BEAT_BYTES;
}

for (const file of process.argv.slice(2)) {
  const model = importOnnx(readFileSync(file), { name: basename(file) });
  const random = seeded(3, 'inputs');
  const input = () =>
    new Map(
      model.inputs.map(({ name, shape }) => {
        const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () =>
          Math.max(0, random.normal()),
        );
        return [name, { shape, data }] as const;
      }),
    );
  const { quantized } = postTraining(model, [input(), input()]);
  const sums = { ifmaps: [0, 0], weights: [0, 0] };
  for (const { chain, ifmap, ofmaps } of networkTasks(quantized, input()))
    for (const [i, cut] of cutChain(chain.layers, arch, machineShape(arch)).entries()) {
      const bytes = i === 0 ? ifmap : ofmaps[i - 1]!;
      sums.ifmaps[0]! += ifmapBytes(cut, bytes);
      sums.ifmaps[1]! += packedBytes(bytes);
      sums.weights[0]! += packWeights(cut, arch).image.byteLength;
      sums.weights[1]! += packedBytes(cut.layer.weight);
    }
  for (const [what, [moved, packed]] of Object.entries(sums))
    process.stdout.write(
      `${basename(file)} ${what}: ${moved} bytes, ${(moved! / packed!).toFixed(2)} of packed\n`,
    );
}
