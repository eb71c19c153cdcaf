/** Small files that are wrong in one way, and the whole message they earn: what, where, what to try. */
import { toBinary } from '@bufbuild/protobuf';
import { UserError } from '../../src/errors.ts';
import { importOnnx, type OnnxOptions } from '../../src/onnx/import.ts';
import { type ModelProto, ModelProtoSchema } from '../../src/onnx/proto/onnx_pb.gen.ts';
import { floatTensor, type SmallGraph, smallFile, smallGraph } from './small-graph.ts';

export const image = { name: 'x', shape: ['N', 1, 4, 4] };
export const relu = { op: 'Relu', name: 'act', inputs: ['x'], outputs: ['y'] };
export const plain: SmallGraph = { inputs: [image], nodes: [relu], outputs: ['y'] };
export const weight = floatTensor([2, 1, 3, 3], ...Array.from({ length: 18 }, (_, i) => i));
export const conv = { op: 'Conv', name: 'c', inputs: ['x', 'w'], outputs: ['y'] };
export const convolved: SmallGraph = {
  inputs: [image],
  constants: new Map([['w', weight]]),
  nodes: [conv],
  outputs: ['y'],
};

export const model = (graph: SmallGraph, options: Partial<OnnxOptions> = {}) =>
  importOnnx(smallFile(graph), { name: 'test', ...options });

/** The file of a graph, after a change that no small graph can express. */
export function changed(graph: SmallGraph, change: (proto: ModelProto) => void): Uint8Array {
  const proto = smallGraph(graph);
  change(proto);
  return toBinary(ModelProtoSchema, proto);
}

/** The whole message: what, where, what to try. */
export function complaint(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [error.message, error.at, error.hint].filter(Boolean).join(' | ');
  }
  throw new Error('nothing was complained about');
}

export const complaintOf = (graph: SmallGraph, options: Partial<OnnxOptions> = {}): string =>
  complaint(() => model(graph, options));
export const complaintAt = (file: Uint8Array): string => complaint(() => importOnnx(file, { name: 'test' }));
