/** Decodes a PNG, JPEG or WebP file with sharp, pictures of absurd size refused before they are decoded. */
import { fail } from '../../src/errors.ts';
import type { Pixels } from './pixels.ts';

export const MAX_PIXELS = 2 ** 26; // 64 megapixels
export const PICTURE_NAME = /\.(png|jpe?g|webp)$/i;
const FORMATS: readonly string[] = ['jpeg', 'png', 'webp'];

export async function decodePicture(bytes: Uint8Array): Promise<Pixels> {
  if (bytes.length === 0) fail('the picture is an empty file');
  const { default: sharp } = await import('sharp');
  const damaged = (error: unknown): never =>
    fail(`the picture cannot be decoded: ${reason(error)}`, {
      hint: 'a whole PNG, JPEG or WebP file of at most 64 megapixels',
    });
  const open = () => sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error', pages: 1 });
  const { format, space } = await open().metadata().catch(damaged);
  // The content decides, not the name: an SVG called .png would be rendered, fonts and all.
  if (!FORMATS.includes(format ?? ''))
    fail(`the picture is ${format ?? 'of an unknown format'}, expected PNG, JPEG or WebP`);
  const grey = space === 'b-w' || space === 'grey16';
  const { data, info } = await open()
    .autoOrient() // as the photographer held the camera
    .removeAlpha()
    .toColourspace(grey ? 'b-w' : 'srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch(damaged);
  if (info.channels !== 1 && info.channels !== 3) fail(`the picture has ${info.channels} channels`);
  return { width: info.width, height: info.height, channels: info.channels as 1 | 3, bytes: data };
}

/** libvips repeats itself over several lines; the first says it. */
const reason = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0]!.trim();
