/** Between real values and bytes: byte = roundHalfEven(real / scale) inside the type, real = scale * byte. */
import type { Clamp } from '../../model/layer.ts';
import type { ValueFormat } from '../../model/quantized.ts';
import { roundHalfEven } from '../../tensor/requantise.ts';
import type { ByteData, Tensor } from '../../tensor/tensor.ts';

export const newBytes = (type: ValueFormat['type'], length: number): ByteData =>
  type === 'uint8' ? new Uint8Array(length) : new Int8Array(length);

export const byteRange = (type: ValueFormat['type']): readonly [low: number, high: number] =>
  type === 'uint8' ? [0, 255] : [-128, 127];

/** Divides in fp32 as ONNX QuantizeLinear does, so that ties fall the same way. */
export function toBytes({ shape, data }: Tensor, { scale, type }: ValueFormat): Tensor<ByteData> {
  const bytes = newBytes(type, data.length);
  const [low, high] = byteRange(type);
  for (let i = 0; i < data.length; i++) {
    const q = roundHalfEven(Math.fround(data[i]! / scale));
    bytes[i] = Math.max(low, Math.min(high, q));
  }
  return { shape, data: bytes };
}

export const toReals = ({ shape, data }: Tensor<ByteData>, { scale }: ValueFormat): Tensor => ({
  shape,
  data: Float32Array.from(data, (byte) => byte * scale),
});

/** A clamp's ends as bytes of the format. */
export function clampBytes({ low, high }: Clamp, { scale, type }: ValueFormat): [low: number, high: number] {
  const [least, most] = byteRange(type);
  const byte = (x: number): number =>
    Math.max(least, Math.min(most, Number.isFinite(x) ? roundHalfEven(x / scale) : x));
  return [byte(low), byte(high)];
}
