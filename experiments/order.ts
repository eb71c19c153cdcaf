/**
 * What an order of channels is worth, where rows run ahead and where they wait for each other: conv images/s by the cost
 * model with channels in their own order, in one order a layer (by taps; by their work in other images; by that in the
 * image itself, an oracle), and sorted tile by tile.
 *
 *   SENSE_DATA_DIR=<data> npx tsx experiments/order.ts        -> results/order.json, a table on stdout
 *
 * Real networks are pruned in one shot to one half zeros; images that calibrate are not run. The zoo's synthetic images
 * have nothing in common, so nothing can be calibrated on: there the image's own channel densities are blurred until
 * their ranks correlate with the true ones as those of the real networks do ("blurred"; the same for real ones, to judge it by).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gatherInputs } from '../cli/inputs/gather.ts';
import { ownChoice, ruleFor } from '../src/accel/rule-choice.ts';
import { sense } from '../src/accel/sense.ts';
import type { Arch } from '../src/arch/arch.ts';
import { convLayers, type Model } from '../src/model/model.ts';
import type { LayerWork } from '../src/model/work.ts';
import { findZoo } from '../src/model/zoo/index.ts';
import { importOnnx } from '../src/onnx/import.ts';
import { fold } from '../src/quantize/fold.ts';
import { postTraining } from '../src/quantize/post-training.ts';
import { type ChannelOrder, orderByWork, ownOrder } from '../src/schedule/channel-order.ts';
import { channelWork } from '../src/schedule/channel-work.ts';
import { wavesApart } from '../src/schedule/weight-banks.ts';
import { type Random, seeded } from '../src/tensor/random.ts';
import type { ByteData, Tensor } from '../src/tensor/tensor.ts';
import { measureBatch } from '../src/workload/measured-works.ts';
import { pruneModel } from '../src/workload/prune-model.ts';
import { syntheticWorks } from '../src/workload/synthetic-works.ts';
import { writeResult } from './lib/write.ts';

const data = process.env.SENSE_DATA_DIR;
if (!data) {
  console.error(
    '✖ this experiment reads real networks and images\n  try  SENSE_DATA_DIR=<data> npx tsx experiments/order.ts',
  );
  process.exit(2);
}

const { arch } = sense;
const rule = ruleFor(sense, arch, ownChoice(sense, 0.5, arch));
const onlyConv = (works: Iterable<LayerWork>): readonly LayerWork[] =>
  [...works].filter(({ op }) => op === 'conv');
type Pace = Arch['pace'];
const PACES: readonly Pace[] = ['free', 'lock-step'];
const cycles = (work: LayerWork, pace: Pace, order?: ChannelOrder): number =>
  sense.cost({ ...work, order }, { ...arch, pace, rearrange: order ? 'static' : 'per-tile' }).cycles;

/** Cycles of all that is run, by pace and order. */
type Sums = Readonly<Record<Pace, Map<string, number>>>;
const noSums = (): Sums => ({ free: new Map(), 'lock-step': new Map() });
/** An order may depend on the pace; undefined: tile by tile. */
function add(
  sums: Sums,
  id: string,
  work: LayerWork,
  orderAt: (pace: Pace) => ChannelOrder | undefined,
): void {
  for (const pace of PACES) sums[pace].set(id, (sums[pace].get(id) ?? 0) + cycles(work, pace, orderAt(pace)));
}

interface Known {
  /** Non-zeros and work of each channel in each calibration image. */
  readonly work: readonly Float64Array[];
  readonly nonZeros: readonly Float64Array[];
}

const nonZeros = ({ conv: { C, H, W } }: LayerWork, ifmap: ByteData): Float64Array =>
  Float64Array.from({ length: C }, (_, c) => {
    let count = 0;
    for (let i = c * H * W; i < (c + 1) * H * W; i++) if (ifmap[i] !== 0) count++;
    return count;
  });
const sum = (all: readonly Float64Array[]): Float64Array =>
  all.reduce((total, each) => total.map((x, c) => x + each[c]!));

/** position of each value among all, most first; ties by place */
function ranks(values: ArrayLike<number>): readonly number[] {
  const order = Array.from({ length: values.length }, (_, i) => i).sort(
    (a, b) => values[b]! - values[a]! || a - b,
  );
  const rank = new Array<number>(values.length);
  for (const [place, i] of order.entries()) rank[i] = place;
  return rank;
}

/** Spearman's. */
function rankCorrelation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [ra, rb] = [ranks(a), ranks(b)];
  const n = ra.length;
  const squares = ra.reduce((total, rank, i) => total + (rank - rb[i]!) ** 2, 0);
  return n < 2 ? 1 : 1 - (6 * squares) / (n * (n * n - 1));
}

/** The values dealt anew, so that their ranks correlate with the true ones so well. */
function blurred(values: Float64Array, correlation: number, random: Random): Float64Array {
  const normals = (): number[] => Array.from(values, () => random.normal()).sort((a, b) => b - a);
  const scores = normals();
  const noisy = ranks(values).map(
    (rank) => correlation * scores[rank]! + Math.sqrt(1 - correlation ** 2) * random.normal(),
  );
  const sorted = values.toSorted().toReversed();
  return Float64Array.from(ranks(noisy), (rank) => sorted[rank]!);
}

/** By the work of virtual channels, for each pace. */
const byWork = ({ conv, weight }: LayerWork, work: Float64Array) => {
  const { slices, mostTaps } = channelWork(conv, weight.data, arch);
  const { groups } = conv;
  const { rows } = arch.array;
  return (pace: Pace): ChannelOrder =>
    orderByWork(work, slices, { groups, pixels: 1, rows, banks: wavesApart(mostTaps, { ...arch, pace }) });
};

