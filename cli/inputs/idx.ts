/**
 * IDX, MNIST's format (LeCun, yann.lecun.com/exdb/mnist): two zero bytes, element type (8: uint8), number of
 * dimensions, each dimension as a big-endian int32, then the values.
 */
import { fail } from '../../src/errors.ts';
import type { Sample } from './pixels.ts';

const UINT8 = 8;

export const isIdxImages = (bytes: Uint8Array): boolean =>
  bytes.length >= 16 && bytes[0] === 0 && bytes[1] === 0 && bytes[2] === UINT8 && bytes[3] === 3;

function readIdx(bytes: Uint8Array, dimensions: number): { shape: readonly number[]; values: Uint8Array } {
  const start = 4 + 4 * dimensions;
  if (
    bytes.length < start ||
    bytes[0] !== 0 ||
    bytes[1] !== 0 ||
    bytes[2] !== UINT8 ||
    bytes[3] !== dimensions
  )
    fail(`not an IDX file of uint8 with ${dimensions} dimensions`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  const count = shape.reduce((product, n) => product * n, 1);
  if (start + count !== bytes.length)
    fail(`an IDX file of shape [${shape}] needs ${count} values, it holds ${bytes.length - start}`, {
      hint: 'the file is cut off or damaged: fetch it again',
    });
  return { shape, values: bytes.subarray(start) };
}

/** The first `limit` pictures, with labels where their file is given. */
export function idxSamples(images: Uint8Array, labels: Uint8Array | undefined, limit: number): Sample[] {
  const { shape, values } = readIdx(images, 3);
  const [count = 0, height = 0, width = 0] = shape;
  if (height < 1 || width < 1) fail(`an IDX file of pictures of ${width}x${height}`);
  const classes = labels && readIdx(labels, 1);
  if (classes && classes.values.length !== count)
    fail(`${count} pictures, but the file of labels has ${classes.values.length}`);
  return Array.from({ length: Math.min(limit, count) }, (_, i) => ({
    name: `#${i}`,
    pixels: {
      width,
      height,
      channels: 1,
      bytes: values.subarray(i * height * width, (i + 1) * height * width),
    },
    label: classes?.values[i],
  }));
}
