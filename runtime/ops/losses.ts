import * as tf from '@tensorflow/tfjs-core';
import { expectShape, fail } from './check.ts';

// Keeps the confidence's division and logarithm finite.
const SIGMA_EPSILON = 1e-7;

/** What weighs the pixels of {@link photometricLoss}. */
export interface PhotometricOptions {
  /** Weights that broadcast to the images, such as [B,H,W,1]; the loss is the weighted mean. */
  readonly mask?: tf.Tensor;
  /** Standard deviation per pixel, [B,H,W,1]: the negative log-likelihood of a Laplace distribution (Unsup3D, equation 2). */
  readonly sigma?: tf.Tensor;
}

/**
 * Mean absolute difference of two images of one shape, a scalar. A mask that is zero everywhere gives NaN. Pixels that
 * agree exactly have a zero gradient: the engine's derivative of |x| is 0 at 0.
 */
export function photometricLoss(
  a: tf.Tensor,
  b: tf.Tensor,
  { mask, sigma }: PhotometricOptions = {},
): tf.Scalar {
  expectShape('photometricLoss', 'b', b, a.shape);
  return tf.tidy(() => {
    let error = tf.abs(tf.sub(a, b));
    if (sigma) {
      expectBroadcast('sigma', sigma, error);
      const scale = tf.add(sigma, SIGMA_EPSILON);
      error = tf.add(tf.div(tf.mul(error, Math.SQRT2), scale), tf.log(scale));
    }
    if (!mask) return tf.mean(error);
    expectBroadcast('mask', mask, error);
    // A mask [B,H,W,1] counts once for every channel.
    const repeats = error.size / mask.size;
    return tf.div(tf.sum(tf.mul(error, mask)), tf.mul(tf.sum(mask), repeats));
  });
}

/**
 * Second-order smoothness, a scalar: the mean absolute second differences of maps [B,H,W] or [B,H,W,C] along x, along
 * y, and twice across (as in Zhou et al., "Unsupervised Learning of Depth and Ego-Motion from Video", 2017). Maps in a list, finest first, weigh 1, 1/2.3, 1/2.3², …
 */
export function smoothnessLoss(maps: tf.Tensor | readonly tf.Tensor[]): tf.Scalar {
  const list: readonly tf.Tensor[] = maps instanceof tf.Tensor ? [maps] : maps;
  if (list.length === 0) fail('smoothnessLoss', 'the list is empty, expected at least one map');
  return tf.tidy(() =>
    list
      .map((map, level) => tf.mul(secondDifferences(map), 2.3 ** -level) as tf.Scalar)
      .reduce((sum, term) => tf.add(sum, term)),
  );
}

function secondDifferences(map: tf.Tensor): tf.Scalar {
  const [, height = 0, width = 0] = map.shape;
  if ((map.rank !== 3 && map.rank !== 4) || height < 3 || width < 3) {
    fail(
      'smoothnessLoss',
      `map has shape [${map.shape}], expected [B,H,W] or [B,H,W,C] of at least 3×3 pixels`,
    );
  }
  const dy = difference(map, 1);
  const dx = difference(map, 2);
  const mean = (second: tf.Tensor): tf.Scalar => tf.mean(tf.abs(second));
  return tf.addN([
    mean(difference(dx, 2)),
    tf.mul(mean(difference(dx, 1)), 2),
    mean(difference(dy, 1)),
  ]) as tf.Scalar;
}

/** Next minus this along one axis, which becomes one shorter. */
function difference(map: tf.Tensor, axis: 1 | 2): tf.Tensor {
  const size = map.shape.map((length, i) => (i === axis ? length - 1 : length));
  const at = (start: number) =>
    tf.slice(
      map,
      map.shape.map((_, i) => (i === axis ? start : 0)),
      size,
    );
  return tf.sub(at(1), at(0));
}

/** Mean squared latent offset, a scalar; any shape. */
export function latentNormLoss(offset: tf.Tensor): tf.Scalar {
  return tf.tidy(() => tf.mean(tf.square(offset)));
}

function expectBroadcast(name: string, part: tf.Tensor, whole: tf.Tensor): void {
  const fits = part.rank === whole.rank && part.shape.every((n, axis) => n === 1 || n === whole.shape[axis]);
  if (!fits)
    fail(
      'photometricLoss',
      `${name} has shape [${part.shape}], which does not broadcast to [${whole.shape}]`,
    );
}
