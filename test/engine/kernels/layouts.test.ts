import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, it } from 'vitest';
import { type Computation, expectPlain, images, ints, startOnnx, wave } from './oracle.ts';

// Convolutions leave their images channels first; every kernel must see them channels last all the same.
beforeAll(startOnnx);

const BINARY: Record<string, (a: tf.Tensor, b: tf.Tensor) => tf.Tensor> = {
  add: tf.add,
  sub: tf.sub,
  mul: tf.mul,
  div: tf.div,
  maximum: tf.maximum,
  minimum: tf.minimum,
  squaredDifference: tf.squaredDifference,
  greater: tf.greater,
  atan2: tf.atan2,
};
const SHAPES = [
  [],
  [1],
  [4],
  [5, 1],
  [5, 4],
  [4, 5, 4],
  [4, 1, 1],
  [2, 4, 5, 4],
  [1, 4, 1, 4],
  [2, 1, 1, 4],
  [2, 1, 1, 1],
];

describe.each(Object.entries(BINARY))('%s after a convolution', (_, apply) => {
  it.each(SHAPES.map((shape) => [shape]))('broadcasts with [%s]', async (shape) => {
    await expectPlain(() => [apply(images(), wave(shape, 0.9)), apply(wave(shape, 0.9), images())]);
  });
});

const SUBSETS = Array.from({ length: 16 }, (_, mask) => [0, 1, 2, 3].filter((axis) => (mask >> axis) & 1));

const REDUCTIONS = { sum: tf.sum, mean: tf.mean, max: tf.max, min: tf.min, prod: tf.prod };

describe.each(Object.entries(REDUCTIONS))('%s after a convolution', (_, reduce) => {
  it.each(SUBSETS.map((axes) => [axes]))('reduces axes [%s]', async (axes) => {
    await expectPlain(() => [reduce(images(), axes), reduce(images(), axes, true)]);
  });
});

const AXIS: Record<string, (axis: number) => Computation> = {
  argMax: (axis) => () => tf.argMax(images(), axis),
  argMin: (axis) => () => tf.argMin(images(), axis),
  cumsum: (axis) => () => [tf.cumsum(images(), axis), tf.cumsum(images(), axis, true, true)],
  reverse: (axis) => () => tf.reverse(images(), axis),
  unstack: (axis) => () => tf.unstack(images(), axis),
  split: (axis) => () => tf.split(images(), axis === 2 ? [2, 3] : 2, axis),
  concat: (axis) => () => tf.concat([images(), wave([2, 4, 5, 4]), images()], axis),
  stack: (axis) => () => tf.stack([images(), wave([2, 4, 5, 4])], axis),
  expandDims: (axis) => () => tf.expandDims(images(), axis),
  'gather by a vector': (axis) => () => tf.gather(images(), ints(1, 0, 1), axis),
  'gather by a matrix': (axis) => () => tf.gather(images(), tf.tensor2d([1, 0, 1, 1], [2, 2], 'int32'), axis),
  'gather by a number': (axis) => () => tf.gather(images(), tf.scalar(1, 'int32'), axis),
};

describe.each(Object.entries(AXIS))('%s after a convolution', (_, compute) => {
  it.each([0, 1, 2, 3])('works along axis %i', async (axis) => {
    await expectPlain(compute(axis));
  });
});

const padding: [number, number][] = [
  [0, 1],
  [2, 0],
  [1, 1],
  [0, 3],
];

