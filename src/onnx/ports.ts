/** The model's inputs and their shapes: batch 1 first, whatever the file says of the batch; the rest must be known. */
import { fail } from '../errors.ts';
import type { Port } from '../model/model.ts';
import { type Shape, volume } from '../tensor/shape.ts';
import { checkRank } from './axes.ts';
import { type Element, storageOf } from './element.ts';
import type { GraphProto, ValueInfoProto } from './proto/onnx_pb.gen.ts';

export interface OnnxPort extends Port {
  readonly element: Element;
  /** The batch the file is fixed to; undefined where it is symbolic. */
  readonly fileBatch: number | undefined;
}

export function portsOf(
  graph: GraphProto,
  needed: ReadonlySet<string>,
  inputShapes: ReadonlyMap<string, Shape>,
): readonly OnnxPort[] {
  const initializers = new Set(graph.initializer.map(({ name }) => name));
  const inputs = graph.input.filter(({ name }) => !initializers.has(name));
  for (const name of inputShapes.keys())
    if (!inputs.some((input) => input.name === name))
      fail(`a shape is given for "${name}", which is no input of the model`, {
        hint: `inputs: ${inputs.map((input) => input.name).join(', ')}`,
      });
  return inputs
    .filter(({ name }) => needed.has(name))
    .map((input) => portOf(input, inputShapes.get(input.name)));
}

function portOf(input: ValueInfoProto, given: Shape | undefined): OnnxPort {
  const at = `input "${input.name}"`;
  const type = input.type?.value;
  if (type?.case !== 'tensorType') fail('it is not a tensor', { at });
  const element = storageOf(type.value.elemType).element;
  if (!['float', 'double', 'uint8', 'int8'].includes(element))
    fail(`it holds ${element}; images and features are float, or uint8 and int8 codes`, { at });
  // Exporters write 0 and -1 for "not known", as well as names and nothing.
  const inFile = type.value.shape?.dim.map(({ value }) =>
    value.case === 'dimValue' && value.value > 0n ? Number(value.value) : undefined,
  );
  const dims = given ? agreed(given, inFile, at) : inFile;
  if (dims) checkRank(dims.length, 'it');
  const hint = 'give its shape, e.g. inputShapes [1, 3, 224, 224]';
  if (!dims) fail('the file does not say its shape', { at, hint });
  if (dims.length < 2)
    fail(`it has ${dims.length} dimensions: a batch and at least one more are needed`, { at });
  const shape = dims.map((d, i) =>
    i === 0
      ? 1
      : (d ?? fail(`dimension ${i} of its shape [${dims.map((n) => n ?? '?')}] is open`, { at, hint })),
  );
  volume(shape, at);
  return { name: input.name, shape, element, fileBatch: inFile?.[0] };
}

function agreed(given: Shape, inFile: readonly (number | undefined)[] | undefined, at: string): Shape {
  const fits = given.length >= 2 && given[0] === 1 && given.every((d) => Number.isSafeInteger(d) && d >= 1);
  if (!fits) fail(`the given shape [${given}] must be whole numbers with batch 1 first`, { at });
  const same = inFile?.every((d, i) => i === 0 || d === undefined || d === given[i]);
  if (inFile && (inFile.length !== given.length || !same))
    fail(`the given shape [${given}] contradicts the file's [${inFile.map((d) => d ?? '?')}]`, { at });
  return given;
}
