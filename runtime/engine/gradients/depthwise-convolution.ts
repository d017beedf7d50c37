import type * as tf from '@tensorflow/tfjs-core';
import {
  type DilatedGeometry,
  dilatedDepthwiseFilterGradient,
  dilatedDepthwiseInputGradient,
} from './dilated-convolution.ts';
import { gradient, kernel } from './shared.ts';

interface DepthwiseAttrs {
  readonly strides: number | [number, number];
  readonly pad: DilatedGeometry['pad'];
  readonly dilations?: number | [number, number] | null;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

const dilationsOf = ({ dilations }: DepthwiseAttrs): [number, number] => {
  if (dilations == null) return [1, 1];
  return typeof dilations === 'number' ? [dilations, dilations] : dilations;
};

const common = ({ strides, pad, dimRoundingMode }: DepthwiseAttrs) => ({
  strides,
  pad,
  dilations: [1, 1],
  dimRoundingMode,
});

const convolve = (x: tf.Tensor, filter: tf.Tensor, attrs: DepthwiseAttrs) =>
  kernel('DepthwiseConv2dNative', { x, filter }, common(attrs));
const inputGradient = (inputShape: number[], dy: tf.Tensor, filter: tf.Tensor, attrs: DepthwiseAttrs) =>
  kernel('DepthwiseConv2dNativeBackpropInput', { dy, filter }, { ...common(attrs), inputShape });
const filterGradient = (x: tf.Tensor, dy: tf.Tensor, filterShape: number[], attrs: DepthwiseAttrs) =>
  kernel('DepthwiseConv2dNativeBackpropFilter', { x, dy }, { ...common(attrs), filterShape });

/** As for full convolutions, the three kernels are closed under differentiation. */
export const depthwiseConvolutionGradients: tf.GradConfig[] = [
  // tfjs refuses dilation.
  gradient<DepthwiseAttrs>('DepthwiseConv2dNative', { inputs: ['x', 'filter'] }, (dy, [x, filter], attrs) => {
    const dilations = dilationsOf(attrs);
    if (dilations.some((d) => d > 1)) {
      const geometry = { pad: attrs.pad, dimRoundingMode: attrs.dimRoundingMode, dilations };
      return {
        x: () => dilatedDepthwiseInputGradient(dy, filter, x.shape, geometry),
        filter: () => dilatedDepthwiseFilterGradient(x, dy, filter.shape, geometry),
      };
    }
    return {
      x: () => inputGradient(x.shape, dy, filter, attrs),
      filter: () => filterGradient(x, dy, filter.shape, attrs),
    };
  }),

  // Missing in tfjs.
  gradient<DepthwiseAttrs>(
    'DepthwiseConv2dNativeBackpropInput',
    { inputs: ['dy', 'filter'] },
    (ddx, [dy, filter], attrs) => ({
      dy: () => convolve(ddx, filter, attrs),
      filter: () => filterGradient(ddx, dy, filter.shape, attrs),
    }),
  ),

  // Missing in tfjs.
  gradient<DepthwiseAttrs>(
    'DepthwiseConv2dNativeBackpropFilter',
    { inputs: ['x', 'dy'] },
    (ddw, [x, dy], attrs) => ({
      x: () => inputGradient(x.shape, dy, ddw, attrs),
      dy: () => convolve(x, ddw, attrs),
    }),
  ),
];
