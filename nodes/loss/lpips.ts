import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { conv } from '../../runtime/nn/layers.ts';
import { loadNetwork } from '../../runtime/nn/load.ts';
import { Scope } from '../../runtime/nn/scope.ts';
import { checkpointFile, defineNode, initial, port } from '../../runtime/node.ts';
import { maxPool2d } from '../../runtime/ops/max-pool.ts';

/** VGG16's stages: channels, and the positions of their convolutions in torchvision's `features`. */
const VGG16 = [
  { width: 64, convolutions: [0, 2] },
  { width: 128, convolutions: [5, 7] },
  { width: 256, convolutions: [10, 12, 14] },
  { width: 512, convolutions: [17, 19, 21] },
  { width: 512, convolutions: [24, 26, 28] },
] as const;

// The mean and deviation of ImageNet for images in [-1, 1], as LPIPS rounds them.
const SHIFT = [-0.03, -0.088, -0.188];
const SCALE = [0.458, 0.448, 0.45];

// Keeps features that are zero everywhere finite, in value and in gradient.
const EPSILON = 1e-10;

/** The features of VGG16 (Simonyan and Zisserman 2015) before each of its poolings: image [B,H,W,3] to five maps. */
export function vgg16(scope: Scope): (image: tf.Tensor4D) => tf.Tensor4D[] {
  let inputs = 3;
  const stages = VGG16.map(({ width, convolutions }) =>
    convolutions.map((position) => {
      const layer = conv({ in: inputs, out: width, kernel: 3, padding: 1, bias: true });
      inputs = width;
      return layer(scope.at('features').at(position));
    }),
  );
  return (image) => {
    const features: tf.Tensor4D[] = [];
    let x = image;
    for (const [i, stage] of stages.entries()) {
      if (i > 0) x = maxPool2d(x, { kernel: 2 });
      x = stage.reduce((y, layer) => tf.relu(layer(y)), x);
      features.push(x);
    }
    return features;
  };
}

/** The weights of each stage's channels, [1,1,C,1]. */
function lpipsHeads(scope: Scope): tf.Tensor4D[] {
  return VGG16.map(({ width }, i) =>
    scope.get<tf.Rank.R4>(`lin${i}.model.1.weight`, [1, 1, width, 1], initial.constant(1 / width)),
  );
}

/** LPIPS of two images [B,H,W,3] in [-1, 1]: what each of VGG16's stages adds, [B,1]. */
export function lpips(scope: Scope): (a: tf.Tensor4D, b: tf.Tensor4D) => tf.Tensor2D[] {
  const features = vgg16(scope);
  const heads = lpipsHeads(scope);
  return (a, b) => {
    const [left, right] = [features(standardised(a)), features(standardised(b))];
    return heads.map((head, i) => {
      const difference = tf.sub(unit(left[i] as tf.Tensor4D), unit(right[i] as tf.Tensor4D));
      // The mean over pixels comes first: the head is linear.
      const energy = tf.mean<tf.Tensor2D>(tf.square(difference), [1, 2]);
      return tf.matMul(energy, tf.reshape(head, [head.shape[2], 1]));
    });
  };
}

function standardised(image: tf.Tensor4D): tf.Tensor4D {
  return tf.div(tf.sub(image, tf.tensor1d(SHIFT)), tf.tensor1d(SCALE));
}

/** Every pixel's features, scaled to length 1. */
function unit(features: tf.Tensor4D): tf.Tensor4D {
  const length = tf.sqrt(tf.add(tf.sum(tf.square(features), 3, true), EPSILON ** 2));
  return tf.div(features, tf.add(length, EPSILON));
}

export const lpipsNode = defineNode({
  type: 'loss/lpips',
  version: 1,
  title: 'Perceptual distance',
  description:
    'LPIPS, version 0.1 (Zhang et al. 2018, "The Unreasonable Effectiveness of Deep Features as a Perceptual ' +
    'Metric"): the squared difference of normalised VGG16 features, weighted per channel by learnt heads, averaged ' +
    'over pixels and summed over five layers.',
  params: Type.Object({
    checkpoint: checkpointFile(
      'VGG16 as torchvision saves it, with the heads where they have no file of their own',
    ),
    heads: Type.String({
      description:
        'The heads, as LPIPS saves them (lin0.model.1.weight, …); empty where they are in the checkpoint',
      default: '',
    }),
  }),
  inputs: { image: port('image[B,H,W,3]'), target: port('image[B,H,W,3]') },
  outputs: {
    loss: port('loss[]', { description: 'The mean over the batch' }),
    distance: port('float[B]', { description: 'Per image' }),
  },
  role: 'network',
  frozen: true,
  run({ inputs, context }) {
    const terms = lpips(new Scope(context.weights))(inputs.image, inputs.target);
    const distance = tf.reshape(tf.addN(terms), [inputs.image.shape[0]]);
    return { loss: tf.mean(distance), distance };
  },
  async load({ params: { checkpoint, heads }, context }) {
    const vgg = { file: checkpoint, context, network: 'VGG16', unused: /classifier\./ };
    if (heads === '') return loadNetwork(lpips, { ...vgg, network: 'LPIPS with VGG16' });
    const [base, linear] = await Promise.all([
      loadNetwork(vgg16, { ...vgg, unused: /classifier\.|lin\d\./ }),
      loadNetwork(lpipsHeads, { file: heads, context, network: 'the heads of LPIPS with VGG16' }),
    ]);
    return new Map([...base, ...linear]);
  },
});
