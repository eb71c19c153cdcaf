/** A figure as the file its name asks for: SVG as it is, PNG at twice the size through sharp. */
import { fail } from '../src/errors.ts';

/** Before long work: a figure that could not be written should not be drawn. */
export function checkFigureName(path: string): void {
  if (!/\.(svg|png)$/i.test(path))
    fail('a figure is an .svg or a .png file', { at: path, hint: 'name it figure.svg' });
}

export async function figureContent(path: string, svg: string): Promise<string | Uint8Array> {
  if (/\.svg$/i.test(path)) return svg;
  const { default: sharp } = await import('sharp');
  return sharp(Buffer.from(svg), { density: 144 }).png().toBuffer();
}
