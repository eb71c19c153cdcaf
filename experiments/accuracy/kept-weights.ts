/** Trained weights from one sitting to the next: beside the checkout's other caches, never committed. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Model } from '../../src/model/model.ts';
import { decodeSafetensors, encodeSafetensors, float32Tensor } from '../../src/train/safetensors.ts';

const CACHE = '.cache/accuracy';

export function keepWeights(name: string, model: Model, parameters: ReadonlyMap<string, Float32Array>): void {
  mkdirSync(CACHE, { recursive: true });
  const tensors = new Map([...parameters].map(([key, v]) => [key, float32Tensor([v.length], v)]));
  const metadata = new Map([['model', model.name]]);
  writeFileSync(`${CACHE}/${name}.safetensors`, encodeSafetensors({ tensors, metadata }));
}

export function keptWeights(name: string): ReadonlyMap<string, Float32Array> | undefined {
  try {
    const { tensors } = decodeSafetensors(readFileSync(`${CACHE}/${name}.safetensors`));
    return new Map([...tensors].map(([key, { values }]) => [key, values as Float32Array]));
  } catch {
    return undefined;
  }
}
