import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { resize } from '../../runtime/ops/index.ts';
import { example } from '../_example.ts';

/** Mean and deviation of ImageNet's images in [0, 1]. */
const IMAGENET = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] } as const;

export const segmentationInput = defineNode({
  type: 'prior/segmentation-input',
  version: 1,
  title: 'Image for a segmentation',
  description:
    'An image as a segmentation network takes it: resized, to 512 pixels for BiSeNet (faces) and 473 for PSPNet, and, ' +
    'in the original for car and cat only, standardised by the mean and deviation of ImageNet.',
  example: example(
    {
      image: { type: 'source/pattern', params: { size: 16 } },
      input: { type: 'prior/segmentation-input', in: { image: 'image' }, params: { size: 32 } },
    },
    'input',
  ),
  params: Type.Object({
    size: Type.Integer({
      description: 'Side of the result in pixels',
      default: 473,
      minimum: 1,
      maximum: 4096,
    }),
    standardise: Type.Boolean({
      description: 'Whether ImageNet’s mean and deviation are taken off',
      default: false,
    }),
  }),
  inputs: { image: port('image[B,H,W,3]') },
  outputs: { image: port('image[B,$size,$size,3]') },
  run({ inputs, params: { size, standardise } }) {
    const image = resize(inputs.image, [size, size]);
    if (!standardise) return { image };
    const unit = tf.add(tf.mul(image, 0.5), 0.5);
    return {
      image: tf.div(tf.sub(unit, tf.tensor1d([...IMAGENET.mean])), tf.tensor1d([...IMAGENET.deviation])),
    };
  },
});
