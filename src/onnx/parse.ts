/** Bytes to a ModelProto, or a sentence why not. The protobuf library bounds nesting at 100 levels and shares the file's memory. */
import { fromBinary } from '@bufbuild/protobuf';
import { fail } from '../errors.ts';
import { type GraphProto, type ModelProto, ModelProtoSchema } from './proto/onnx_pb.gen.ts';

/** Older operator sets differ in ways nobody exports any more: Add with an axis, BatchNormalization in place. */
const OLDEST_OPSET = 7;
/** The newest operator set whose changes were read when this was written (ONNX 1.20). */
export const NEWEST_OPSET = 25;

export interface OnnxFile {
  readonly proto: ModelProto;
  readonly graph: GraphProto;
  readonly opset: number;
}

export function parseOnnx(file: Uint8Array): OnnxFile {
  const proto = decode(file);
  const { graph } = proto;
  if (!graph || graph.node.length === 0)
    fail('the file holds no ONNX graph', { hint: 'is it an .onnx file, and complete?' });
  const opset = opsetOf(proto);
  if (opset < OLDEST_OPSET)
    fail(`the model uses ONNX opset ${opset}; ${OLDEST_OPSET} is the oldest that can be read`, {
      hint: 'convert it with onnx.version_converter, or export it anew',
    });
  return { proto, graph, opset };
}

function decode(file: Uint8Array): ModelProto {
  const hint = 'the file may be truncated, or not an ONNX model at all';
  if (file.byteLength === 0) fail('the file is empty', { hint });
  try {
    // A plain view: a Node Buffer's own slice would share what must be copied.
    return fromBinary(ModelProtoSchema, new Uint8Array(file.buffer, file.byteOffset, file.byteLength));
  } catch (error) {
    // Whatever the decoder throws (RangeError at a truncated field, nesting too deep), the file is to blame.
    return fail(`not a readable ONNX file: ${error instanceof Error ? error.message : String(error)}`, {
      hint,
    });
  }
}

function opsetOf({ opsetImport }: ModelProto): number {
  const versions = opsetImport.filter(({ domain }) => domain === '' || domain === 'ai.onnx');
  const [first] = versions;
  if (!first)
    fail('the model names no ONNX operator set', { hint: 'opset_import must hold the default domain' });
  if (versions.some(({ version }) => version !== first.version))
    fail('the model names two versions of the ONNX operator set');
  return Number(first.version);
}
