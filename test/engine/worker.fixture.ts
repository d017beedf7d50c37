// An engine in a worker thread: answers each number with the loss and weight after that many training steps.
import { parentPort } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs-core';
import { Adam, compile, useEngine } from '../../runtime/engine/index.ts';

await useEngine('onnx:cpu', { threads: 1 });
const weight = tf.variable(tf.zeros([3, 1])) as tf.Variable<tf.Rank.R2>;
const optimizer = new Adam({ learningRate: 0.1 });
const x = tf.tensor2d([1, 2, 3, 4, 5, 7], [2, 3]);
const step = compile((input: tf.Tensor2D) => {
  const { value, grads } = tf.variableGrads(
    () => tf.mean(tf.square(tf.sub(tf.matMul(input, weight), 1))) as tf.Scalar,
    [weight],
  );
  optimizer.applyGradients(grads);
  return value;
});

parentPort?.on('message', (steps: number) => {
  const losses = Array.from({ length: steps }, () => tf.tidy(() => step(x).dataSync()[0] as number));
  parentPort?.postMessage({ losses, weight: weight.dataSync(), updates: optimizer.updates });
});
parentPort?.postMessage('ready');
