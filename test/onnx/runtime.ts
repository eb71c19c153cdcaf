/** ONNX Runtime as the oracle: a development tool, so tests that ask it are skipped by name where it is not installed. */
import { createRequire } from 'node:module';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, ValueInfoProtoSchema } from '../../src/onnx/proto/onnx_pb.gen.ts';
import type { Shape } from '../../src/tensor/shape.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';

type Numbers = Float32Array | Uint8Array | Int8Array;
interface OrtTensor {
  readonly dims: readonly number[];
  readonly data: Numbers;
}
interface Metadata {
  readonly name: string;
  readonly shape: readonly (number | string)[];
}
interface Session {
  readonly run: (feeds: Record<string, OrtTensor>) => Promise<Record<string, OrtTensor>>;
  readonly outputNames: readonly string[];
  readonly outputMetadata: readonly Metadata[];
  readonly release: () => Promise<void>;
}
interface Ort {
  readonly Tensor: new (type: string, data: Numbers, dims: readonly number[]) => OrtTensor;
  readonly InferenceSession: { create: (model: Uint8Array, options: object) => Promise<Session> };
}

function load(): Ort | undefined {
  try {
    return createRequire(new URL('../../tools/package.json', import.meta.url))('onnxruntime-node') as Ort;
  } catch {
    return undefined;
  }
}

export const ort = load();
export const noOrt = ort ? '' : ' (skipped: onnxruntime-node is not installed; npm ci --prefix tools)';

/** Without optimisation ONNX Runtime computes node by node, as written; with it, QDQ pairs are fused into integer kernels. */
const PLAIN = { graphOptimizationLevel: 'disabled', intraOpNumThreads: 1, logSeverityLevel: 4 };

export const session = (file: Uint8Array): Promise<Session> => ort!.InferenceSession.create(file, PLAIN);

/** A feed: float unless integer codes are asked for. */
export type Feed = Tensor & { readonly codes?: 'uint8' | 'int8' | undefined };

/** Run the file and return its outputs in order. */
export async function answers(
  file: Uint8Array,
  feeds: ReadonlyMap<string, Feed>,
): Promise<readonly Tensor[]> {
  const run = await session(file);
  try {
    const given: Record<string, OrtTensor> = {};
    for (const [name, { shape, data, codes }] of feeds)
      given[name] =
        codes === 'uint8'
          ? new ort!.Tensor('uint8', Uint8Array.from(data), shape)
          : codes === 'int8'
            ? new ort!.Tensor('int8', Int8Array.from(data), shape)
            : new ort!.Tensor('float32', data, shape);
    const results = await run.run(given);
    return run.outputNames.map((name) => {
      const { dims, data } = results[name]!;
      return { shape: [...dims], data: Float32Array.from(data) };
    });
  } finally {
    await run.release();
  }
}

/** The file with those values as further outputs, in that order, after its own. */
export function withEveryValue(file: Uint8Array, names: readonly string[]): Uint8Array {
  const proto = fromBinary(ModelProtoSchema, file);
  const { output } = proto.graph!;
  const own = new Map(output.map((info) => [info.name, info]));
  // An output twice is invalid: one that the file has already is moved to its new place.
  proto.graph!.output = [
    ...output.filter(({ name }) => !names.includes(name)),
    ...names.map((name) => own.get(name) ?? create(ValueInfoProtoSchema, { name })),
  ];
  return toBinary(ModelProtoSchema, proto);
}

/** Shapes ONNX Runtime infers for the outputs. */
export async function inferredShapes(file: Uint8Array): Promise<ReadonlyMap<string, Shape>> {
  const run = await session(file);
  try {
    return new Map(run.outputMetadata.map(({ name, shape }) => [name, shape.map(Number)]));
  } finally {
    await run.release();
  }
}
