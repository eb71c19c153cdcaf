/** TensorFlow.js, eager, channels last as it wants them. */
import * as tf from '@tensorflow/tfjs';
import { type Problem, RATE, type Runner, targets } from './problem.ts';

export async function tfjsRunner(problem: Problem, backend: string, name: string): Promise<Runner> {
  const { batch, images, layers } = problem;
  await tf.setBackend(backend);
  await tf.ready();
  const weights = layers.map(({ conv: { K, C, R, S }, op, weight, bias }) => {
    // [K,C,R,S] -> [R,S,C,K]; the features of the fully connected layer lie channels last too.
    const w =
      op === 'fc'
        ? tf.reshape(tf.transpose(tf.tensor(weight!.data, [K, 32, C / 32]), [2, 1, 0]), [C, K])
        : tf.transpose(tf.tensor(weight!.data, [K, C, R, S]), [2, 3, 1, 0]);
    return { w: tf.variable(w), b: tf.variable(tf.tensor1d(bias!)) };
  });
  const x = tf.transpose(tf.tensor(images, [batch, 1, 28, 28]), [0, 2, 3, 1]) as tf.Tensor4D;
  const t = tf.tensor2d(targets(problem), [batch, 10]);
  const forward = (): tf.Scalar => {
    let value: tf.Tensor4D = x;
    for (const { w, b } of weights.slice(0, 2)) {
      const active = tf.relu(tf.add(tf.conv2d(value, w as tf.Tensor4D, 1, 'valid'), b)) as tf.Tensor4D;
      value = tf.maxPool(active, 2, 2, 'valid');
    }
    const { w, b } = weights[2]!;
    const scores = tf.add(tf.matMul(tf.reshape(value, [batch, 800]), w as tf.Tensor2D), b) as tf.Tensor2D;
    return tf.losses.softmaxCrossEntropy(t, scores) as tf.Scalar;
  };
  const optimiser = tf.train.sgd(RATE);
  return {
    name: `TensorFlow.js ${tf.version.tfjs}, ${name}`,
    threads: 1,
    async step() {
      if (tf.getBackend() !== backend) await tf.setBackend(backend);
      const loss = optimiser.minimize(forward, true)!;
      const [value] = await loss.data();
      loss.dispose();
      return value!;
    },
  };
}
