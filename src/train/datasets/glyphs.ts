/**
 * Glyphs: ten line drawings, each turned, stretched, moved, drawn with a pen of its own and half hidden among scribbles
 * and noise. 28 x 28 pixels, made from a seed, so that training can be tried and tested without any download.
 *
 * Position and size vary too much for one template a class: a linear classifier stays under 90 % (glyphs.test.ts).
 */
import { fail } from '../../errors.ts';
import { type Random, seeded } from '../../tensor/random.ts';
import type { Dataset, Split } from './dataset.ts';

export interface GlyphsOptions {
  readonly seed: number;
  readonly train?: number; // pictures; 6000 unless said
  readonly test?: number; // 1000 unless said
}

const SIZE = 28;

type Point = readonly [x: number, y: number];

const ring = (corners: number, { from = 0, turn = 1 } = {}): readonly Point[] =>
  Array.from({ length: corners + 1 }, (_, i): Point => {
    const angle = 2 * Math.PI * (from + (turn * i) / corners);
    return [Math.cos(angle), Math.sin(angle)];
  });

/** Polylines in the square from -1 to 1. */
const drawings: readonly (readonly [name: string, lines: readonly (readonly Point[])[]])[] = [
  ['circle', [ring(14)]],
  [
    'square',
    [
      [
        [-0.9, -0.9],
        [0.9, -0.9],
        [0.9, 0.9],
        [-0.9, 0.9],
        [-0.9, -0.9],
      ],
    ],
  ],
  [
    'triangle',
    [
      [
        [0, -1],
        [0.95, 0.8],
        [-0.95, 0.8],
        [0, -1],
      ],
    ],
  ],
  [
    'plus',
    [
      [
        [-1, 0],
        [1, 0],
      ],
      [
        [0, -1],
        [0, 1],
      ],
    ],
  ],
  [
    'cross',
    [
      [
        [-0.9, -0.9],
        [0.9, 0.9],
      ],
      [
        [-0.9, 0.9],
        [0.9, -0.9],
      ],
    ],
  ],
  [
    'bars',
    [
      [
        [-1, -0.6],
        [1, -0.6],
      ],
      [
        [-1, 0.6],
        [1, 0.6],
      ],
    ],
  ],
  [
    'ladder',
    [
      [
        [-0.7, -1],
        [-0.7, 1],
      ],
      [
        [0.7, -1],
        [0.7, 1],
      ],
      [
        [-0.7, 0],
        [0.7, 0],
      ],
    ],
  ],
  [
    'zigzag',
    [
      [
        [-0.9, -0.9],
        [0.9, -0.9],
        [-0.9, 0.9],
        [0.9, 0.9],
      ],
    ],
  ],
  [
    'tee',
    [
      [
        [-1, -0.9],
        [1, -0.9],
      ],
      [
        [0, -0.9],
        [0, 1],
      ],
    ],
  ],
  [
    'cup',
    [
      [
        [-0.9, -1],
        ...ring(8, { from: 0.5, turn: -0.5 }).map(([x, y]): Point => [0.9 * x, 0.9 * y]),
        [0.9, -1],
      ],
    ],
  ],
];

export const glyphNames: readonly string[] = drawings.map(([name]) => name);

export function glyphs({ seed, train = 6000, test = 1000 }: GlyphsOptions): Dataset {
  for (const count of [train, test])
    if (!Number.isSafeInteger(count) || count < 1 || count > 2 ** 20)
      fail(`${count} glyphs: expected a whole number from 1 to 2^20`);
  return {
    name: 'glyphs',
    classes: drawings.length,
    shape: [1, SIZE, SIZE],
    train: split(train, seeded(seed, 'glyphs/train')),
    test: split(test, seeded(seed, 'glyphs/test')),
  };
}

/** Classes take turns, so that they are equally frequent. Drawn once, kept as bytes, given as shares of full ink. */
function split(count: number, random: Random): Split {
  const drawn: (Uint8Array | undefined)[] = new Array(count);
  const label = (i: number): number => i % drawings.length;
  return {
    count,
    label,
    image(i) {
      drawn[i] ??= draw(drawings[label(i)]![1], random.stream(String(i)));
      return Float32Array.from(drawn[i]!, (byte) => byte / 255);
    },
  };
}

interface Stroke {
  readonly from: Point;
  readonly to: Point;
  readonly ink: number;
}

function draw(lines: readonly (readonly Point[])[], random: Random): Uint8Array {
  const between = (low: number, high: number): number => low + (high - low) * random.uniform();
  const [angle, shear] = [between(-0.2, 0.2), between(-0.15, 0.15)];
  const [width, height] = [between(6, 10), between(6, 10)]; // pixels, half the drawing
  const [x, y] = [SIZE / 2 + between(-3.5, 3.5), SIZE / 2 + between(-3.5, 3.5)];
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const place = ([u, v]: Point): Point => {
    const [a, b] = [width * (u + shear * v + between(-0.06, 0.06)), height * (v + between(-0.06, 0.06))];
    return [x + cos * a - sin * b, y + sin * a + cos * b];
  };
  const ink = between(0.55, 1);
  const strokes: Stroke[] = lines.flatMap((line) => {
    const points = line.map(place);
    return points.slice(1).map((to, i): Stroke => ({ from: points[i]!, to, ink }));
  });
  for (let i = random.below(3); i > 0; i--) {
    const from: Point = [between(0, SIZE), between(0, SIZE)];
    const to: Point = [from[0] + between(-6, 6), from[1] + between(-6, 6)];
    strokes.push({ from, to, ink: between(0.3, 0.7) });
  }
  return rasterise(strokes, { pen: between(0.5, 1.1), noise: between(0, 0.1), random });
}

interface Pen {
  readonly pen: number; // half the stroke's width, pixels
  readonly noise: number; // standard deviation, shares of full ink
  readonly random: Random;
}

/** A stroke inks the pixels within its pen's reach, fading over one pixel; where strokes meet, the darker wins. */
function rasterise(strokes: readonly Stroke[], { pen, noise, random }: Pen): Uint8Array {
  const ink = new Float32Array(SIZE * SIZE);
  const clip = (n: number): number => Math.max(0, Math.min(SIZE, n));
  for (const { from, to, ink: full } of strokes) {
    const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
    const length2 = dx * dx + dy * dy || 1;
    const reach = pen + 1;
    const [top, bottom] = [Math.min(from[1], to[1]) - reach, Math.max(from[1], to[1]) + reach];
    const [left, right] = [Math.min(from[0], to[0]) - reach, Math.max(from[0], to[0]) + reach];
    for (let v = clip(Math.floor(top)); v < clip(Math.ceil(bottom)); v++)
      for (let u = clip(Math.floor(left)); u < clip(Math.ceil(right)); u++) {
        const [px, py] = [u + 0.5 - from[0], v + 0.5 - from[1]];
        const along = Math.max(0, Math.min(1, (px * dx + py * dy) / length2));
        const away = Math.hypot(px - along * dx, py - along * dy);
        const shade = full * Math.max(0, Math.min(1, pen + 0.5 - away));
        ink[v * SIZE + u] = Math.max(ink[v * SIZE + u]!, shade);
      }
  }
  return Uint8Array.from(ink, (shade) =>
    Math.round(255 * Math.max(0, Math.min(1, shade + noise * random.normal()))),
  );
}