/** One layer of one image in every order that needs no calibration. */
function runLayer(work: LayerWork, correlation: number, sums: Sums): void {
  const { conv, weight, ifmaps, name } = work;
  const { of, slices } = channelWork(conv, weight.data, arch);
  const dense = of(undefined);
  const guess = blurred(nonZeros(work, ifmaps[0]!), correlation, seeded(1, `blur ${name}`));
  add(sums, 'own', work, () => ownOrder(conv.C));
  add(sums, 'taps', work, byWork(work, dense));
  add(
    sums,
    'blurred',
    work,
    byWork(
      work,
      dense.map((x, v) => x * guess[Math.floor(v / slices)]!),
    ),
  );
  add(sums, 'oracle', work, byWork(work, of(ifmaps[0])));
  add(sums, 'per tile', work, () => undefined);
}

const perSecond = (sums: Sums, images: number) =>
  Object.fromEntries(
    PACES.map((pace) => [
      pace,
      Object.fromEntries([...sums[pace]].map(([id, n]) => [id, (images * arch.clock) / n])),
    ]),
  );

interface Real {
  readonly file: string;
  readonly images: string;
  readonly preprocess: string;
  readonly calibrate: readonly number[]; // images, the last number most
  readonly run: number;
}

const REAL: readonly Real[] = [
  { file: 'googlenet_bvlc', images: 'images/imagenet50', preprocess: 'caffe', calibrate: [1, 4, 16], run: 4 },
  { file: 'squeezenet1_1', images: 'images/imagenet50', preprocess: 'caffe', calibrate: [1, 4, 16], run: 6 },
  {
    ...{ file: 'resnet20_cifar10', images: 'datasets/cifar10/test.c10.gz', preprocess: 'torchvision' },
    ...{ calibrate: [1, 16, 64], run: 16 },
  },
];

const quiet = { step: () => {}, note: () => {}, clear: () => {} };

async function runReal({ file, images, preprocess, calibrate, run }: Real) {
  const model = importOnnx(readFileSync(join(data!, `models/${file}.onnx`)), { name: file });
  const most = calibrate.at(-1)!;
  const { inputs } = await gatherInputs(model, {
    ...{ paths: [join(data!, images)], limit: most + run, preprocess, progress: quiet },
  });
  const values = inputs.map((input) => input.values);
  const { quantized } = postTraining(pruneModel(fold(model), rule).model, values.slice(0, most));
  const measured = (input: ReadonlyMap<string, Tensor>): readonly LayerWork[] =>
    onlyConv(measureBatch(quantized, [input]).works);
  const known = new Map<string, Known>();
  for (const input of values.slice(0, most))
    for (const work of measured(input)) {
      const { work: before = [], nonZeros: counts = [] } = known.get(work.name) ?? {};
      known.set(work.name, {
        work: [...before, channelWork(work.conv, work.weight.data, arch).of(work.ifmaps[0])],
        nonZeros: [...counts, nonZeros(work, work.ifmaps[0]!)],
      });
    }
  const works = values.slice(most).flatMap(measured);
  // Layers count by their cycles.
  let [weighed, all] = [0, 0];
  for (const work of works) {
    if (work.conv.C / work.conv.groups === 1) continue;
    const n = cycles(work, 'lock-step', ownOrder(work.conv.C));
    weighed += n * rankCorrelation(sum(known.get(work.name)!.nonZeros), nonZeros(work, work.ifmaps[0]!));
    all += n;
  }
  const correlation = weighed / all;
  const sums = noSums();
  for (const work of works) {
    for (const count of calibrate)
      add(
        sums,
        `calibrated on ${count}`,
        work,
        byWork(work, sum(known.get(work.name)!.work.slice(0, count))),
      );
    runLayer(work, correlation, sums);
  }
  return { network: file, images: run, rankCorrelation: correlation, imagesPerSecond: perSecond(sums, run) };
}

function runZoo(name: string, correlation: number) {
  const entry = findZoo(name);
  const model: Model = fold(entry.build());
  const works = syntheticWorks(
    model,
    {
      ifmapDensity: (layer) => entry.densities!.get(layer.name)!.ifmap,
      ofmapDensity: (layer) => entry.ofmapDensities.get(layer.name)?.ofmap,
      ...{ rule, batch: 1, random: seeded(1, model.name) },
    },
    ({ op }) => op === 'conv',
  );
  const sums = noSums();
  for (const work of works) runLayer(work, correlation, sums);
  return { network: name, layers: convLayers(model).length, imagesPerSecond: perSecond(sums, 1) };
}

const real = [];
for (const each of REAL) real.push(await runReal(each));
// ImageNet networks alone: ResNet-20's few channels are sorted otherwise.
const correlation = (real[0]!.rankCorrelation + real[1]!.rankCorrelation) / 2;
const synthetic = ['alexnet', 'vgg16', 'resnet50', 'googlenet'].map((name) => runZoo(name, correlation));
writeResult('order', { schema: 'sense.order/1', correlation, real, synthetic });
for (const { network, imagesPerSecond } of [...synthetic, ...real])
  for (const [pace, rates] of Object.entries(imagesPerSecond))
    process.stdout.write(
      `${network}, ${pace}: ${Object.entries(rates)
        .map(([id, n]) => `${id} ${Number(n.toPrecision(3))}`)
        .join(', ')}\n`,
    );
for (const { network, rankCorrelation: rank } of real)
  process.stdout.write(`${network}: rank correlation ${rank.toFixed(2)}\n`);
