import * as tf from '@tensorflow/tfjs-core';
import { minibatchStddev } from '../ops/minibatch-stddev.ts';
import type { Scope } from './scope.ts';
import { convLayer, equalLinear, residualBlockDown } from './stylegan2-layers.ts';
import { resolutionsAbove4, type Widths } from './stylegan2-widths.ts';

export interface DiscriminatorOptions {
  /** Height and width of the images it judges: a power of two from 8 to 1024. */
  readonly size: number;
  readonly widths: Widths;
  /** One row of the blur that goes with resampling. */
  readonly taps: readonly number[];
  /** Samples whose deviation from each other is a feature. */
  readonly group: number;
}

/** [B,R,R,C] after every residual block and after the last convolution. */
export type Features = readonly tf.Tensor4D[];

/**
 * StyleGAN2's discriminator (Karras et al. 2020, figure 7c): residual blocks that halve the image until it has 4×4
 * pixels, the deviation over the batch as one more channel, and two linear layers.
 *
 * @returns a function from images [B,S,S,3] to scores [B,1], greater for images that look real, and features
 */
export function discriminator(options: DiscriminatorOptions) {
  const { size, widths } = options;
  const deepest = widths(4);
  return (scope: Scope): ((image: tf.Tensor4D) => { score: tf.Tensor2D; features: Features }) => {
    const trunk = discriminatorFeatures({ ...options, count: resolutionsAbove4(size).length + 1 })(scope);
    const linear = equalLinear({ in: deepest * 16, out: deepest, rectify: true })(scope.at('final_linear.0'));
    const judge = equalLinear({ in: deepest, out: 1 })(scope.at('final_linear.1'));
    return (image) => {
      const [, height, width] = image.shape;
      if (height !== size || width !== size) {
        throw new RangeError(`image has shape [${image.shape}], expected [B,${size},${size},3]`);
      }
      const features = trunk(image);
      // PyTorch's order of the last features: channels, then rows, then columns.
      const last = tf.transpose(features.at(-1) as tf.Tensor4D, [0, 3, 1, 2]);
      const score = judge(linear(tf.reshape(last, [image.shape[0], deepest * 16])));
      return { score, features };
    };
  };
}

/**
 * The first `count` features of a discriminator, for images of any size that its blocks can halve. A count of one more than
 * its blocks adds the last convolution.
 */
export function discriminatorFeatures(options: DiscriminatorOptions & { readonly count: number }) {
  const { size, widths, taps, group, count } = options;
  // Resolutions that blocks start from: size, size/2, …, 8.
  const resolutions = resolutionsAbove4(size).toReversed();
  if (!Number.isInteger(count) || count < 1 || count > resolutions.length + 1) {
    throw new RangeError(
      `${count} features, expected 1 to ${resolutions.length + 1} of a GAN of size ${size}`,
    );
  }
  return (scope: Scope): ((image: tf.Tensor4D) => Features) => {
    const fromRgb = convLayer({ in: 3, out: widths(size), kernel: 1 })(scope.at('convs.0'));
    const blocks = resolutions
      .slice(0, count)
      .map((resolution, i) =>
        residualBlockDown(widths(resolution), widths(resolution / 2), taps)(scope.at(`convs.${i + 1}`)),
      );
    const last =
      count > blocks.length
        ? convLayer({ in: widths(4) + 1, out: widths(4), kernel: 3 })(scope.at('final_conv'))
        : undefined;
    return (image) => {
      const features: tf.Tensor4D[] = [];
      let x = fromRgb(image);
      for (const block of blocks) {
        x = block(x);
        features.push(x);
      }
      if (last) features.push(last(minibatchStddev(x, group)));
      return features;
    };
  };
}
