import * as tf from '@tensorflow/tfjs-core';
import { compile, formatStepReport, useEngine } from '../../runtime/engine/index.ts';
import { formatProfile, profileStep } from '../../runtime/engine/profile.ts';
import type { BenchOptions } from '../main.ts';
import { type Comparison, compare, contender } from '../measure.ts';
import { generator } from '../networks.ts';
import { pytorch } from '../pytorch.ts';

const BATCH = 16;

/** StyleGAN2 128 × 128 with frozen weights: from w to the image, and the gradient of the image to w. */
export async function* generatorPart({ rounds, threads, python }: BenchOptions): AsyncIterable<Comparison> {
  await useEngine('onnx:cpu', { threads });
  const network = generator();
  const weights = tf.randomNormal([BATCH, 128, 128, 3]);
  const w = tf.randomNormal([BATCH, 512]) as tf.Tensor2D;
  const gradient = tf.grad((latent) => tf.sum(tf.mul(network.apply(latent as tf.Tensor2D), weights)));
  const step = compile((latent: tf.Tensor2D) => gradient(latent), { name: 'generator' });
  const report = step.prepare(w);
  // one iteration of the reference takes most of a minute: a single round, with one iteration
  const yardstick = python
    ? [
        pytorch('PyTorch, filters per sample', 'generator', 'forward_backward', {
          python,
          threads,
          batch: BATCH,
          warmup: 0,
          iterations: 1,
        }),
      ]
    : [];
  yield await compare(
    `StyleGAN2 generator, forward and gradient to w, batch ${BATCH}`,
    [...yardstick, contender('engine', () => step(w).dispose(), 1)],
    { rounds: python ? 1 : rounds, notes: report ? [formatStepReport(report)] : [] },
  );
  yield {
    title: "StyleGAN2 generator, where a step's time goes",
    results: [],
    notes: [],
    listing: formatProfile(profileStep(step, [w], { runs: 1 }), { rows: 8 }),
  };
  step.dispose();
  network.dispose();
  tf.dispose([weights, w]);
}
