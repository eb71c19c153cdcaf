/** Every element type, as raw bytes and as a typed field, becomes the same numbers. */
import { create } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { constantOf } from './initializer.ts';
import { type TensorProto, TensorProtoSchema } from './proto/onnx_pb.gen.ts';

const bytes = (data: ArrayBufferView): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
// IEEE 754: 1, -2, 65504 (the largest), 2^-24 (the smallest), 1/3 to eleven bits.
const halves = Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0001, 0x3555);
const halfNumbers = [1, -2, 65504, 2 ** -24, 1365 / 4096];
const brains = Uint16Array.of(0x3f80, 0xc000, 0x4049); // the upper halves of 1, -2 and pi
const brainNumbers = [1, -2, 3.140625];

const types: readonly (readonly [
  name: string,
  type: number,
  raw: ArrayBufferView,
  field: Partial<TensorProto>,
  numbers: number[],
])[] = [
  ['float', 1, Float32Array.of(1.5, -2), { floatData: [1.5, -2] }, [1.5, -2]],
  ['uint8', 2, Uint8Array.of(1, 255), { int32Data: [1, 255] }, [1, 255]],
  ['int8', 3, Int8Array.of(1, -128), { int32Data: [1, -128] }, [1, -128]],
  ['uint16', 4, Uint16Array.of(1, 65535), { int32Data: [1, 65535] }, [1, 65535]],
  ['int16', 5, Int16Array.of(1, -32768), { int32Data: [1, -32768] }, [1, -32768]],
  ['int32', 6, Int32Array.of(1, -(2 ** 31)), { int32Data: [1, -(2 ** 31)] }, [1, -(2 ** 31)]],
  ['int64', 7, BigInt64Array.of(1n, -(2n ** 40n)), { int64Data: [1n, -(2n ** 40n)] }, [1, -(2 ** 40)]],
  ['bool', 9, Uint8Array.of(1, 0), { int32Data: [1, 0] }, [1, 0]],
  ['float16', 10, halves, { int32Data: [...halves] }, halfNumbers],
  ['double', 11, Float64Array.of(1e300, -2), { doubleData: [1e300, -2] }, [1e300, -2]],
  ['uint32', 12, Uint32Array.of(1, 2 ** 32 - 1), { uint64Data: [1n, 2n ** 32n - 1n] }, [1, 2 ** 32 - 1]],
  ['uint64', 13, BigUint64Array.of(1n, 2n ** 50n), { uint64Data: [1n, 2n ** 50n] }, [1, 2 ** 50]],
  ['bfloat16', 16, brains, { int32Data: [...brains] }, brainNumbers],
  ['uint4', 21, Uint8Array.of(0xf1, 0x0a), { int32Data: [0xf1, 0x0a] }, [1, 15, 10]],
  ['int4', 22, Uint8Array.of(0xf1, 0x07), { int32Data: [0xf1, 0x07] }, [1, -1, 7]],
];

describe.each(types)('%s', (_, dataType, raw, field, numbers) => {
  const dims = [BigInt(numbers.length)];
  const numbersOf = (parts: Partial<TensorProto>) => {
    const constant = constantOf(
      create(TensorProtoSchema, { dims, dataType, ...parts } as TensorProto),
      't',
      undefined,
    );
    return constant.kind === 'known' ? Array.from(constant.value.data) : constant.kind;
  };

  test('as raw bytes, wherever they lie in the file', () => {
    const shifted = new Uint8Array(raw.byteLength + 1);
    shifted.set(bytes(raw), 1);
    expect(numbersOf({ rawData: shifted.subarray(1) })).toEqual(numbers);
  });
  test('as a typed field', () => expect(numbersOf(field)).toEqual(numbers));
  test('without any numbers it is absent', () => expect(numbersOf({})).toBe('absent'));
});

test('no elements are no numbers missing', () => {
  const constant = constantOf(create(TensorProtoSchema, { dims: [0n], dataType: 1 }), 't', undefined);
  expect(constant).toMatchObject({ kind: 'known', value: { shape: [0], data: new Float32Array() } });
});
