/** ONNX Runtime (onnxruntime-node) on a gradient graph made by hand, the update of the weights in the graph; one thread. */
import { createRequire } from 'node:module';
import type { PoolLayer } from '../../src/model/layer.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { classifierWay, convWay, GradientGraph, poolWay, type Way } from '../../test/onnx/gradient-graph.ts';
import { type Problem, RATE, type Runner } from './problem.ts';

/** Weights come in as inputs. */
class TrainedGraph extends GradientGraph {
  readonly weights = new Map<string, Tensor>();
  override parameter(name: string, tensor: Tensor): string {
    this.weights.set(name, tensor);
    return name;
  }
}

export async function runner({ model, batch, images, labels, layers }: Problem): Promise<Runner> {
  const ort = createRequire(new URL('../../tools/package.json', import.meta.url))('onnxruntime-node');
  const g = new TrainedGraph();
  const ways: Way[] = [];
  let value = 'x';
  let shape: readonly number[] = [1, 1, 28, 28];
  for (const layer of model.layers) {
    const way =
      layer.op === 'conv'
        ? convWay(g, value, layer)
        : layer.op === 'maxPool'
          ? poolWay(g, value, layer as PoolLayer, { batch, input: shape })
          : undefined;
    if (!way) continue;
    ways.push(way);
    value = way.y;
    shape = layer.shape;
  }
  const end = classifierWay(g, g.reshape(value, [batch, -1]), { layer: layers.at(-1)!, labels });
  const gradients = new Map(end.gradients);
  let gradient = g.reshape(end.dx, [batch, ...shape.slice(1)]);
  for (const way of ways.toReversed()) {
    const back = way.back(gradient);
    for (const [name, output] of back.gradients) gradients.set(name, output);
    gradient = back.dx;
  }
  const rate = g.scalar(RATE);
  const updated = new Map(
    [...gradients].map(([name, dw]) => {
      const flat = g.reshape(dw, g.weights.get(name)!.shape);
      return [name, g.node('Sub', [name, g.node('Mul', [flat, rate])])] as const;
    }),
  );
  const inputs = [
    { name: 'x', shape: [batch, 1, 28, 28] },
    ...[...g.weights].map(([name, { shape }]) => ({ name, shape })),
  ];
  const session = await ort.InferenceSession.create(g.file(inputs, [end.loss, ...updated.values()]), {
    graphOptimizationLevel: 'all',
    intraOpNumThreads: 1,
    logSeverityLevel: 4,
  });
  const feeds: Record<string, unknown> = { x: new ort.Tensor('float32', images, [batch, 1, 28, 28]) };
  for (const [name, { shape, data }] of g.weights)
    feeds[name] = new ort.Tensor('float32', data.slice(), shape);
  return {
    name: `ONNX Runtime ${ort.env.versions.node ?? ort.env.versions.common}, gradient graph`,
    threads: 1,
    async step() {
      const results = await session.run(feeds);
      for (const [name, output] of updated) feeds[name] = results[output];
      return results[end.loss].data[0];
    },
  };
}
