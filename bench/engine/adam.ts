import * as tf from '@tensorflow/tfjs-core';
import { Adam, compile, useEngine } from '../../runtime/engine/index.ts';
import type { BenchOptions } from '../main.ts';
import { type Comparison, compare, contender } from '../measure.ts';
import { encoderDecoder } from '../networks.ts';
import { pytorch } from '../pytorch.ts';

/** Updating 13 million weights: one pass in WebAssembly against TensorFlow.js' Adam, compiled. */
export async function* adamPart({ rounds, threads, python }: BenchOptions): AsyncIterable<Comparison> {
  await useEngine('onnx:cpu', { threads });
  const network = encoderDecoder();
  const gradients = network.variables.map(({ shape }) => tf.randomNormal(shape));
  const named = (tensors: readonly tf.Tensor[]) =>
    Object.fromEntries(network.variables.map(({ name }, i) => [name, tensors[i] as tf.Tensor]));
  const inPlace = new Adam({ learningRate: 1e-4, weightDecay: 5e-4 });
  const asOperations = tf.train.adam(1e-4);
  const pass = compile((...grads: tf.Tensor[]) => inPlace.applyGradients(named(grads)), { name: 'adam' });
  const operations = compile(
    (...grads: tf.Tensor[]) => asOperations.applyGradients(named(grads) as Record<string, tf.Variable>),
    {
      name: 'adam as operations',
    },
  );
  yield await compare(
    'Adam, 12,979,648 weights',
    [
      contender("TensorFlow.js' Adam, compiled", () => operations(...gradients), 4),
      contender('engine, one pass in WebAssembly', () => pass(...gradients), 10),
      ...(python
        ? [
            pytorch('PyTorch, with weight decay', 'encdec', 'adam', {
              python,
              threads,
              batch: 1,
              warmup: 1,
              iterations: 10,
            }),
          ]
        : []),
    ],
    { rounds },
  );
  operations.dispose();
  pass.dispose();
  inPlace.dispose();
  asOperations.dispose();
  network.dispose();
  tf.dispose(gradients);
}
