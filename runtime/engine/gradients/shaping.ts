import * as tf from '@tensorflow/tfjs-core';
import { alias, gradient, kernel, reshaped, sizeAt } from './shared.ts';

interface StridedSliceAttrs {
  readonly begin: number[];
  readonly end: number[];
  readonly strides: number[];
  readonly beginMask: number;
  readonly endMask: number;
  readonly ellipsisMask: number;
  readonly newAxisMask: number;
  readonly shrinkAxisMask: number;
}

export const shapingGradients: tf.GradConfig[] = [
  // One sum for any rank instead of a slice and an addition per repetition, up to rank four.
  gradient<{ reps: number[] }>('Tile', { inputs: ['x'] }, (dy, [x], { reps }) => ({
    x: () => tileGradient(dy, x.shape, reps),
  })),

  // tfjs throws where the split has one part: the tape then gives one gradient instead of a list.
  gradient<{ axis: number }>('SplitV', {}, (dy: tf.Tensor | tf.Tensor[], _saved, { axis }) => ({
    x: () => (Array.isArray(dy) ? tf.concat(dy, axis) : alias(dy)),
  })),

  // Missing in tfjs.
  gradient<StridedSliceAttrs>('StridedSlice', { inputs: ['x'] }, (dy, [x], attrs) => ({
    x: () => stridedSliceGradient(dy, x.shape, attrs),
  })),

  // tfjs drops the gradients of the mirrored parts.
  gradient<{ paddings: [number, number][]; mode: 'reflect' | 'symmetric' }>(
    'MirrorPad',
    { inputs: ['x'] },
    (dy, [x], { paddings, mode }) => ({
      x: () => {
        const edge = mode === 'reflect' ? 1 : 0;
        const dx = paddings.reduce(
          (folded, [before, after], i) =>
            before + after === 0 ? folded : fold(folded, i, before, sizeAt(x.shape, i), after, edge),
          dy,
        );
        return dx === dy ? alias(dy) : dx;
      },
    }),
  ),

  // Missing in tfjs.
  gradient<{ blockSize: number; dataFormat: 'NHWC' | 'NCHW' }>('DepthToSpace', {}, (dy, _saved, attrs) => ({
    x: () => spaceToDepth(dy, attrs.blockSize, attrs.dataFormat),
  })),

  // Missing in tfjs. Mirroring is its own inverse.
  gradient('FlipLeftRight', {}, (dy) => ({ image: () => kernel('FlipLeftRight', { image: dy }) })),

  // Missing in tfjs.
  gradient('Diag', { inputs: ['x'] }, (dy, [x]) => ({
    x: () => {
      const square = tf.reshape(dy, [x.size, x.size]);
      return tf.reshape(tf.sum(tf.mul(square, tf.eye(x.size)), 1), x.shape);
    },
  })),
];

function tileGradient(dy: tf.Tensor, shape: number[], reps: readonly number[]): tf.Tensor {
  const split: number[] = [];
  const axes: number[] = [];
  shape.forEach((size, i) => {
    const count = reps[i] ?? 1;
    if (count !== 1) axes.push(split.length);
    if (count !== 1) split.push(count);
    if (count === 1 || size !== 1) split.push(size);
  });
  if (axes.length === 0) return alias(dy);
  return reshaped(tf.sum(reshaped(dy, split), axes, true), shape);
}

/** Puts zeros between the elements that were taken and around them. */
function stridedSliceGradient(dy: tf.Tensor, shape: number[], attrs: StridedSliceAttrs): tf.Tensor {
  const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = attrs;
  const info = tf.slice_util.sliceInfo(
    shape,
    begin,
    end,
    strides,
    beginMask,
    endMask,
    ellipsisMask,
    newAxisMask,
    shrinkAxisMask,
  );
  const taken = tf.slice_util.computeOutShape(info.begin, info.end, info.strides).map((n) => Math.max(0, n));
  let dx = tf.reshape(dy, taken);
  const backwards = info.strides.flatMap((stride, i) => (stride < 0 ? [i] : []));
  if (backwards.length > 0) dx = tf.reverse(dx, backwards);
  const steps = info.strides.map((stride) => Math.abs(stride));
  const first = info.begin.map((start, i) =>
    sizeAt(info.strides, i) < 0 ? start + (sizeAt(taken, i) - 1) * sizeAt(info.strides, i) : start,
  );
  if (steps.some((step) => step > 1)) {
    const single = taken.flatMap((n) => [n, 1]);
    const spread = steps.flatMap((step): [number, number][] => [
      [0, 0],
      [0, step - 1],
    ]);
    dx = tf.reshape(
      tf.pad(tf.reshape(dx, single), spread),
      taken.map((n, i) => n * sizeAt(steps, i)),
    );
    const needed = dx.shape.map((size, i) => Math.min(size, sizeAt(shape, i) - sizeAt(first, i)));
    if (!tf.util.arraysEqual(needed, dx.shape))
      dx = tf.slice(
        dx,
        shape.map(() => 0),
        needed,
      );
  }
  return tf.pad(
    dx,
    first.map((start, i): [number, number] => {
      const before = sizeAt(dx.shape, i) === 0 ? 0 : start;
      return [before, sizeAt(shape, i) - before - sizeAt(dx.shape, i)];
    }),
  );
}

/** Adds the mirrored ends of one padded axis onto the part they are copies of. */
function fold(
  dy: tf.Tensor,
  axis: number,
  before: number,
  size: number,
  after: number,
  edge: number,
): tf.Tensor {
  const part = (from: number, count: number) =>
    tf.slice(
      dy,
      dy.shape.map((_, i) => (i === axis ? from : 0)),
      dy.shape.map((n, i) => (i === axis ? count : n)),
    );
  const placed = (end: tf.Tensor, start: number) => {
    const rest = size - start - sizeAt(end.shape, axis);
    return tf.pad(
      tf.reverse(end, axis),
      dy.shape.map((_, i): [number, number] => (i === axis ? [start, rest] : [0, 0])),
    );
  };
  let sum = part(before, size);
  if (before > 0) sum = tf.add(sum, placed(part(0, before), edge));
  if (after > 0) sum = tf.add(sum, placed(part(before + size, after), size - edge - after));
  return sum;
}

function spaceToDepth(dy: tf.Tensor, block: number, format: 'NHWC' | 'NCHW'): tf.Tensor {
  const [n, a, b, c] = dy.shape as [number, number, number, number];
  if (format === 'NCHW') {
    const blocks = tf.reshape(dy, [n, a, b / block, block, c / block, block]);
    return tf.reshape(tf.transpose(blocks, [0, 3, 5, 1, 2, 4]), [n, a * block * block, b / block, c / block]);
  }
  const blocks = tf.reshape(dy, [n, a / block, block, b / block, block, c]);
  return tf.reshape(tf.transpose(blocks, [0, 1, 3, 2, 4, 5]), [n, a / block, b / block, c * block * block]);
}
