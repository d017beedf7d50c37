import type * as tf from '@tensorflow/tfjs-core';
import { gradient, kernel } from './shared.ts';

interface Conv3DAttrs {
  readonly strides: number | number[];
  readonly pad: 'valid' | 'same';
}

const common = ({ strides, pad }: Conv3DAttrs) => ({ strides, pad });

const convolve = (x: tf.Tensor, filter: tf.Tensor, attrs: Conv3DAttrs) =>
  kernel('Conv3D', { x, filter }, { ...common(attrs), dataFormat: 'NDHWC', dilations: 1 });

/** Second derivatives of three-dimensional convolutions without dilation; the first one is that of tfjs. */
export const convolution3dGradients: tf.GradConfig[] = [
  // Missing in tfjs.
  gradient<Conv3DAttrs>(
    'Conv3DBackpropInputV2',
    { inputs: ['dy', 'filter'] },
    (ddx, [dy, filter], attrs) => ({
      dy: () => convolve(ddx, filter, attrs),
      filter: () =>
        kernel('Conv3DBackpropFilterV2', { x: ddx, dy: dy }, { ...common(attrs), filterShape: filter.shape }),
    }),
  ),

  // Missing in tfjs.
  gradient<Conv3DAttrs>('Conv3DBackpropFilterV2', { inputs: ['x', 'dy'] }, (ddw, [x, dy], attrs) => ({
    x: () =>
      kernel('Conv3DBackpropInputV2', { dy: dy, filter: ddw }, { ...common(attrs), inputShape: x.shape }),
    dy: () => convolve(x, ddw, attrs),
  })),
];
