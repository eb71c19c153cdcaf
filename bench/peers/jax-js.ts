/** jax-js on its WebAssembly backend, jitted value and gradient; convolution as given. */
import * as jax from '@jax-js/jax';
import { type Problem, RATE, type Runner, targets } from './problem.ts';

const { numpy: np, nn, jit, valueAndGrad } = jax;
type Array = jax.Array;
/** With its bias. */
export type Convolution = (x: Array, w: Array, b: Array) => Array;

export async function jaxRunner(
  problem: Problem,
  { name, convolve }: { name: string; convolve: Convolution },
): Promise<Runner> {
  const { batch, images, layers } = problem;
  await jax.init('wasm');
  jax.defaultDevice('wasm');
  const array = (data: Float32Array, shape: readonly number[]) => np.array(data).reshape([...shape]);
  // Arrays are counted: what is used again is asked for by `.ref`.
  const pool = (x: Array, side: number): Array => {
    const [N, C] = x.shape as [number, number];
    const even = x.slice([], [], [0, 2 * side], [0, 2 * side]).reshape([N, C, side, 2, side, 2]);
    return np.max(np.max(even, 5), 3);
  };
  const lossOf = (
    w1: Array,
    b1: Array,
    w2: Array,
    b2: Array,
    w3: Array,
    b3: Array,
    x: Array,
    t: Array,
  ): Array => {
    const first = pool(nn.relu(convolve(x, w1, b1)), 13);
    const second = pool(nn.relu(convolve(first, w2, b2)), 5);
    const scores = np.matmul(second.reshape([batch, 800]), w3.transpose()).add(b3);
    return np.mean(np.sum(nn.logSoftmax(scores, 1).mul(t), 1)).mul(-1);
  };
  const both = jit(valueAndGrad(lossOf, { argnums: [0, 1, 2, 3, 4, 5] }));
  let weights = layers.flatMap(({ conv: { K, C, R, S }, op, weight, bias }) => [
    array(weight!.data.slice(), op === 'fc' ? [K, C] : [K, C, R, S]),
    array(bias!.slice(), [K]),
  ]);
  const x = array(images, [batch, 1, 28, 28]);
  const t = array(targets(problem), [batch, 10]);
  const update = jit((w: Array, g: Array) => w.sub(g.mul(RATE)));
  return {
    name,
    threads: 1,
    async step() {
      const refs = weights.map((w) => w.ref) as [Array, Array, Array, Array, Array, Array];
      const [loss, gradients] = both(...refs, x.ref, t.ref) as unknown as [Array, Array[]];
      weights = weights.map((w, i) => update(w, gradients[i]!) as Array);
      await jax.blockUntilReady(weights);
      const data = (await loss.data()) as Float32Array;
      return data[0]!;
    },
  };
}
