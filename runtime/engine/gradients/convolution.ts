import type * as tf from '@tensorflow/tfjs-core';
import { dilatedFilterGradient, dilatedInputGradient } from './dilated-convolution.ts';
import { gradient, kernel } from './shared.ts';

/** What the three two-dimensional kernels share; the two gradients know no dilation. */
interface ConvAttrs {
  readonly strides: number | [number, number];
  readonly pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  readonly dataFormat?: 'NHWC' | 'NCHW';
  readonly dilations?: number | [number, number];
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

const pair = (value: number | readonly number[] | undefined): [number, number] => {
  const [height = 1, width = height] = typeof value === 'number' ? [value] : (value ?? []);
  return [height, width];
};

const isDilated = (attrs: ConvAttrs) => pair(attrs.dilations).some((d) => d > 1);

const common = ({ strides, pad, dataFormat = 'NHWC', dimRoundingMode }: ConvAttrs) => ({
  strides,
  pad,
  dataFormat,
  dimRoundingMode,
});

const convolve = (x: tf.Tensor, filter: tf.Tensor, attrs: ConvAttrs) =>
  kernel('Conv2D', { x, filter }, { ...common(attrs), dilations: 1 });
const inputGradient = (inputShape: number[], dy: tf.Tensor, filter: tf.Tensor, attrs: ConvAttrs) =>
  kernel('Conv2DBackpropInput', { dy, filter }, { ...common(attrs), inputShape });
const filterGradient = (x: tf.Tensor, dy: tf.Tensor, filterShape: number[], attrs: ConvAttrs) =>
  kernel('Conv2DBackpropFilter', { x, dy }, { ...common(attrs), filterShape });

/**
 * A convolution, its gradient to the input and its gradient to the filter are linear in each argument, and
 * each one's gradients are the other two: the three kernels are closed under differentiation.
 */
export const convolutionGradients: tf.GradConfig[] = [
  // tfjs refuses dilation and forgets the rounding mode of explicit padding.
  gradient<ConvAttrs>('Conv2D', { inputs: ['x', 'filter'] }, (dy, [x, filter], attrs) => {
    if (isDilated(attrs)) {
      const geometry = { ...common(attrs), dilations: pair(attrs.dilations) };
      return {
        x: () => dilatedInputGradient(dy, filter, x.shape, geometry),
        filter: () => dilatedFilterGradient(x, dy, filter.shape, geometry),
      };
    }
    return {
      x: () => inputGradient(x.shape, dy, filter, attrs),
      filter: () => filterGradient(x, dy, filter.shape, attrs),
    };
  }),

  // As tfjs, with the kernels called directly: its operations round padding that is a number.
  gradient<ConvAttrs>('Conv2DBackpropInput', { inputs: ['dy', 'filter'] }, (ddx, [dy, filter], attrs) => ({
    dy: () => convolve(ddx, filter, attrs),
    filter: () => filterGradient(ddx, dy, filter.shape, attrs),
  })),

  // Missing in tfjs: the second derivative that gradient penalties (R1, path length) need.
  gradient<ConvAttrs>('Conv2DBackpropFilter', { inputs: ['x', 'dy'] }, (ddw, [x, dy], attrs) => ({
    x: () => inputGradient(x.shape, dy, ddw, attrs),
    dy: () => convolve(x, ddw, attrs),
  })),
];
