/**
 * From a 32-bit accumulator to a byte: roundHalfEven(acc * multiplier / 2^shift), exact, in doubles.
 * Integer-only inference after Jacob et al., CVPR 2018, section 2.2, with ties to even instead of away from zero.
 */
import { fail } from '../errors.ts';
import type { ByteData } from './tensor.ts';

/** Nearest whole number, ties to the even one, as ONNX QuantizeLinear rounds. Float32 values are exact in doubles. */
export function roundHalfEven(x: number): number {
  const up = Math.round(x); // ties go up
  return up - x === 0.5 && up % 2 !== 0 ? up - 1 : up;
}

/**
 * roundHalfEven(acc * multiplier / 2^shift) for int32 acc, multiplier 0 to 2^31 - 1, shift 0 to 62.
 * The product has up to 62 bits, so it is kept as high * 2^16 + low, both exact. The result is held inside +-2^53,
 * which only shifts below 9 can reach.
 */
export function requantise(acc: number, multiplier: number, shift: number): number {
  const upper = Math.floor(multiplier / 65536); // 15 bits
  const below = acc * (multiplier - upper * 65536); // 47 bits
  const carry = Math.floor(below / 65536);
  const high = acc * upper + carry;
  const low = below - carry * 65536; // 0 to 65535
  if (shift <= 16) {
    const step = 2 ** shift;
    const whole = Math.floor(low / step);
    return toEven(high * (65536 / step) + whole, low - whole * step, step / 2, 0);
  }
  const step = 2 ** (shift - 16);
  const whole = Math.floor(high / step);
  return toEven(whole, high - whole * step, step / 2, low);
}

/** `whole` plus a rest to be compared with `half`; `beyond` breaks the tie when the rest's lower bits are not zero. */
function toEven(whole: number, rest: number, half: number, beyond: number): number {
  const up = rest > half || (rest === half && (beyond > 0 || whole % 2 !== 0));
  const rounded = (up ? whole + 1 : whole) + 0; // + 0 turns -0 into 0
  return Math.min(Math.max(rounded, -(2 ** 53)), 2 ** 53);
}

/** A scale as multiplier / 2^shift, the multiplier filling 31 bits. */
export interface ScaledInteger {
  readonly multiplier: number;
  readonly shift: number;
}

/**
 * The nearest multiplier / 2^shift. A scale below 2^-32 becomes 0, which is exact: any int32 times it rounds to 0.
 */
export function quantiseMultiplier(real: number): ScaledInteger {
  if (!(real >= 0 && real <= 2 ** 31 - 1))
    fail(`a requantisation scale of ${real} is not a 31-bit multiplier over 2^shift`, {
      hint: 'scales run from 0 to 2^31 - 1; look for a filter or value with a broken range',
    });
  if (real < 2 ** -32) return { multiplier: 0, shift: 0 };
  let shift = 30 - Math.floor(Math.log2(real));
  // log2 may be off by one next to a power of two.
  while (real * 2 ** shift >= 2 ** 31) shift--;
  while (real * 2 ** shift < 2 ** 30) shift++;
  const multiplier = roundHalfEven(real * 2 ** shift);
  return multiplier < 2 ** 31 ? { multiplier, shift } : { multiplier: 2 ** 30, shift: shift - 1 };
}

export interface PerFilter {
  readonly bias?: Int32Array | undefined; // [K]; acc + bias is held inside int32
  readonly multiplier: Int32Array; // [K]
  readonly shift: Uint8Array; // [K]
  readonly low: number; // inside the range of the ofmap's type
  readonly high: number;
}

/** out[k,p,q] = clamp(requantise(acc[k,p,q] + bias[k]), low, high), for a whole ofmap [K, P*Q]. */
export function requantiseInto<T extends ByteData>(out: T, acc: Int32Array, filters: PerFilter): T {
  const { bias, multiplier, shift, low, high } = filters;
  const [least, most] = out instanceof Uint8Array ? [0, 255] : [-128, 127];
  const plane = acc.length / multiplier.length;
  if (low < least || high > most || low > high)
    throw new Error(`[${low}, ${high}] does not fit [${least}, ${most}]`);
  if (out.length !== acc.length || !Number.isInteger(plane) || shift.length !== multiplier.length)
    throw new Error(
      `${acc.length} accumulators, ${out.length} bytes, ${multiplier.length} multipliers, ${shift.length} shifts`,
    );
  for (let k = 0, i = 0; k < multiplier.length; k++) {
    const b = bias?.[k] ?? 0;
    const m = multiplier[k]!;
    const s = shift[k]!;
    const scale = m / 2 ** s;
    for (const end = i + plane; i < end; i++) {
      const sum = Math.min(Math.max(acc[i]! + b, -(2 ** 31)), 2 ** 31 - 1);
      const near = sum * scale;
      // The double is within 2^-43 of the truth where |near| < 512, so only next to a tie is the exact way needed.
      if (near <= low - 1) out[i] = low;
      else if (near >= high + 1) out[i] = high;
      else {
        const up = near + 0.5;
        const floor = Math.floor(up);
        const aside = up - floor;
        const q = aside > CLOSE && aside < 1 - CLOSE ? floor : requantise(sum, m, s);
        out[i] = Math.min(Math.max(q, low), high);
      }
    }
  }
  return out;
}

const CLOSE = 2 ** -40;
