/**
 * Top-1 of every real network at hand in fp32 and in integers, dense and with half of its weights pruned in one shot.
 *
 *   SENSE_DATA_DIR=<data> npx tsx experiments/int8.ts        -> results/int8.json, a table on stdout
 *
 * The ImageNet samples are 50 hand-picked images, so their accuracies compare columns, not networks.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { main } from '../cli/main.ts';
import type { Report } from '../src/index.ts';

const data = process.env.SENSE_DATA_DIR;
if (!data) {
  console.error(
    '✖ this experiment reads real networks and images\n  try  SENSE_DATA_DIR=<data> npx tsx experiments/int8.ts',
  );
  process.exit(2);
}

const photos = [
  ...['--input', join(data, 'images/imagenet50')],
  ...['--labels', join(data, 'images/synset_words.txt')],
];
const digits = ['--input', join(data, 'datasets/mnist/t10k-images-idx3-ubyte.gz'), '--limit', '1000'];
const cifar = ['--input', join(data, 'datasets/cifar10/test.c10.gz'), '--limit', '1000'];

const networks: readonly (readonly [file: string, flags: readonly string[]])[] = [
  ['squeezenet1_1', [...photos, '--preprocess', 'caffe']],
  ['googlenet_bvlc', [...photos, '--preprocess', 'caffe']],
  ['mobilenet_v1_0.25_128_fp32', [...photos, '--preprocess', 'mobilenet']],
  ['mobilenet_v1_0.25_128_qdq', [...photos, '--preprocess', 'mobilenet']],
  ['resnet20_cifar10', [...cifar, '--preprocess', 'torchvision']],
  ['lenet5_mnist', [...digits, '--preprocess', 'lenet']],
];

async function reportOf(...argv: readonly string[]): Promise<Report> {
  let out = '';
  const collect = new Writable({
    write(chunk, _, done) {
      out += String(chunk);
      done();
    },
  });
  const io = {
    stdout: collect,
    stderr: process.stderr,
    cwd: process.cwd(),
    colour: false,
    liveProgress: false,
  };
  const code = await main(['run', ...argv, '--json', '--quiet'], { io });
  if (code !== 0) process.exit(code);
  return JSON.parse(out) as Report;
}

const rows = [];
for (const [file, flags] of networks) {
  const model = join(data, `models/${file}.onnx`);
  const dense = await reportOf(model, ...flags, '--rule', 'none');
  const half = await reportOf(model, ...flags, '--sparsity', '0.5');
  const row = {
    network: file,
    images: dense.accuracy!.images,
    fp32: dense.accuracy!.fp32Top1,
    int8: dense.accuracy!.integerTop1,
    int8AgreesWithFp32: dense.accuracy!.top1Agreement,
    int8OneShotHalf: half.accuracy!.integerTop1,
    imagesPerSecond: { unpruned: dense.totals.imagesPerSecond, half: half.totals.imagesPerSecond },
  };
  rows.push(row);
  console.log(JSON.stringify(row));
}
const command = 'SENSE_DATA_DIR=<data> npx tsx experiments/int8.ts';
writeFileSync(
  'results/int8.json',
  `${JSON.stringify({ schema: 'sense.int8/1', command, rows }, undefined, 2)}\n`,
);
