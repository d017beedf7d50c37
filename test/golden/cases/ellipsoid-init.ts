import * as tf from '@tensorflow/tfjs-core';
import { edDeconv } from '../../../nodes/network/ed-deconv.ts';
import { Adam, compile } from '../../../runtime/engine/index.ts';
import { hostScope } from '../../../runtime/nn/host-weights.ts';
import { loadNetwork } from '../../../runtime/nn/load.ts';
import { depthFromRaw, ELLIPSOID_FITS, ellipsoidDepth } from '../../../runtime/ops/index.ts';
import type { Check } from '../check.ts';
import type { GoldenCase } from '../fixture.ts';
import { fileOf, numberOf, recordOf } from '../network.ts';
import type { CaseHandler } from './handler.ts';

/** Fitting the depth network to the ellipsoid prior: the losses, and the network's output after it. */
export const ellipsoidFitting: CaseHandler = {
  family: 'ellipsoid-init',
  matches: (golden) =>
    golden.reference.includes('init_netD_ellipsoid') && golden.has('input_im', 'ellipsoid'),

  async run(golden, check) {
    const image = golden.image('input_im');
    const prior = ellipsoidDepth(golden.image('input_mask'), ELLIPSOID_FITS[String(golden.args.category)]);
    await check.tensor('ellipsoid', prior);
    await fitting(golden, check, image, prior);
  },
};

async function fitting(
  golden: GoldenCase,
  check: Check,
  image: tf.Tensor4D,
  prior: tf.Tensor,
): Promise<void> {
  const args = recordOf(golden.args, 'EDDeconv');
  const network = edDeconv({
    size: numberOf(args, 'size'),
    in: numberOf(args, 'cin'),
    out: numberOf(args, 'cout'),
    width: numberOf(args, 'nf'),
    groups: numberOf(args, 'gn_base'),
    latent: numberOf(args, 'zdim'),
    activation: 'none',
  });
  const weights = await loadNetwork(network, { ...fileOf(golden), entry: 'netD', network: 'the reference' });
  const variables = Object.fromEntries(
    [...weights].map(([name, { data, shape }]) => [
      name,
      tf.variable(tf.tensor(data, [...shape]), true, `golden/${name}`),
    ]),
  );
  const adam = recordOf(golden.args, 'adam');
  const [beta1, beta2] = adam.betas as [number, number];
  const optimizer = new Adam({
    learningRate: numberOf(adam, 'lr'),
    beta1,
    beta2,
    weightDecay: numberOf(adam, 'weight_decay'),
    name: 'golden/adam',
  });
  const range = { minDepth: golden.number('min_depth'), maxDepth: golden.number('max_depth') };
  const raw = (x: tf.Tensor4D) => network(hostScope(weights, variables))(x);
  const step = compile((x: tf.Tensor4D, target: tf.Tensor) => {
    const { value, grads } = tf.variableGrads(() => {
      const depth = depthFromRaw(tf.squeeze(raw(x), [3]), range);
      return tf.mean(tf.squaredDifference(depth, target)) as tf.Scalar;
    });
    optimizer.applyGradients(grads);
    return value;
  });
  try {
    const count = golden.number('iterations');
    const every = 100;
    const samples = golden.has('loss_every_100_of_1000')
      ? (golden.entry('loss_every_100_of_1000').shape[0] ?? 0)
      : 0;
    const losses: number[] = [];
    for (let i = 0; i < Math.max(count, (samples - 1) * every + 1); i++) {
      if (i === count) await check.image('depth_raw_after', raw(image));
      const loss = step(image, prior);
      losses.push((await loss.data())[0] as number);
      loss.dispose();
    }
    if (losses.length === count) await check.image('depth_raw_after', raw(image));
    check.values('loss_per_iteration', vector(losses.slice(0, count)));
    if (samples > 0) check.values('loss_every_100_of_1000', vector(losses.filter((_, i) => i % every === 0)));
  } finally {
    step.dispose();
    optimizer.dispose();
    for (const variable of Object.values(variables)) variable.dispose();
  }
}

function vector(values: readonly number[]) {
  return { values: Float32Array.from(values), shape: [values.length] };
}
