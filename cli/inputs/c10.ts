/**
 * c10: CIFAR-10 packed without loss. N labels, then N x 3072 prediction residuals, each picture as planes of 32 x 32.
 *
 *   plane   S = residual + prediction (mod 256)       prediction: 0 at (0, 0), the left neighbour on row 0, the upper
 *                                                     one on column 0, else the median edge detector of JPEG-LS
 *   colour  G = S1, R = S0 + G, B = S2 + G (mod 256)
 *
 * MED: Weinberger, Seroussi and Sapiro, LOCO-I, DCC 1996. Labels 0 to 9: airplane, automobile, bird, cat, deer, dog,
 * frog, horse, ship, truck.
 */
import { fail } from '../../src/errors.ts';
import type { Sample } from './pixels.ts';

const SIDE = 32;
const PLANE = SIDE * SIDE;
const PICTURE = 3 * PLANE;

export const CIFAR10_CLASSES = [
  ...['airplane', 'automobile', 'bird', 'cat', 'deer'],
  ...['dog', 'frog', 'horse', 'ship', 'truck'],
];

/** The first `limit` pictures. */
export function c10Samples(bytes: Uint8Array, limit: number): Sample[] {
  const count = bytes.length / (1 + PICTURE);
  if (count < 1 || !Number.isInteger(count))
    fail(`not a c10 file: ${bytes.length} bytes are no whole number of labels and 32x32 pictures`);
  return Array.from({ length: Math.min(limit, count) }, (_, i) => {
    const label = bytes[i]!;
    if (label >= CIFAR10_CLASSES.length) fail(`not a c10 file: picture ${i} has label ${label}`);
    const at = count + i * PICTURE;
    return {
      name: `#${i}`,
      pixels: { width: SIDE, height: SIDE, channels: 3, bytes: picture(bytes.subarray(at, at + PICTURE)) },
      label,
    };
  });
}

/** Interleaved R, G, B. */
function picture(residuals: Uint8Array): Uint8Array {
  const [s0, s1, s2] = [0, 1, 2].map((p) => plane(residuals.subarray(p * PLANE, (p + 1) * PLANE)));
  const out = new Uint8Array(PICTURE);
  for (let i = 0; i < PLANE; i++) {
    const green = s1![i]!;
    out[3 * i] = s0![i]! + green; // a byte array keeps the sum mod 256
    out[3 * i + 1] = green;
    out[3 * i + 2] = s2![i]! + green;
  }
  return out;
}

function plane(residuals: Uint8Array): Uint8Array {
  const s = new Uint8Array(PLANE);
  for (let i = 0; i < PLANE; i++) s[i] = residuals[i]! + prediction(s, i);
  return s;
}

function prediction(s: Uint8Array, i: number): number {
  if (i === 0) return 0;
  if (i < SIDE) return s[i - 1]!;
  if (i % SIDE === 0) return s[i - SIDE]!;
  return medianEdge(s[i - 1]!, s[i - SIDE]!, s[i - SIDE - 1]!);
}

function medianEdge(left: number, up: number, corner: number): number {
  if (corner >= Math.max(left, up)) return Math.min(left, up);
  if (corner <= Math.min(left, up)) return Math.max(left, up);
  return left + up - corner;
}
