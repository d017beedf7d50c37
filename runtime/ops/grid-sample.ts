import * as tf from '@tensorflow/tfjs-core';
import { fail, shape4 } from './check.ts';
import { scaleByConstant } from './scale-by-constant.ts';
import { weightedGather, weightedScatter } from './weighted-gather.ts';

/** How a grid addresses an image. */
export interface GridSampleOptions {
  /** Default `bilinear`. `nearest` rounds half to even and has no gradient by the grid. */
  readonly mode?: 'bilinear' | 'nearest';
  /** True: ±1 are the centres of the outermost pixels; false: their outer edges. GAN2Shape uses true. */
  readonly alignCorners: boolean;
}

/**
 * Samples an image at the grid's points, with zeros outside of it (PyTorch's `grid_sample`).
 *
 * Sampling and the gradient by the grid are gathers, which stay inside a recorded graph and on a GPU; only the
 * gradient by the image is a host operation (see weighted-gather.ts). Differentiable to any order.
 *
 * @param image [B,H,W,C]
 * @param grid [B,h,w,2]: x (to the right), y (down), −1…1 across the image
 * @returns [B,h,w,C]
 * @throws RangeError on a wrong rank, unequal batches, or points that are not pairs
 */
export function gridSample(image: tf.Tensor4D, grid: tf.Tensor4D, options: GridSampleOptions): tf.Tensor4D {
  const op = 'gridSample';
  const [batch, height, width, channels] = shape4(op, 'image', image);
  const [count, rows, columns, coordinates] = shape4(op, 'grid', grid, '[B,h,w,2]');
  if (count !== batch)
    fail(op, `grid [${grid.shape}] has ${count} samples, image [${image.shape}] has ${batch}`);
  if (coordinates !== 2)
    fail(op, `grid [${grid.shape}] has points of ${coordinates} coordinates, expected 2`);
  return tf.tidy(() => {
    const [gx, gy] = tf
      .split(tf.reshape(grid, [batch, rows * columns, 2]), 2, 2)
      .map((coordinate) => tf.reshape(coordinate, [batch, rows * columns])) as [tf.Tensor2D, tf.Tensor2D];
    const source = tf.reshape(image, [batch * height * width, channels]) as tf.Tensor2D;
    const sample = options.mode === 'nearest' ? sampleNearest : sampleBilinear;
    const sampled = sample(source, gx, gy, { batch, height, width, alignCorners: options.alignCorners });
    return tf.transpose(tf.reshape(sampled, [channels, batch, rows, columns]), [1, 2, 3, 0]) as tf.Tensor4D;
  });
}

interface Raster {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly alignCorners: boolean;
}

/** Where one axis of the points meets the image: J neighbouring pixels of each point, [J,B,N]. */
interface Neighbours {
  /** int32, within the image in any case. */
  readonly indices: tf.Tensor3D;
  /** 1 where the pixel is within the image, else 0. */
  readonly inside: tf.Tensor3D;
}

function sampleBilinear(source: tf.Tensor2D, gx: tf.Tensor2D, gy: tf.Tensor2D, raster: Raster): tf.Tensor2D {
  const [x, y] = (
    [
      [gx, raster.width],
      [gy, raster.height],
    ] as const
  ).map(([points, size]) => {
    const pixels = toPixels(points, size, raster);
    const base = tf.floor(pixels);
    const share = tf.sub<tf.Tensor2D>(pixels, base);
    const neighbours = address(tf.stack([base, tf.add(base, 1)]) as tf.Tensor3D, size);
    const tents = tf.stack([tf.sub(1, share), share]) as tf.Tensor3D;
    return { ...neighbours, weights: scaleByConstant(tents, neighbours.inside) };
  }) as [Neighbours & { weights: tf.Tensor3D }, Neighbours & { weights: tf.Tensor3D }];
  const weights = tf.mul(tf.expandDims(y.weights, 1), tf.expandDims(x.weights, 0));
  return weightedGather(source, flatIndices(x, y, raster), tf.reshape(weights, [4, -1]) as tf.Tensor2D);
}

function sampleNearest(source: tf.Tensor2D, gx: tf.Tensor2D, gy: tf.Tensor2D, raster: Raster): tf.Tensor2D {
  const op = tf.customGrad((pixels, columns, rows, save) => {
    const nearest = (points: tf.Tensor, size: number) =>
      address(tf.expandDims(tf.round(toPixels(points as tf.Tensor2D, size, raster)), 0) as tf.Tensor3D, size);
    const x = nearest(columns as tf.Tensor, raster.width);
    const y = nearest(rows as tf.Tensor, raster.height);
    const indices = flatIndices(x, y, raster);
    const inside = tf.reshape(tf.mul(x.inside, y.inside), [1, -1]) as tf.Tensor2D;
    (save as tf.GradSaveFunc)([indices, inside]);
    return {
      value: weightedGather(pixels as tf.Tensor2D, indices, inside),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [indices, inside] = saved as [tf.Tensor2D, tf.Tensor2D];
        const dSource = weightedScatter(dy as tf.Tensor2D, indices, inside, source.shape[0]);
        return [dSource, tf.zeros(gx.shape), tf.zeros(gy.shape)];
      },
    };
  });
  return op(source, gx, gy) as tf.Tensor2D;
}

/** Grid coordinates of one axis → pixel coordinates. */
function toPixels(points: tf.Tensor2D, size: number, { alignCorners }: Raster): tf.Tensor2D {
  const shifted = tf.add(points, 1);
  const pixels = alignCorners
    ? tf.mul(tf.mul(shifted, 0.5), size - 1)
    : tf.mul(tf.sub(tf.mul(shifted, size), 1), 0.5);
  return drawIn(pixels as tf.Tensor2D, size);
}

/**
 * Draws points at any distance, infinity included, in to where integers hold them. They still miss the image, so
 * that their weights, and with them their gradients, are zero: the derivative may pass as it is.
 */
function drawIn(pixels: tf.Tensor2D, size: number): tf.Tensor2D {
  const op = tf.customGrad((x) => ({
    value: tf.clipByValue(x as tf.Tensor2D, -2, size + 1),
    gradFunc: (dy: tf.Tensor) => dy,
  }));
  return op(pixels) as tf.Tensor2D;
}

/** The comparison comes first, so that a NaN in the grid becomes a NaN in the result and not a wild address. */
function address(positions: tf.Tensor3D, size: number): Neighbours {
  const inside = tf.equal(positions, tf.clipByValue(positions, 0, size - 1));
  const indices = tf.cast(tf.where(inside, positions, tf.zerosLike(positions)), 'int32') as tf.Tensor3D;
  return { indices, inside: tf.cast(inside, 'float32') as tf.Tensor3D };
}

/** Positions of all pairs of neighbours in the flat image [B·H·W], [Jy·Jx, B·N]. Integers count further than floats. */
function flatIndices(x: Neighbours, y: Neighbours, { batch, height, width }: Raster): tf.Tensor2D {
  const starts = Int32Array.from({ length: batch }, (_, b) => b * height * width);
  const rows = tf.add(tf.mul(y.indices, tf.scalar(width, 'int32')), tf.tensor2d(starts, [batch, 1], 'int32'));
  const indices = tf.add(tf.expandDims(rows, 1), tf.expandDims(x.indices, 0));
  return tf.reshape(indices, [x.indices.shape[0] * y.indices.shape[0], -1]) as tf.Tensor2D;
}
