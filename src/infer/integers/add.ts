/**
 * The sum of two values in different scales, in integers and rounded once:
 *
 *   ofmap = clamp(roundHalfEven((a * multiplierA + b * multiplierB) / 2^shift))
 *   multiplierX / 2^shift stands for scaleX / ofmapScale; the larger multiplier fills 31 bits
 *
 * A byte times 31 bits is 39, two of them 40: exact in a double as in a 40-bit adder. This is what a host, or an
 * epilogue beside the ofmap buffer, computes; the array has no part in it.
 */
import { fail } from '../../errors.ts';
import type { ValueFormat } from '../../model/quantized.ts';
import { roundHalfEven } from '../../tensor/requantise.ts';
import type { ByteData } from '../../tensor/tensor.ts';
import { byteRange, newBytes } from './bytes.ts';

export interface AddScales {
  readonly multiplierA: number; // 0 to 2^31 - 1
  readonly multiplierB: number;
  readonly shift: number; // 0 to 62
}

export function addScales(a: ValueFormat, b: ValueFormat, ofmap: ValueFormat): AddScales {
  const [realA, realB] = [a.scale / ofmap.scale, b.scale / ofmap.scale];
  const larger = Math.max(realA, realB);
  if (!(larger > 0 && larger < 2 ** 30))
    fail(`a sum with scales ${a.scale} and ${b.scale} cannot be held in steps of ${ofmap.scale}`);
  const shift = Math.min(62, 29 - Math.floor(Math.log2(larger))); // one bit spare: log2 and rounding may go up
  return {
    multiplierA: roundHalfEven(realA * 2 ** shift),
    multiplierB: roundHalfEven(realB * 2 ** shift),
    shift,
  };
}

export function addBytes(a: ByteData, b: ByteData, to: AddScales & { type: ValueFormat['type'] }): ByteData {
  const { multiplierA, multiplierB, shift, type } = to;
  const sum = newBytes(type, a.length);
  const [low, high] = byteRange(type);
  const unit = 2 ** -shift; // a power of two: the product below is exact
  for (let i = 0; i < sum.length; i++) {
    const q = roundHalfEven((a[i]! * multiplierA + b[i]! * multiplierB) * unit);
    sum[i] = Math.max(low, Math.min(high, q));
  }
  return sum;
}
