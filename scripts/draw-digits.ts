/**
 * Ten digits as a pen draws them, 28 x 28, white on black as MNIST's are: what the shipped network is shown in the README.
 *
 *   npx tsx scripts/draw-digits.ts        writes models/digits/0.png … 9.png
 */
import { mkdirSync } from 'node:fs';
import sharp from 'sharp';

/** Strokes in a square of 20 x 20, MNIST's own box for a digit; SVG path data. */
const STROKES: readonly string[] = [
  'M10 1 C4 1 3 8 3 11 C3 16 6 19 10 19 C15 19 17 14 17 10 C17 5 15 1 10 1',
  'M7 5 L11 1.5 L10 18.5',
  'M4 5 C5 1 15 0 15 6 C15 10 8 14 4 18 L16.5 17.5',
  'M5 3 C9 0 15 2 14 6 C13 9 9 9.5 8.5 9.5 C13 9.5 16 12 15 15 C14 19 7 20 4 16.5',
  'M6 1.5 C5.5 5 5 8 4.5 11 L16 10.5 M13.5 4 C13 9 12.5 14 12 19',
  'M15 2 L7 2 L6 9 C10 7 15.5 9 15 14 C14.5 19 8 20 4.5 17',
  'M13 1.5 C8 4 4.5 9 4.5 14 C4.5 20 14.5 20 15 14 C15 9.5 8 9 5.5 13',
  'M4 3 L15.5 2.5 C13 8 10.5 13 9 19',
  'M14 4 C11 0 5 2 6 6 C7 9.5 15 11 14.5 15.5 C14 20 5.5 19.5 5.5 15 C6 11 14.5 9 14 4',
  'M15 6 C15 1 6 0.5 5.5 6 C5 11 14 11.5 15 6 C15 10 13.5 15 11.5 19',
];

mkdirSync('models/digits', { recursive: true });
for (const [digit, path] of STROKES.entries()) {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="28" height="28"><rect width="28" height="28"/>' +
    `<path d="${path}" transform="translate(4 4)" fill="none" stroke="#fff" stroke-width="2.4" ` +
    'stroke-linecap="round" stroke-linejoin="round"/></svg>';
  await sharp(Buffer.from(svg)).greyscale().png({ compressionLevel: 9 }).toFile(`models/digits/${digit}.png`);
}