const OTHERS: Record<string, Computation> = {
  slice: () => [tf.slice(images(), [0, 1, 2, 1], [1, -1, 2, 2]), tf.slice(images(), [1])],
  'strided slice': () => [
    tf.stridedSlice(images(), [0, 0, 1, 0], [2, 4, 5, 4], [1, 2, 3, 2]),
    tf.stridedSlice(images(), [1, 3, 4, 3], [-5, -5, -6, -5], [-1, -1, -1, -1]),
    tf.stridedSlice(images(), [1, 0, 0, 1], [2, 4, 5, 2], [1, 1, 1, 1], 0, 0, 0, 0, 0b1001),
    tf.stridedSlice(images(), [0, 1], [2, 3], [1, 1], 0, 0, 0, 0b10, 0),
    tf.stridedSlice(images(), [0, 1], [2, 3], [1, 1], 0, 0, 0b10, 0, 0),
  ],
  pad: () => tf.pad(images(), padding, 7),
  'mirror pad': () => [
    tf.mirrorPad(images(), padding, 'reflect'),
    tf.mirrorPad(images(), padding, 'symmetric'),
  ],
  tile: () => tf.tile(images(), [2, 1, 3, 2]),
  broadcastTo: () => tf.broadcastTo(tf.slice(images(), [0, 0, 0, 0], [2, 1, 1, 4]), [2, 3, 2, 4]),
  where: () => tf.where(tf.greater(images(), 0), wave([2, 4, 5, 4]), images()),
  'one-hot': () => tf.oneHot(tf.cast(tf.mul(images(), 3), 'int32'), 4),
  softmax: () => [tf.softmax(images()), tf.logSoftmax(images()), tf.logSumExp(images(), [1, 3])],
  'space to batch': () =>
    tf.spaceToBatchND(
      images(4, 6),
      [2, 3],
      [
        [0, 0],
        [3, 0],
      ],
    ),
  'batch to space': () =>
    tf.batchToSpaceND(
      images(4, 5, 4, 4),
      [2, 2],
      [
        [1, 0],
        [0, 1],
      ],
    ),
  'depth to space': () => tf.depthToSpace(images(), 2),
  'resize bilinear': () => [
    tf.image.resizeBilinear(images(), [7, 3]),
    tf.image.resizeBilinear(images(), [7, 3], true),
    tf.image.resizeBilinear(images(), [7, 3], false, true),
  ],
  'resize nearest': () => [
    tf.image.resizeNearestNeighbor(images(), [7, 3]),
    tf.image.resizeNearestNeighbor(images(), [7, 3], true),
    tf.image.resizeNearestNeighbor(images(), [7, 3], false, true),
  ],
  'matrix product': () => [
    tf.matMul(images(), images(), false, true),
    tf.matMul(tf.transpose(images(), [0, 3, 1, 2]), tf.transpose(images(), [0, 3, 2, 1])),
  ],
  einsum: () => tf.einsum('nhwc,nhwd->ncd', images(), images()),
  'batch normalisation': () =>
    tf.batchNorm(
      images(),
      wave([4]) as tf.Tensor1D,
      tf.abs(wave([4])) as tf.Tensor1D,
      wave([4], 2) as tf.Tensor1D,
      wave([4], 3) as tf.Tensor1D,
    ),
  'another convolution': () => tf.conv2d(images(), wave([2, 2, 4, 3]) as tf.Tensor4D, 2, 'valid'),
  'depthwise convolution': () => tf.depthwiseConv2d(images(), wave([3, 3, 4, 2]) as tf.Tensor4D, 1, 'same'),
  pooling: () => [
    tf.maxPool(images(), 3, 2, 'same'),
    tf.avgPool(images(), 3, 2, 'same'),
    tf.avgPool(images(), 3, 2, 1),
  ],
  'a kernel on the host': () => [tf.localResponseNormalization(images()), tf.topk(images(), 2).indices],
};

describe('after a convolution', () => {
  it.each(Object.entries(OTHERS))('%s sees channels last', async (_, compute) => {
    await expectPlain(compute);
  });

  it.each([[[0, 3, 1, 2]], [[3, 2, 1, 0]], [[1, 0, 3, 2]], [[2, 0, 1, 3]]])(
    'transpose by [%s] composes with what follows',
    async (order) => {
      await expectPlain(() => {
        const turned = tf.transpose(images(), order);
        return [turned, tf.reshape(tf.add(turned, 1), [-1]), tf.sum(turned, [1, 2])];
      });
    },
  );

  it.each([[[-1]], [[2, 20, 4]], [[8, 5, 4]], [[2, 4, 20]], [[4, 2, 5, 4]], [[2, 2, 2, 5, 2, 2]]])(
    'reshape to [%s] keeps the order',
    async (shape) => {
      await expectPlain(() => tf.reshape(images(), shape));
    },
  );

  it.each(['int32', 'bool'] as const)('%s images are handled alike', async (dtype) => {
    const masks = () => tf.cast(tf.greater(images(), 0), dtype);
    await expectPlain(() => [
      tf.pad(masks(), padding),
      tf.mirrorPad(masks(), padding, 'reflect'),
      tf.tile(masks(), [1, 2, 1, 1]),
      tf.gather(masks(), ints(1), 3),
      tf.concat([masks(), masks()], 3),
      tf.sum(masks(), 3),
      tf.max(masks(), [1, 2]),
      tf.mean(masks(), [1, 2]),
      tf.where(tf.cast(masks(), 'bool'), masks(), tf.zerosLike(masks())),
      tf.reverse(masks(), 3),
      tf.image.resizeBilinear(tf.cast(masks(), 'int32') as tf.Tensor4D, [3, 3]),
      tf.argMax(masks(), 3),
      tf.cumsum(masks(), 1),
      tf.maxPool(masks() as tf.Tensor4D, 2, 2, 'same'),
      ...tf.unstack(masks(), 3),
    ]);
  });
});
