import * as tf from '@tensorflow/tfjs-core';
import { gradient, reshaped, sizeAt, transposed, zeros } from './shared.ts';

const range = (start: number, stop: number) => Array.from({ length: stop - start }, (_, i) => start + i);
const product = (sizes: readonly number[]) => sizes.reduce((all, size) => all * size, 1);

export const indexingGradients: tf.GradConfig[] = [
  // One scatter instead of a segment sum between transposes (and, with a batch, of one per entry); the
  // gradient of the indices is zero, where tfjs gives back the indices themselves.
  gradient<{ axis: number; batchDims?: number }>(
    'GatherV2',
    { inputs: ['x', 'indices'] },
    (dy, [x, indices], attrs) => ({
      x: () => gatherGradient(dy, x, indices, attrs.axis, attrs.batchDims ?? 0),
      indices: () => zeros(indices.shape),
    }),
  ),

  // Missing in tfjs. Gathering and scattering are each other's transpose.
  gradient('GatherNd', { inputs: ['params', 'indices'] }, (dy, [params, indices]) => ({
    params: () => scatter(indices, dy, params.shape),
    indices: () => zeros(indices.shape),
  })),

  // Missing in tfjs.
  gradient('ScatterNd', { inputs: ['indices'] }, (dy, [indices]) => ({
    indices: () => zeros(indices.shape),
    updates: () => tf.gatherND(dy, indices),
  })),

  // Missing in tfjs. Of an index that occurs twice both updates get the gradient.
  gradient('TensorScatterUpdate', { inputs: ['indices', 'updates'] }, (dy, [indices, updates]) => ({
    // A mask of its own: the kernel of tfjs-cpu writes into its input.
    tensor: () => tf.mul(dy, tf.tensorScatterUpdate(tf.fill(dy.shape, 1), indices, zeros(updates.shape))),
    indices: () => zeros(indices.shape),
    updates: () => tf.gatherND(dy, indices),
  })),

  // tfjs has none for the segment numbers and builds a mask of full size.
  gradient('UnsortedSegmentSum', { inputs: ['segmentIds'] }, (dy, [segmentIds]) => ({
    x: () => {
      const ids = segmentIds as tf.Tensor1D;
      const gathered = tf.gather(dy, tf.maximum(ids, tf.scalar(0, 'int32')) as tf.Tensor1D);
      const kept = tf.cast(tf.greaterEqual(ids, tf.scalar(0, 'int32')), 'float32');
      return tf.mul(gathered, tf.reshape(kept, [...ids.shape, ...dy.shape.slice(1).map(() => 1)]));
    },
    segmentIds: () => zeros(segmentIds.shape),
  })),

  // Missing in tfjs: each value's gradient goes to the place it came from.
  gradient('TopK', { inputs: ['x'], outputs: [false, true] }, (dys, [x, indices]) => ({
    x: () => {
      const [dy] = dys as unknown as [tf.Tensor];
      const places = tf.oneHot(indices, sizeAt(x.shape, x.rank - 1), 1, 0, 'float32');
      return tf.sum(tf.mul(places, tf.expandDims(dy, -1)), -2);
    },
  })),
];

/** Sums updates by index; a scatter of nothing is zero without asking the kernel. */
function scatter(indices: tf.Tensor, updates: tf.Tensor, shape: number[]): tf.Tensor {
  return updates.size === 0 ? zeros(shape) : tf.scatterND(indices, updates, shape);
}

/**
 * Moves the gathered axis to the front of what is not batch, so that the gradient is a scatter of rows; rows
 * of different batch entries are kept apart by an offset.
 */
function gatherGradient(
  dy: tf.Tensor,
  x: tf.Tensor,
  indices: tf.Tensor,
  axis: number,
  batchDims: number,
): tf.Tensor {
  const [at = 0] = tf.util.parseAxisParam(axis, x.shape);
  const places = indices.rank - batchDims;
  const outer = at - batchDims;
  const batch = range(0, batchDims);
  const dyPerm = [
    ...batch,
    ...range(at, at + places),
    ...range(batchDims, at),
    ...range(at + places, dy.rank),
  ];
  const xPerm = [...batch, at, ...range(batchDims, at), ...range(at + 1, x.rank)];
  const batchSize = product(x.shape.slice(0, batchDims));
  const size = sizeAt(x.shape, at);
  const rowShape = xPerm.slice(batchDims + 1).map((i) => sizeAt(x.shape, i));
  const rows = tf.reshape(transposed(dy, dyPerm), [indices.size, ...rowShape]);
  const index = indices.dtype === 'int32' ? indices : tf.cast(indices, 'int32');
  const perEntry = tf.reshape(index, [batchSize, batchSize === 0 ? 0 : indices.size / batchSize]);
  const flat =
    batchSize > 1
      ? tf.add(perEntry, tf.reshape(tf.range(0, batchSize * size, size, 'int32'), [batchSize, 1]))
      : perEntry;
  const summed = scatter(tf.reshape(flat, [indices.size, 1]), rows, [batchSize * size, ...rowShape]);
  const moved = reshaped(
    summed,
    xPerm.map((i) => sizeAt(x.shape, i)),
  );
  return outer === 0
    ? moved
    : transposed(
        moved,
        xPerm.map((_, i) => xPerm.indexOf(i)),
      );
}
