/** Fully connected layer, forward and backward: three GEMMs over the whole batch, weights read where they lie. */
import type { ConvLayer } from '../../model/layer.ts';
import { layOut } from '../../tensor/kernels/module.ts';
import { panelMap } from './grid.ts';
import { OPEN, type Stage, type StageContext } from './stage.ts';

export function fullyConnected({ conv, clamp = OPEN }: ConvLayer, context: StageContext): Stage {
  const { arena, batch, inputs, output, parameter } = context;
  const { kernels, scratch } = arena;
  const { K } = conv;
  const { low, high } = clamp;
  const inlet = inputs[0]!;
  const x = inlet.value;
  const C = x.size;
  const weight = parameter('weight', K * C);
  const bias = parameter('bias', K);
  const rowsOf = (count: number) => arena.table(Int32Array.from({ length: count }, (_, i) => i * C * 4));
  const [weightRows, imageRows] = [rowsOf(K), rowsOf(batch)];
  const byFilter = arena.table(panelMap(K, batch, (k, n) => n * K + k));
  const byImage = arena.table(panelMap(batch, K, (n, k) => n * K + k));
  const { at, bytes } = layOut({ masked: batch * K * 4, packed: batch * K * 4, result: batch * C * 4 });
  arena.needScratch(bytes);

  return {
    forward() {
      const out = arena.floats(output.at, batch * K);
      const biases = arena.floats(bias.at, K);
      for (let n = 0; n < batch; n++) out.set(biases, n * K);
      kernels.dotsOffsetsF32(x.at, C, weight.at, weightRows, output.at, K, batch, K, C);
      if (clamp !== OPEN) kernels.clampF32(output.at, output.at, batch * K, low, high);
    },
    backward() {
      const [masked, packed] = [scratch() + at.masked, scratch() + at.packed];
      kernels.clampBackwardF32(output.gradient, output.at, masked, batch * K, low, high, 0);
      const dy = arena.floats(masked, batch * K);
      const db = arena.floats(bias.gradient, K);
      for (let n = 0, i = 0; n < batch; n++) for (let k = 0; k < K; k++) db[k] = db[k]! + dy[i++]!;
      kernels.gatherF32(masked, byFilter, packed, batch * K, 0);
      kernels.gemmOffsetsF32(packed, x.at, imageRows, weight.gradient, K, C, batch, C);
      const to = inlet.backward;
      if (!to) return;
      kernels.gatherF32(masked, byImage, packed, batch * K, 0);
      const result = to.accumulate ? scratch() + at.result : to.at;
      kernels.gemmOffsetsF32(packed, weight.at, weightRows, result, batch, C, K, C);
      if (to.accumulate) kernels.copyBoxF32(result, to.at, 1, batch, C, 0, C, 1, 0, C, 1, 1);
    },
  };
}
