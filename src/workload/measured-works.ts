/** Work for a machine from real inputs: the network is run in integers and every conv's operands are kept as they were. */
import { type Convolve, fastConvolve, runIntegers } from '../infer/integers.ts';
import { isConv } from '../model/layer.ts';
import type { QuantizedModel } from '../model/quantized.ts';
import type { LayerWork } from '../model/work.ts';
import type { ByteData, Tensor } from '../tensor/tensor.ts';
import { withWindowSums } from './window-sums.ts';
import { ofmapShapeOf, pooledBy, writtenBack } from './written-back.ts';

/** One real input of the network: a tensor for each model input, and the right class where it is known. */
export interface NetworkInput {
  readonly name: string;
  readonly values: ReadonlyMap<string, Tensor>;
  readonly label?: number | undefined;
}

export interface MeasuredBatch {
  readonly works: readonly LayerWork[];
  /** The model's outputs, one map an image. */
  readonly outputs: readonly ReadonlyMap<string, Tensor>[];
}

/** Run the images of one batch, one after another, and gather each layer's operands over the batch. */
export function measureBatch(
  quantized: QuantizedModel,
  images: readonly ReadonlyMap<string, Tensor>[],
  convolve: Convolve = fastConvolve,
): MeasuredBatch {
  const { model, convs } = quantized;
  const ifmaps = new Map<string, ByteData[]>();
  const ofmaps = new Map<string, ByteData[]>();
  const written = writtenBack(model);
  const backs = new Set([...written.values()].map((layer) => layer.name));
  const append = (map: Map<string, ByteData[]>, name: string, values: ByteData): void => {
    const list = map.get(name);
    if (list) list.push(values);
    else map.set(name, [values]);
  };
  const outputs = images.map((image) =>
    runIntegers(quantized, image, {
      convolve,
      watch: (layer, [ifmap], ofmap) => {
        if (isConv(layer)) append(ifmaps, layer.name, ifmap!);
        if (backs.has(layer.name)) append(ofmaps, layer.name, ofmap);
      },
    }),
  );
  const works = model.layers.filter(isConv).map((layer): LayerWork => {
    const back = written.get(layer.name)!;
    const { weight, correction } = convs.get(layer.name)!;
    return {
      name: layer.name,
      op: layer.op,
      ...(correction ? withWindowSums(layer.conv, weight) : { conv: layer.conv, weight }),
      ifmaps: ifmaps.get(layer.name)!,
      ofmaps: ofmaps.get(back.name)!,
      ofmapShape: ofmapShapeOf(back),
      pooled: pooledBy(back),
    };
  });
  return { works, outputs };
}
