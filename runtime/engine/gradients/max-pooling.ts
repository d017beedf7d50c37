import * as tf from '@tensorflow/tfjs-core';
import { gradient, kernel, zeros } from './shared.ts';

interface PoolAttrs {
  readonly filterSize: number | number[];
  readonly strides: number | number[];
  readonly pad: 'valid' | 'same' | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

const pool = ({ filterSize, strides, pad }: PoolAttrs) => ({ filterSize, strides, pad });

export const maxPoolingGradients: tf.GradConfig[] = [
  // tfjs forgets the rounding mode of the output size.
  gradient<PoolAttrs>('MaxPool', { inputs: ['x'], outputs: [true] }, (dy, [x, y], attrs) => ({
    x: () =>
      kernel(
        'MaxPoolGrad',
        { dy, input: x, output: y },
        { ...pool(attrs), dimRoundingMode: attrs.dimRoundingMode },
      ),
  })),

  // Missing in tfjs: the second derivative takes what lies where the maxima were.
  gradient<PoolAttrs>('MaxPoolGrad', { inputs: ['dy', 'input', 'output'] }, (ddx, saved, attrs) => {
    const [dy, input, output] = saved;
    return {
      dy: () => {
        const options = { ...pool(attrs), includeBatchInIndex: true } as unknown as tf.NamedAttrMap;
        const [, indices] = tf.engine().runKernel('MaxPoolWithArgmax', { x: input }, options) as [
          tf.Tensor,
          tf.Tensor,
        ];
        const taken = tf.gather(tf.reshape(ddx, [-1]), tf.reshape(indices, [-1]) as tf.Tensor1D);
        return tf.reshape(taken, dy.shape);
      },
      input: () => zeros(input.shape),
      output: () => zeros(output.shape),
    };
  }),

  // Missing in tfjs. The gradient of the indices is none.
  gradient<PoolAttrs>(
    'MaxPoolWithArgmax',
    { inputs: ['x'], outputs: [true, false] },
    (dys, [x, y], attrs) => ({
      x: () => {
        const [dy] = dys as unknown as [tf.Tensor];
        return kernel('MaxPoolGrad', { dy: dy, input: x, output: y }, pool(attrs));
      },
    }),
  ),
];
