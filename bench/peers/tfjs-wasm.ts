/**
 * TensorFlow.js on WebAssembly. It lacks the kernel for a convolution's weight gradient, so one is added here: the
 * convolution of the ifmap with the ofmap's gradient, axes N and C exchanged.
 */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import type { Problem } from './problem.ts';
import { tfjsRunner } from './tfjs.ts';

export function runner(problem: Problem) {
  const main = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(`${dirname(main)}/`);
  if (!tf.getKernel('Conv2DBackpropFilter', 'wasm'))
    tf.registerKernel({
      kernelName: 'Conv2DBackpropFilter',
      backendName: 'wasm',
      kernelFunc({ inputs }) {
        const [x, dy] = [inputs.x, inputs.dy] as [tf.Tensor4D, tf.Tensor4D];
        return tf.tidy(() => {
          const [turned, kernel] = [tf.transpose(x, [3, 1, 2, 0]), tf.transpose(dy, [1, 2, 0, 3])];
          return tf.transpose(tf.conv2d(turned, kernel, 1, 'valid'), [1, 2, 0, 3]);
        });
      },
    });
  return tfjsRunner(problem, 'wasm', 'wasm with a weight gradient added');
}
