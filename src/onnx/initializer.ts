/** A TensorProto to a constant: every size is checked against the bytes at hand before anything is allocated. */
import { fail, within } from '../errors.ts';
import { type Shape, volume } from '../tensor/shape.ts';
import type { TensorData } from '../tensor/tensor.ts';
import { checkRank } from './axes.ts';
import { allocate, type Storage, storageOf } from './element.ts';
import { type TensorProto, TensorProto_DataLocation } from './proto/onnx_pb.gen.ts';
import type { Absent, Known } from './value.ts';

/** Reads a file beside the model; undefined where there is none. */
export type External = (location: string) => Uint8Array | undefined;

const isExternal = (t: TensorProto): boolean => t.dataLocation === TensorProto_DataLocation.EXTERNAL;

/** Whether the file has a place for this tensor's numbers but not the numbers. */
export function isHollow(t: TensorProto, external: External | undefined): boolean {
  if (isExternal(t)) return external === undefined || external(locationOf(t)) === undefined;
  return (
    t.dims.every((d) => d !== 0n) &&
    t.rawData.length === 0 &&
    t.floatData.length === 0 &&
    t.int32Data.length === 0 &&
    t.int64Data.length === 0 &&
    t.doubleData.length === 0 &&
    t.uint64Data.length === 0
  );
}

export function constantOf(t: TensorProto, from: string, external: External | undefined): Known | Absent {
  return within(`initializer "${from}"`, () => {
    checkRank(t.dims.length, 'it');
    const shape = t.dims.map(Number);
    const count = volume(shape, `tensor "${from}"`);
    if (isHollow(t, external)) return { kind: 'absent', from, shape };
    const storage = storageOf(t.dataType);
    const data = isExternal(t)
      ? fromBytes(externalBytes(t, external!), count, storage)
      : t.rawData.length > 0 || count === 0
        ? fromBytes(t.rawData, count, storage)
        : fromField(t, count, storage);
    return { kind: 'known', from, element: storage.element, value: { shape: shape as Shape, data } };
  });
}

function fromBytes(raw: Uint8Array, count: number, storage: Storage): TensorData {
  const needed = Math.ceil((count * storage.bits) / 8);
  if (raw.length !== needed)
    fail(
      `it needs ${needed} bytes for ${count} elements of ${storage.element}, the file holds ${raw.length}`,
      {
        hint: 'the file is damaged, or its external data belong to another model',
      },
    );
  return storage.fromRaw(raw, count);
}

function fromField(t: TensorProto, count: number, storage: Storage): TensorData {
  const field = storage.fromField(t);
  // Two int4 share a byte, so an odd count leaves one over.
  if (field.length !== count && !(storage.bits === 4 && field.length === count + 1))
    fail(`it needs ${count} elements of ${storage.element}, the file holds ${field.length}`);
  const data = allocate(storage.element, count);
  for (let i = 0; i < count; i++) data[i] = Number(field[i]);
  return data;
}

const entry = (t: TensorProto, key: string): string | undefined =>
  t.externalData.find((pair) => pair.key === key)?.value;

/** A relative path that stays inside the model's folder. */
function locationOf(t: TensorProto): string {
  const location = entry(t, 'location') ?? '';
  const steps = location.split(/[/\\]/);
  if (
    location === '' ||
    location.includes('\0') ||
    /^([/\\]|[A-Za-z]:)/.test(location) ||
    steps.includes('..')
  )
    fail(`external data at "${location}": only files beside the model are read`, {
      hint: 'the location must be a relative path without ".."',
    });
  return location;
}

function externalBytes(t: TensorProto, external: External): Uint8Array {
  const location = locationOf(t);
  const bytes = external(location)!;
  const whole = (key: string, otherwise: number): number => {
    const text = entry(t, key);
    if (text === undefined) return otherwise;
    if (!/^\d{1,15}$/.test(text)) fail(`external data with ${key} "${text}": expected a whole number`);
    return Number(text);
  };
  const offset = whole('offset', 0);
  const length = whole('length', Math.max(0, bytes.length - offset));
  if (offset + length > bytes.length)
    fail(
      `external data at ${offset} to ${offset + length} of "${location}", which holds ${bytes.length} bytes`,
    );
  return bytes.subarray(offset, offset + length);
}
