/** ONNX element types: how each is stored in a file, and which typed array holds it here. */
import { fail } from '../errors.ts';
import type { TensorData } from '../tensor/tensor.ts';
import type { TensorProto } from './proto/onnx_pb.gen.ts';

/** float16 and bfloat16 are widened to float on reading. */
export type Element =
  | 'float'
  | 'double'
  | 'int64'
  | 'int32'
  | 'int16'
  | 'int8'
  | 'int4'
  | 'uint64'
  | 'uint32'
  | 'uint16'
  | 'uint8'
  | 'uint4'
  | 'bool';

export interface Storage {
  readonly element: Element;
  readonly bits: number;
  /** Little-endian bytes, exactly as many as the elements need, to numbers. */
  readonly fromRaw: (raw: Uint8Array, count: number) => TensorData;
  /** The typed field used instead of raw bytes. */
  readonly fromField: (tensor: TensorProto) => ArrayLike<number | bigint>;
}

const copy = (raw: Uint8Array): ArrayBuffer => new Uint8Array(raw).buffer; // aligned, whatever the file's offset
const numbers = (wide: ArrayLike<bigint>): Float64Array => Float64Array.from(wide, Number);
const int32Field = (t: TensorProto) => t.int32Data;

const int4 = (signed: boolean) => (raw: Uint8Array, count: number) => {
  const out = signed ? new Int8Array(count) : new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const nibble = (raw[i >> 1]! >> (4 * (i & 1))) & 15; // first element in the low nibble
    out[i] = signed && nibble > 7 ? nibble - 16 : nibble;
  }
  return out;
};

/** IEEE 754 half precision. */
function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

/** bfloat16 is the upper half of a float. */
const brainFloats = (upper: Uint16Array): Float32Array =>
  new Float32Array(Uint32Array.from(upper, (bits) => bits << 16).buffer);

/** By TensorProto.DataType; the numbers past 16 are younger than the onnx.proto at hand. */
const storages = new Map<number, Storage>([
  [
    1,
    { element: 'float', bits: 32, fromRaw: (r) => new Float32Array(copy(r)), fromField: (t) => t.floatData },
  ],
  [2, { element: 'uint8', bits: 8, fromRaw: (r) => new Uint8Array(r), fromField: int32Field }],
  [3, { element: 'int8', bits: 8, fromRaw: (r) => new Int8Array(copy(r)), fromField: int32Field }],
  [
    4,
    {
      element: 'uint16',
      bits: 16,
      fromRaw: (r) => Int32Array.from(new Uint16Array(copy(r))),
      fromField: int32Field,
    },
  ],
  [5, { element: 'int16', bits: 16, fromRaw: (r) => new Int16Array(copy(r)), fromField: int32Field }],
  [6, { element: 'int32', bits: 32, fromRaw: (r) => new Int32Array(copy(r)), fromField: int32Field }],
  [
    7,
    {
      element: 'int64',
      bits: 64,
      fromRaw: (r) => numbers(new BigInt64Array(copy(r))),
      fromField: (t) => t.int64Data,
    },
  ],
  [9, { element: 'bool', bits: 8, fromRaw: (r) => new Uint8Array(r), fromField: int32Field }],
  [
    10,
    {
      element: 'float',
      bits: 16,
      fromRaw: (r) => Float32Array.from(new Uint16Array(copy(r)), halfToFloat),
      fromField: (t) => Float32Array.from(t.int32Data, halfToFloat),
    },
  ],
  [
    11,
    {
      element: 'double',
      bits: 64,
      fromRaw: (r) => new Float64Array(copy(r)),
      fromField: (t) => t.doubleData,
    },
  ],
  [
    12,
    {
      element: 'uint32',
      bits: 32,
      fromRaw: (r) => Float64Array.from(new Uint32Array(copy(r))),
      fromField: (t) => t.uint64Data,
    },
  ],
  [
    13,
    {
      element: 'uint64',
      bits: 64,
      fromRaw: (r) => numbers(new BigUint64Array(copy(r))),
      fromField: (t) => t.uint64Data,
    },
  ],
  [
    16,
    {
      element: 'float',
      bits: 16,
      fromRaw: (r) => brainFloats(new Uint16Array(copy(r))),
      fromField: (t) => brainFloats(Uint16Array.from(t.int32Data)),
    },
  ],
  // Two to a byte; the int32 field holds such bytes too.
  [21, { element: 'uint4', bits: 4, fromRaw: int4(false), fromField: (t) => nibbles(t, false) }],
  [22, { element: 'int4', bits: 4, fromRaw: int4(true), fromField: (t) => nibbles(t, true) }],
]);

const nibbles = (t: TensorProto, signed: boolean) =>
  int4(signed)(Uint8Array.from(t.int32Data), 2 * t.int32Data.length);

const odd = new Map([
  [8, 'string'],
  [14, 'complex64'],
  [15, 'complex128'],
  [17, 'float8'],
  [18, 'float8'],
  [19, 'float8'],
  [20, 'float8'],
  [23, 'float4'],
]);

export const storageOf = (dataType: number): Storage =>
  storages.get(dataType) ?? fail(`tensors of ONNX type ${odd.get(dataType) ?? dataType} cannot be read`);

/** An array of zeros for that many elements; int64 and its like are held as doubles, exact to 2^53. */
export function allocate(element: Element, count: number): TensorData {
  switch (element) {
    case 'float':
      return new Float32Array(count);
    case 'double':
    case 'int64':
    case 'uint64':
    case 'uint32':
      return new Float64Array(count);
    case 'int32':
    case 'uint16':
      return new Int32Array(count);
    case 'int16':
      return new Int16Array(count);
    case 'int8':
    case 'int4':
      return new Int8Array(count);
    case 'uint8':
    case 'uint4':
    case 'bool':
      return new Uint8Array(count);
  }
}

export const isFloat = (element: Element): boolean => element === 'float' || element === 'double';

const ranges = new Map<Element, readonly [low: number, high: number]>([
  ['int32', [-(2 ** 31), 2 ** 31 - 1]],
  ['int16', [-32768, 32767]],
  ['int8', [-128, 127]],
  ['int4', [-8, 7]],
  ['uint16', [0, 65535]],
  ['uint8', [0, 255]],
  ['uint4', [0, 15]],
]);

/** The least and greatest code of an integer type that activations are quantised to. */
export const rangeOf = (element: Element): readonly [low: number, high: number] =>
  ranges.get(element) ?? fail(`${element} is no type to quantise to`);
