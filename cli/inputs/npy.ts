/**
 * NumPy's .npy files, versions 1 to 3: magic, header length, a Python dict literal, then raw values.
 * Source: numpy/lib/format.py. The dict is matched, never evaluated; sizes are checked before anything is allocated.
 */
import { fail } from '../../src/errors.ts';

const MAX_VALUES = 2 ** 28;
const MAX_HEADER = 65_536;

interface Type {
  readonly bytes: number;
  readonly read: (view: DataView, at: number, little: boolean) => number;
}

const TYPES: ReadonlyMap<string, Type> = new Map([
  ['b1', { bytes: 1, read: (v, at) => v.getUint8(at) }],
  ['u1', { bytes: 1, read: (v, at) => v.getUint8(at) }],
  ['i1', { bytes: 1, read: (v, at) => v.getInt8(at) }],
  ['u2', { bytes: 2, read: (v, at, little) => v.getUint16(at, little) }],
  ['i2', { bytes: 2, read: (v, at, little) => v.getInt16(at, little) }],
  ['u4', { bytes: 4, read: (v, at, little) => v.getUint32(at, little) }],
  ['i4', { bytes: 4, read: (v, at, little) => v.getInt32(at, little) }],
  ['i8', { bytes: 8, read: (v, at, little) => Number(v.getBigInt64(at, little)) }],
  ['f4', { bytes: 4, read: (v, at, little) => v.getFloat32(at, little) }],
  ['f8', { bytes: 8, read: (v, at, little) => v.getFloat64(at, little) }],
]);

export interface Npy {
  readonly shape: readonly number[];
  readonly type: string; // 'f4', 'u1', …
  readonly values: Float32Array;
}

const refuse = (why: string): never =>
  fail(`not a .npy file that can be read: ${why}`, {
    hint: 'save it with numpy.save(name, numpy.ascontiguousarray(x, dtype=numpy.float32))',
  });

export const isNpy = (bytes: Uint8Array): boolean =>
  bytes.length >= 8 && bytes[0] === 0x93 && Buffer.from(bytes.subarray(1, 6)).toString('latin1') === 'NUMPY';

export function readNpy(bytes: Uint8Array): Npy {
  if (!isNpy(bytes)) refuse('it does not begin with the magic of numpy.save');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = bytes[6]!;
  if (version < 1 || version > 3) refuse(`version ${version} is unknown`);
  const sized = version === 1 ? 2 : 4; // bytes of the header length
  if (bytes.length < 8 + sized) refuse('it ends inside its header');
  const headerLength = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const start = 8 + sized + headerLength;
  if (headerLength > MAX_HEADER || start > bytes.length) refuse('it ends inside its header');
  const { type, little, shape } = readHeader(
    Buffer.from(bytes.subarray(8 + sized, start)).toString('latin1'),
  );

  const { bytes: width, read } = TYPES.get(type) ?? refuse(`element type "${type}" is not supported`);
  const count = shape.reduce((product, n) => product * n, 1);
  if (!(count <= MAX_VALUES)) refuse(`shape [${shape}] has more than ${MAX_VALUES} elements`);
  if (start + count * width !== bytes.length)
    refuse(`shape [${shape}] of ${type} needs ${count * width} bytes, it holds ${bytes.length - start}`);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = read(view, start + i * width, little);
  return { shape, type, values };
}

interface Header {
  readonly type: string;
  readonly little: boolean;
  readonly shape: readonly number[];
}

/** {'descr': '<f4', 'fortran_order': False, 'shape': (1, 3, 224, 224), } */
function readHeader(text: string): Header {
  const descr = /'descr':\s*'([<>|=]?)([a-z]\d{1,2})'/.exec(text);
  const order = /'fortran_order':\s*(True|False)/.exec(text);
  const shape = /'shape':\s*\(([\d,\s]*)\)/.exec(text);
  if (descr === null || order === null || shape === null)
    return refuse('its header names no plain element type, order and shape');
  if (order[1] === 'True') refuse('it is in Fortran order');
  const extents = shape[1]!
    .split(',')
    .map((n) => n.trim())
    .filter((n) => n !== '')
    .map(Number);
  if (extents.length > 8) refuse(`it has ${extents.length} dimensions`);
  return { type: descr[2]!, little: descr[1] !== '>', shape: extents };
}
