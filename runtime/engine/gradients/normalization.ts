import * as tf from '@tensorflow/tfjs-core';
import { alias, gradient, unbroadcast } from './shared.ts';

export const normalizationGradients: tf.GradConfig[] = [
  // tfjs throws without scale or offset, tiles the statistics to full size and multiplies them there; here the
  // channel vectors are combined first, so each input costs one or two passes over the tensor.
  gradient<{ varianceEpsilon: number }>(
    'FusedBatchNorm',
    { inputs: ['x', 'mean', 'variance', 'scale'] },
    (dy, saved, { varianceEpsilon }) => {
      // The scale comes last and may be absent.
      const [x, mean, variance] = saved;
      const scale: tf.Tensor | undefined = saved[3];
      const perStatistic = (value: tf.Tensor) => unbroadcast(value, mean.shape);
      const inverse = () => tf.rsqrt(tf.add(variance, varianceEpsilon));
      const factor = () => (scale ? tf.mul(inverse(), scale) : inverse());
      const correlation = () => perStatistic(tf.mul(dy, tf.sub(x, mean)));
      return {
        x: () => tf.mul(dy, factor()),
        mean: () => tf.neg(tf.mul(factor(), perStatistic(dy))),
        variance: () => tf.mul(tf.mul(tf.mul(factor(), tf.square(inverse())), -0.5), correlation()),
        scale: () => tf.mul(inverse(), correlation()),
        offset: () => {
          const value = perStatistic(dy);
          return value === dy ? alias(dy) : value;
        },
      };
    },
  ),
];
