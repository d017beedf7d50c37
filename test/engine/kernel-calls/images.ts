import * as tf from '@tensorflow/tfjs-core';
import { call, filter, IMAGE, type KernelCall, values, x } from './inputs.ts';

export const images: readonly KernelCall[] = [
  { kernel: 'AvgPool', run: () => tf.avgPool(x(), 3, 2, 'same') },
  {
    kernel: 'AvgPoolGrad',
    run: () =>
      call(
        'AvgPoolGrad',
        { dy: values([2, 3, 3, 3]), input: x() },
        { filterSize: 3, strides: 2, pad: 'same' },
      ),
  },
  { kernel: 'Conv2D', run: () => tf.conv2d(x(), filter([3, 3, 3, 5]), 1, 'same') },
  {
    kernel: 'Conv2D',
    variant: 'dilated',
    run: () => tf.conv2d(x(), filter([2, 2, 3, 5]), 1, 'same', 'NHWC', 2),
  },
  {
    kernel: 'Conv2DBackpropFilter',
    run: () =>
      call(
        'Conv2DBackpropFilter',
        { x: x(), dy: values([2, 3, 3, 5]) },
        { strides: 2, pad: 'same', filterShape: [3, 3, 3, 5] },
      ),
  },
  {
    kernel: 'Conv2DBackpropInput',
    run: () =>
      tf.conv2dTranspose(values([2, 3, 3, 5]) as tf.Tensor4D, filter([4, 4, 3, 5]), [2, 6, 6, 3], 2, 'same'),
  },
  {
    kernel: 'Conv2DBackpropInput',
    variant: 'with a remainder',
    run: () =>
      tf.conv2dTranspose(values([2, 3, 3, 5]) as tf.Tensor4D, filter([3, 3, 3, 5]), [2, 6, 6, 3], 2, 'same'),
  },
  { kernel: 'DepthwiseConv2dNative', run: () => tf.depthwiseConv2d(x(), filter([3, 3, 3, 2]), 1, 'same') },
  {
    kernel: 'DepthwiseConv2dNativeBackpropFilter',
    run: () =>
      call(
        'DepthwiseConv2dNativeBackpropFilter',
        { x: x(), dy: values([2, 6, 6, 6]) },
        { strides: 1, pad: 'same', dilations: 1, filterShape: [3, 3, 3, 2] },
      ),
  },
  {
    kernel: 'DepthwiseConv2dNativeBackpropInput',
    run: () =>
      call(
        'DepthwiseConv2dNativeBackpropInput',
        { dy: values([2, 6, 6, 6]), filter: filter([3, 3, 3, 2]) },
        { strides: 1, pad: 'same', dilations: 1, inputShape: [...IMAGE] },
      ),
  },
  {
    kernel: 'FusedBatchNorm',
    run: () =>
      tf.batchNorm(
        x(),
        values([6, 6, 3], 2),
        tf.add(tf.square(values([6, 6, 3], 3)), 0.1),
        values([6, 6, 3], 4),
        values([6, 6, 3], 5),
      ),
  },
  {
    kernel: 'FusedConv2D',
    run: () =>
      tf.fused.conv2d({
        x: x(),
        filter: filter([3, 3, 3, 5]),
        strides: 1,
        pad: 'same',
        bias: values([5]),
        activation: 'relu',
      }),
  },
  {
    kernel: 'FusedDepthwiseConv2D',
    run: () =>
      tf.fused.depthwiseConv2d({
        x: x(),
        filter: filter([3, 3, 3, 2]),
        strides: 1,
        pad: 'same',
        bias: values([6]),
        activation: 'relu6',
      }),
  },
  { kernel: 'MaxPool', run: () => tf.maxPool(x(), 3, 2, 'same') },
  {
    kernel: 'MaxPoolGrad',
    run: () =>
      call(
        'MaxPoolGrad',
        { dy: values([2, 3, 3, 3]), input: x(), output: values([2, 3, 3, 3]) },
        { filterSize: 3, strides: 2, pad: 'same' },
      ),
  },
  { kernel: 'ResizeBilinear', run: () => tf.image.resizeBilinear(x(), [9, 4], false, true) },
  {
    kernel: 'ResizeBilinearGrad',
    run: () => call('ResizeBilinearGrad', { images: x(), dy: values([2, 9, 4, 3]) }, { alignCorners: true }),
  },
  { kernel: 'ResizeNearestNeighbor', run: () => tf.image.resizeNearestNeighbor(x(), [9, 4]) },
  {
    kernel: 'ResizeNearestNeighborGrad',
    run: () =>
      call('ResizeNearestNeighborGrad', { images: x(), dy: values([2, 12, 12, 3]) }, { alignCorners: false }),
  },
];

/** Shapes for which convolutions' gradients take other forms. */
export const gradientForms: readonly KernelCall[] = [
  { variant: 'of 8 channels', x: [2, 8, 8, 8], dy: [2, 8, 8, 16], strides: 1, pad: 'same', kernel: 3 },
  { variant: 'of few filters', x: [2, 6, 6, 16], dy: [2, 6, 6, 4], strides: 1, pad: 'same', kernel: 3 },
  { variant: 'of many filters', x: [2, 8, 8, 8], dy: [2, 4, 4, 32], strides: 2, pad: 'same', kernel: 4 },
  { variant: 'of whole images', x: [2, 4, 4, 8], dy: [2, 1, 1, 16], strides: 1, pad: 'valid', kernel: 4 },
  { variant: 'of large images', x: [2, 16, 16, 4], dy: [2, 16, 16, 8], strides: 1, pad: 'same', kernel: 3 },
].flatMap(({ variant, x: input, dy, strides, pad, kernel }): KernelCall[] => {
  const filterShape = [kernel, kernel, input[3] as number, dy[3] as number];
  const attrs = { strides, pad, filterShape, inputShape: input };
  return [
    {
      kernel: 'Conv2DBackpropFilter',
      variant,
      run: () => call('Conv2DBackpropFilter', { x: values(input), dy: values(dy, 2) }, attrs),
    },
    {
      kernel: 'Conv2DBackpropInput',
      variant,
      run: () => call('Conv2DBackpropInput', { dy: values(dy, 2), filter: filter(filterShape) }, attrs),
    },
  ];
});
