import * as tf from '@tensorflow/tfjs-core';
import { flags, indices, type KernelCall, values, x, y } from './inputs.ts';

export const shapes: readonly KernelCall[] = [
  {
    kernel: 'BatchToSpaceND',
    run: () =>
      tf.batchToSpaceND(
        values([4, 3, 3, 2]),
        [2, 2],
        [
          [0, 0],
          [0, 0],
        ],
      ),
  },
  { kernel: 'Concat', run: () => tf.concat([x(), y()], 3) },
  { kernel: 'DepthToSpace', run: () => tf.depthToSpace(values([2, 3, 3, 8]) as tf.Tensor4D, 2, 'NHWC') },
  { kernel: 'ExpandDims', run: () => tf.expandDims(x(), 1) },
  { kernel: 'Fill', run: () => tf.fill([4, 8], 3) },
  { kernel: 'GatherNd', run: () => tf.gatherND(x(), tf.reshape(indices(20, 2), [10, 2])) },
  { kernel: 'GatherV2', run: () => tf.gather(x(), indices(20, 6), 2) },
  {
    kernel: 'GatherV2',
    variant: 'with batch axes',
    run: () => tf.gather(x(), tf.reshape(indices(24, 6), [2, 12]), 1, 1),
  },
  { kernel: 'LinSpace', run: () => tf.linspace(0, 1, 20) },
  {
    kernel: 'MirrorPad',
    run: () =>
      tf.mirrorPad(
        x(),
        [
          [0, 0],
          [2, 1],
          [1, 2],
          [0, 0],
        ],
        'reflect',
      ),
  },
  { kernel: 'OneHot', run: () => tf.oneHot(indices(20, 5), 5) },
  { kernel: 'OnesLike', run: () => tf.onesLike(x()) },
  { kernel: 'Pack', run: () => tf.stack([x(), y()], 2) },
  {
    kernel: 'PadV2',
    run: () =>
      tf.pad(
        x(),
        [
          [0, 0],
          [2, 1],
          [1, 2],
          [0, 0],
        ],
        0.5,
      ),
  },
  { kernel: 'Range', run: () => tf.range(0, 20) },
  { kernel: 'Reshape', run: () => tf.reshape(x(), [12, 18]) },
  { kernel: 'Reverse', run: () => tf.reverse(x(), [1, 3]) },
  {
    kernel: 'ScatterNd',
    variant: 'with repeated indices',
    run: () => tf.scatterND(tf.reshape(indices(20, 5), [20, 1]), values([20, 3]), [6, 3]),
  },
  { kernel: 'Slice', run: () => tf.slice(x(), [0, 1, 2, 0], [2, 3, 3, 2]) },
  {
    kernel: 'SpaceToBatchND',
    run: () =>
      tf.spaceToBatchND(
        x(),
        [2, 2],
        [
          [0, 0],
          [0, 0],
        ],
      ),
  },
  { kernel: 'SplitV', run: () => tf.split(x(), [1, 2, 3], 1) },
  { kernel: 'StridedSlice', run: () => tf.stridedSlice(x(), [0, 5, 0, 0], [2, 0, 6, 3], [1, -2, 2, 1]) },
  {
    kernel: 'TensorScatterUpdate',
    run: () =>
      tf.tensorScatterUpdate(
        values([20, 3]),
        tf.tensor2d([[3], [7], [1]], undefined, 'int32'),
        values([3, 3], 2),
      ),
  },
  { kernel: 'Tile', run: () => tf.tile(x(), [1, 2, 1, 3]) },
  { kernel: 'Transpose', run: () => tf.add(tf.transpose(x(), [0, 3, 1, 2]), values([2, 3, 6, 6], 5)) },
  { kernel: 'Unpack', run: () => tf.unstack(x(), 1) },
  { kernel: 'ZerosLike', run: () => tf.zerosLike(x()) },
];

export const reductions: readonly KernelCall[] = [
  { kernel: 'All', run: () => tf.all(flags(), [1, 2]) },
  { kernel: 'Any', run: () => tf.any(flags(), [1, 2]) },
  { kernel: 'ArgMax', run: () => tf.argMax(x(), 1) },
  { kernel: 'ArgMin', run: () => tf.argMin(x(), 3) },
  { kernel: 'Cumsum', run: () => tf.cumsum(x(), 2, true, true) },
  { kernel: 'LogSoftmax', run: () => tf.logSoftmax(x()) },
  { kernel: 'Max', run: () => tf.max(x(), [1, 2]) },
  { kernel: 'Mean', run: () => tf.mean(x(), [0, 3]) },
  { kernel: 'Min', run: () => tf.min(x(), 3, true) },
  { kernel: 'Prod', run: () => tf.prod(x(), 1) },
  { kernel: 'Softmax', run: () => tf.softmax(x()) },
  { kernel: 'Sum', run: () => tf.sum(x(), [1, 2, 3]) },
  { kernel: 'BatchMatMul', run: () => tf.matMul(values([3, 5, 4]), values([3, 6, 4]), false, true) },
  {
    kernel: '_FusedMatMul',
    run: () =>
      tf.fused.matMul({
        a: values([5, 4]) as tf.Tensor2D,
        b: values([4, 6]) as tf.Tensor2D,
        bias: values([6]),
        activation: 'relu',
      }),
  },
  { kernel: 'Einsum', run: () => tf.einsum('bij,bkj->bik', values([3, 5, 4]), values([3, 6, 4])) },
];
