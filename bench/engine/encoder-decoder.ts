import * as tf from '@tensorflow/tfjs-core';
import { Adam, compile, formatStepReport, useEngine } from '../../runtime/engine/index.ts';
import { formatProfile, profileStep } from '../../runtime/engine/profile.ts';
import type { BenchOptions } from '../main.ts';
import { type Comparison, compare, contender } from '../measure.ts';
import { encoderDecoder } from '../networks.ts';
import { pytorch } from '../pytorch.ts';

/** A training step of the encoder–decoder: forward, mean absolute error, backward, Adam with weight decay. */
export async function* encoderDecoderPart(options: BenchOptions): AsyncIterable<Comparison> {
  const { rounds, threads, python } = options;
  await useEngine('onnx:cpu', { threads });
  for (const [batch, iterations] of [
    [1, 10],
    [8, 3],
  ] as const) {
    const network = encoderDecoder();
    const optimizer = new Adam({ learningRate: 1e-4, weightDecay: 5e-4 });
    const target = tf.randomUniform([batch, 64, 64, 1]);
    const loss = (x: tf.Tensor4D) => tf.mean(tf.abs(tf.sub(network.apply(x), target))) as tf.Scalar;
    const gradients = (x: tf.Tensor4D) => tf.variableGrads(() => loss(x), [...network.variables]);
    const step = compile(
      (x: tf.Tensor4D) => {
        const { value, grads } = gradients(x);
        optimizer.applyGradients(grads);
        return value;
      },
      { name: 'encoder-decoder' },
    );
    const backward = compile((x: tf.Tensor4D) => gradients(x), { name: 'gradients' });
    const images = tf.randomUniform([batch, 64, 64, 3], -1, 1) as tf.Tensor4D;
    const work = (body: (x: tf.Tensor4D) => unknown) => () => tf.dispose(body(images) as tf.TensorContainer);
    const reference = python ? { python, threads, batch, warmup: 2, iterations } : undefined;
    const report = step.prepare(images);
    yield await compare(
      `Encoder–decoder, training step, batch ${batch}`,
      [
        ...(reference ? [pytorch('PyTorch', 'encdec', 'step', reference)] : []),
        contender('engine', work(step), iterations),
      ],
      { rounds, notes: report ? [formatStepReport(report)] : [] },
    );
    yield await compare(
      `Encoder–decoder, forward and backward, batch ${batch}`,
      [
        ...(reference ? [pytorch('PyTorch', 'encdec', 'forward_backward', reference)] : []),
        contender('engine', work(backward), iterations),
      ],
      { rounds },
    );
    yield {
      title: `Encoder–decoder, where a step's time goes, batch ${batch}`,
      results: [],
      notes: [],
      listing: formatProfile(profileStep(step, [images]), { rows: 8 }),
    };
    step.dispose();
    backward.dispose();
    optimizer.dispose();
    network.dispose();
    tf.dispose([target, images]);
  }
}
