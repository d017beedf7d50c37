import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { conv } from '../../runtime/nn/layers.ts';
import { loadNetwork } from '../../runtime/nn/load.ts';
import { Scope } from '../../runtime/nn/scope.ts';
import { checkpointFile, defineNode, initial, port } from '../../runtime/node.ts';
import { maxPool2d } from '../../runtime/ops/max-pool.ts';
import { copies } from '../_camera.ts';

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

/**
 * LPIPS of images a [k·B,H,W,3] and targets b [B,H,W,3] in [-1, 1], k images to a target: what each of VGG16's
 * stages adds, [k·B,1].
 */
export function lpips(scope: Scope): (a: tf.Tensor4D, b: tf.Tensor4D) => tf.Tensor2D[] {
  const features = vgg16(scope);
  const heads = lpipsHeads(scope);
  return (a, b) => {
    const [left, right] = [features(standardised(a)), features(standardised(b))];
    return heads.map((head, i) => {
      const target = unit(right[i] as tf.Tensor4D);
      const energies = tf.split(unit(left[i] as tf.Tensor4D), a.shape[0] / b.shape[0]).map((part) =>
        // The mean over pixels comes before the head, which is linear.
        tf.mean<tf.Tensor2D>(tf.square(tf.sub(part, target)), [1, 2]),
      );
      return tf.matMul(tf.concat(energies), tf.reshape(head, [head.shape[2], 1]));
    });
  };
}

/** What VGG16 takes: an image in [-1, 1] less the mean of ImageNet, by its deviation. */
export function standardised(image: tf.Tensor4D): tf.Tensor4D {
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
    'over pixels and summed over five layers. Of an image and its mirrored copy, the sum of both losses; a mask is then ' +
    'the same for both (`renderer/common-mask`).',
  params: Type.Object({
    copies: copies(),
    checkpoint: checkpointFile(
      'VGG16 as torchvision saves it, with the heads where they have no file of their own',
    ),
    heads: Type.String({
      description:
        'The heads, as LPIPS saves them (lin0.model.1.weight, …); empty where they are in the checkpoint',
      default: '',
    }),
  }),
  inputs: {
    image: port('image[$copies*B,H,W,3]'),
    target: port('image[B,H,W,3]'),
    mask: port('mask[$copies*B,H,W,1]', { optional: true, description: 'Both are multiplied with it' }),
  },
  outputs: {
    loss: port('loss[]', { description: 'The mean over the batch, added up over the copies' }),
    distance: port('float[$copies*B]', { description: 'Of every image' }),
  },
  role: 'network',
  frozen: true,
  run({ inputs: { image, target, mask }, params, context }) {
    const seen = mask ? tf.mul<tf.Tensor4D>(image, mask) : image;
    const wanted = mask
      ? tf.mul<tf.Tensor4D>(target, tf.split(mask, params.copies)[0] as tf.Tensor4D)
      : target;
    const terms = lpips(new Scope(context.weights))(seen, wanted);
    const distance = tf.reshape(tf.addN(terms), [image.shape[0]]);
    return { loss: tf.mul(tf.mean(distance), params.copies), distance };
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
