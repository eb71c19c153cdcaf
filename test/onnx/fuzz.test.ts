/** Files with bytes or fields changed: read, or refused in a sentence; never a crash, never a stall. */
import { readFileSync } from 'node:fs';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { exportOnnx } from '../../src/onnx/export.ts';
import { importOnnx } from '../../src/onnx/import.ts';
import { operators } from '../../src/onnx/ops/index.ts';
import { ModelProtoSchema } from '../../src/onnx/proto/onnx_pb.gen.ts';
import { type Random, seeded } from '../../src/tensor/random.ts';
import { dataDir, dataFile } from '../data.ts';
import { everyLayer } from './every-layer.ts';

const ROUNDS = Number(process.env.SENSE_FUZZ_ROUNDS ?? 300);
type Mutation = (file: Uint8Array, random: Random) => Uint8Array;

const pick = <T>(list: readonly T[], random: Random): T => list[random.below(list.length)]!;

/** A few bytes overwritten, flipped, repeated; now and then the rest of the file cut off. */
const bytes: Mutation = (file, random) => {
  const out = new Uint8Array(file); // a copy: slice of a Buffer shares its bytes
  for (let i = 0; i <= random.below(3); i++) {
    const at = random.below(out.length);
    const kind = random.below(16);
    if (kind < 6) out[at] = random.below(256);
    else if (kind < 10) out[at] = out[at]! ^ (1 << random.below(8));
    else if (kind < 13) out[at] = pick([0, 1, 127, 128, 255], random);
    else if (kind < 15) out.copyWithin(at, random.below(out.length), at + random.below(8));
    else return out.subarray(0, at);
  }
  return out;
};

const extremes = [
  0n,
  1n,
  -1n,
  2n,
  3n,
  7n,
  64n,
  1024n,
  4097n,
  2n ** 20n,
  2n ** 31n,
  2n ** 53n,
  2n ** 62n,
  -(2n ** 63n),
];

/** A valid protobuf with a field that its graph did not have: sizes, names, operators, types. */
const fields: Mutation = (file, random) => {
  const proto = fromBinary(ModelProtoSchema, file);
  const { node, initializer, input, output } = proto.graph!;
  const names = [...node.flatMap((n) => [...n.input, ...n.output]), ...initializer.map((t) => t.name)];
  const one = pick(node, random);
  const tensor = initializer.length ? pick(initializer, random) : undefined;
  const changes: (() => void)[] = [
    () =>
      (one.opType = pick(
        [...operators.keys()].filter((name) => !name.includes(':')),
        random,
      )),
    () => (one.input[random.below(one.input.length + 1)] = pick(names, random)),
    () => one.input.splice(random.below(one.input.length + 1), 1),
    () => (one.output[0] = pick(names, random)),
    () => one.attribute.splice(random.below(one.attribute.length + 1), 1),
    () => {
      for (const a of one.attribute)
        if (a.ints.length) a.ints[random.below(a.ints.length + 1)] = pick(extremes, random);
    },
    () => {
      for (const a of one.attribute) a.i = pick(extremes, random);
    },
    () => {
      for (const a of one.attribute)
        if (a.type === 1) a.f = pick([0, -1, 1e38, Number.NaN, Number.POSITIVE_INFINITY], random);
    },
    () => tensor && (tensor.dims[random.below(tensor.dims.length + 1)] = pick(extremes, random)),
    () => tensor && (tensor.dataType = random.below(25)),
    () => tensor && (tensor.rawData = tensor.rawData.map(() => random.below(256))),
    () => tensor && (tensor.rawData = new Uint8Array()),
    () => {
      for (const t of initializer)
        if (t.dataType === 7 && t.rawData.length >= 8 && random.below(3) === 0) {
          const wide = new BigInt64Array(new Uint8Array(t.rawData).buffer);
          wide[random.below(wide.length)] = pick(extremes, random);
          t.rawData = new Uint8Array(wide.buffer);
        }
    },
    () => (proto.opsetImport[0]!.version = BigInt(random.below(26))),
    () => {
      const type = pick(input, random).type?.value;
      const dims = type?.case === 'tensorType' ? (type.value.shape?.dim ?? []) : [];
      if (dims.length) pick(dims, random).value = { case: 'dimValue', value: pick(extremes, random) };
    },
    () => (pick(output, random).name = pick(names, random)),
    () => node.splice(random.below(node.length), 1),
  ];
  for (let i = 0; i <= random.below(2); i++) pick(changes, random)();
  return toBinary(ModelProtoSchema, proto);
};

function fuzz(name: string, file: Uint8Array, mutate: Mutation): void {
  const random = seeded(1, name);
  let [refused, slowest] = [0, 0];
  for (let round = 0; round < ROUNDS; round++) {
    const changed = mutate(file, random.stream(`${round}`));
    const start = performance.now();
    try {
      importOnnx(changed, { name, external: () => undefined });
    } catch (error) {
      if (!(error instanceof UserError)) throw new Error(`round ${round} of ${name}`, { cause: error });
      refused++;
    }
    slowest = Math.max(slowest, performance.now() - start);
  }
  expect(refused, 'files refused').toBeGreaterThan(0);
  expect(refused, 'files read').toBeLessThan(ROUNDS);
  expect(slowest, 'milliseconds for the slowest file').toBeLessThan(5_000);
}

const mutations = [
  ['bytes', bytes],
  ['fields', fields],
] as const;

test.each(mutations)('%s of a file we wrote', (_, mutate) => {
  fuzz('every layer', exportOnnx(everyLayer()), mutate);
});

describe.skipIf(!dataDir())('real files (skipped without networks: set SENSE_DATA_DIR)', () => {
  const files = [
    'onnx_topologies/light_squeezenet',
    'onnx_topologies/zigzag_resnet18',
    'onnx_with_weights/mnist_cntk',
    'onnx_with_weights/mlperf_tiny_ds_cnn',
  ];
  test.each(files.flatMap((file) => mutations.map(([what, mutate]) => [what, file, mutate] as const)))(
    '%s of %s',
    (_, name, mutate) => {
      fuzz(name, readFileSync(dataFile(`models/${name}.onnx`)), mutate);
    },
  );
});
