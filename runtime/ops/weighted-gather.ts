import * as tf from '@tensorflow/tfjs-core';
import { type HostOp, type HostTensor, hostOp } from '../engine/host-op.ts';

/**
 * A weighted gather of rows and its adjoint. `weightedGather`, `weightedScatter` and `rowProducts` are each
 * other's gradients, so that what is built of them can be differentiated to any order. The gathers are plain
 * tensor operations with the long axis last, where elementwise kernels are fast; the scatter is a host operation,
 * because a scatter-add inside ONNX Runtime takes 4 to 20 times as long as a loop over typed arrays.
 */

/**
 * out[c,n] = Σₖ weights[k,n] · rows[indices[k,n], c]
 *
 * @param rows [R,C]
 * @param indices int32 [K,N], in 0…R−1; no gradient
 * @param weights [K,N]
 * @returns [C,N]
 */
export function weightedGather(rows: tf.Tensor2D, indices: tf.Tensor2D, weights: tf.Tensor2D): tf.Tensor2D {
  const op = tf.customGrad((source, factors, save) => {
    const picked = pick(source as tf.Tensor2D, indices);
    (save as tf.GradSaveFunc)([source as tf.Tensor, indices, factors as tf.Tensor]);
    return {
      value: tf.sum(tf.mul(picked, factors as tf.Tensor2D), 1) as tf.Tensor2D,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [source, indices, factors] = saved as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
        return [
          weightedScatter(dy as tf.Tensor2D, indices, factors, source.shape[0]),
          rowProducts(dy as tf.Tensor2D, source, indices),
        ];
      },
    };
  });
  return op(rows, weights) as tf.Tensor2D;
}

/**
 * out[r,c] = Σ weights[k,n] · values[c,n] over all (k,n) with indices[k,n] = r
 *
 * @param values [C,N]
 * @param indices int32 [K,N], in 0…count−1; no gradient
 * @param weights [K,N]
 * @returns [count,C]
 */
export function weightedScatter(
  values: tf.Tensor2D,
  indices: tf.Tensor2D,
  weights: tf.Tensor2D,
  count: number,
): tf.Tensor2D {
  const op = tf.customGrad((source, factors, save) => {
    const inputs = [source as tf.Tensor, indices, factors as tf.Tensor];
    (save as tf.GradSaveFunc)(inputs);
    return {
      value: hostOp(WEIGHTED_SCATTER, inputs, { count })[0] as tf.Tensor2D,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [source, indices, factors] = saved as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
        return [
          weightedGather(dy as tf.Tensor2D, indices, factors),
          rowProducts(source, dy as tf.Tensor2D, indices),
        ];
      },
    };
  });
  return op(values, weights) as tf.Tensor2D;
}

/**
 * out[k,n] = Σ_c values[c,n] · rows[indices[k,n], c]
 *
 * @param values [C,N]
 * @param rows [R,C]
 * @param indices int32 [K,N], in 0…R−1; no gradient
 * @returns [K,N]
 */
export function rowProducts(values: tf.Tensor2D, rows: tf.Tensor2D, indices: tf.Tensor2D): tf.Tensor2D {
  const op = tf.customGrad((left, right, save) => {
    const picked = pick(right as tf.Tensor2D, indices);
    (save as tf.GradSaveFunc)([left as tf.Tensor, right as tf.Tensor, indices]);
    return {
      value: tf.sum(tf.mul(tf.expandDims(left as tf.Tensor2D, 1), picked), 0) as tf.Tensor2D,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [left, right, indices] = saved as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
        return [
          weightedGather(right, indices, dy as tf.Tensor2D),
          weightedScatter(left, indices, dy as tf.Tensor2D, right.shape[0]),
        ];
      },
    };
  });
  return op(values, rows) as tf.Tensor2D;
}

/** rows[indices[k,n], c] as [C,K,N]. Whole rows are copied, which is three times as fast as single numbers. */
function pick(rows: tf.Tensor2D, indices: tf.Tensor2D): tf.Tensor3D {
  return tf.transpose(tf.gather(rows, indices), [2, 0, 1]) as tf.Tensor as tf.Tensor3D;
}

const WEIGHTED_SCATTER: HostOp<{ readonly count: number }> = {
  name: 'WeightedScatter',
  outputs: ([values], { count }) => [{ shape: [count, values?.[0] as number], dtype: 'float32' }],
  run(inputs, outputs) {
    const [values, indices, weights] = inputs as [HostTensor, HostTensor, HostTensor];
    const sum = (outputs[0] as HostTensor).data;
    const [corners, points] = indices.shape as [number, number];
    sum.fill(0);
    const channels = values.shape[0] as number;
    for (let k = 0; k < corners; k++) {
      for (let n = 0; n < points; n++) {
        const weight = weights.data[k * points + n] as number;
        const to = (indices.data[k * points + n] as number) * channels;
        for (let c = 0; c < channels; c++) {
          sum[to + c] = (sum[to + c] as number) + weight * (values.data[c * points + n] as number);
        }
      }
    }
  },
};
