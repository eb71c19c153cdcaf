/**
 * safetensors (Hugging Face, github.com/huggingface/safetensors, "Format"): what other frameworks read weights from.
 *
 *   u64 little-endian   length of the header
 *   header              JSON: name -> { dtype, shape, data_offsets: [begin, end) }; __metadata__: text -> text
 *   values              raw, little-endian, one tensor behind the other without holes
 */
import { fail } from '../errors.ts';
import { type Shape, volume } from '../tensor/shape.ts';

type Values = Float32Array | Float64Array | Int32Array | Uint8Array;

export interface SafeTensor {
  /** BOOL is a byte a value, 0 or 1. */
  readonly dtype: 'F32' | 'F64' | 'I32' | 'U8' | 'BOOL';
  readonly shape: Shape;
  readonly values: Values;
}

export interface Safetensors {
  readonly tensors: ReadonlyMap<string, SafeTensor>;
  readonly metadata: ReadonlyMap<string, string>;
}

const METADATA = '__metadata__';
const MAX_HEADER = 100_000_000; // the reference implementation's own bound

const ARRAYS = {
  F32: Float32Array,
  F64: Float64Array,
  I32: Int32Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
} as const;

export const float32Tensor = (shape: Shape, values: Float32Array): SafeTensor => ({
  dtype: 'F32',
  shape,
  values,
});

/** The file's bytes. Values start on a multiple of 8, so that readers can look at them in place. */
export function encodeSafetensors({ tensors, metadata }: Safetensors): Uint8Array<ArrayBuffer> {
  const entries: [string, unknown][] = metadata.size > 0 ? [[METADATA, Object.fromEntries(metadata)]] : [];
  let end = 0;
  // Wider values first: then every tensor lies on a multiple of its own width.
  const ordered = [...tensors].sort(([, a], [, b]) => widthOf(b) - widthOf(a));
  for (const [name, tensor] of ordered) {
    const { dtype, shape, values } = tensor;
    if (volume(shape, name) !== values.length)
      throw new Error(`tensor "${name}" of shape [${shape}] holds ${values.length} values`);
    if (name === METADATA) throw new Error(`a tensor cannot be named ${METADATA}`);
    entries.push([name, { dtype, shape, data_offsets: [end, end + values.byteLength] }]);
    end += values.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const headerBytes = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(8 + headerBytes + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true);
  file.fill(0x20, 8, 8 + headerBytes); // the format pads with spaces
  file.set(json, 8);
  let at = 8 + headerBytes;
  for (const [, { values }] of ordered) {
    file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return file;
}

const widthOf = ({ values }: SafeTensor): number => values.BYTES_PER_ELEMENT;

/** Copies, so that the file can be forgotten. Every offset is checked before anything is allocated. */
export function decodeSafetensors(bytes: Uint8Array): Safetensors {
  const { header, start } = headerOf(bytes);
  const tensors = new Map<string, SafeTensor>();
  let metadata = new Map<string, string>();
  let covered = 0;
  for (const [name, entry] of Object.entries(header)) {
    if (name === METADATA) metadata = new Map(Object.entries((entry ?? {}) as Record<string, string>));
    else {
      const tensor = tensorOf(name, entry, bytes.subarray(start));
      covered += tensor.values.byteLength;
      tensors.set(name, tensor);
    }
  }
  if (covered !== bytes.length - start)
    fail(`the tensors take ${covered} bytes, the safetensors file holds ${bytes.length - start}`, {
      hint: 'the file is cut off or damaged',
    });
  return { tensors, metadata };
}

function headerOf(bytes: Uint8Array): { header: Record<string, unknown>; start: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.length >= 8 ? view.getBigUint64(0, true) : -1n;
  if (length < 2n || length > BigInt(Math.min(MAX_HEADER, bytes.length - 8)))
    fail('not a safetensors file: its header does not fit', { hint: 'the file is cut off or damaged' });
  const start = 8 + Number(length);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, start)));
  } catch {
    fail('not a safetensors file: its header is no JSON');
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    fail('not a safetensors file: its header is no JSON object');
  return { header: header as Record<string, unknown>, start };
}

function tensorOf(name: string, entry: unknown, values: Uint8Array): SafeTensor {
  const at = `tensor "${name}"`;
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  if (typeof dtype !== 'string' || !Object.hasOwn(ARRAYS, dtype))
    fail(`a tensor of type ${JSON.stringify(dtype)} is not read`, {
      at,
      hint: `types: ${Object.keys(ARRAYS).join(', ')}`,
    });
  if (!isCounts(shape) || !isCounts(offsets) || offsets.length !== 2)
    fail('its shape or place in the safetensors file is not in whole numbers', { at });
  const [begin = 0, end = 0] = offsets;
  const Values = ARRAYS[dtype as SafeTensor['dtype']];
  if (begin > end || end > values.length || end - begin !== volume(shape, at) * Values.BYTES_PER_ELEMENT)
    fail(`shape [${shape}] of ${dtype} does not fit bytes ${begin} to ${end} of ${values.length}`, { at });
  // Not values.slice: that of node's Buffer, which is a Uint8Array too, copies nothing.
  const copy = Uint8Array.from(values.subarray(begin, end));
  return { dtype: dtype as SafeTensor['dtype'], shape, values: new Values(copy.buffer) };
}

const isCounts = (list: unknown): list is readonly number[] =>
  Array.isArray(list) && list.every((n) => Number.isSafeInteger(n) && n >= 0);
