import * as tf from '@tensorflow/tfjs-core';
import { expectShape } from './shapes.ts';

/** A pinhole camera that looks along +z onto a square image. Lengths in pixels, fov in degrees. */
export interface Camera {
  readonly size: number;
  readonly fov: number;
  /** Focal length, (size − 1)/2 / tan(fov/2): the outermost pixel centres lie on the edge of the field of view. */
  readonly focal: number;
  /** Principal point in x and y, (size − 1)/2. */
  readonly centre: number;
}

/** The camera of GAN2Shape. Throws a RangeError for a size below 2 or an fov outside (0, 180). */
export function createCamera({ size, fov = 10 }: { size: number; fov?: number }): Camera {
  if (!Number.isInteger(size) || size < 2)
    throw new RangeError(`camera size: expected an integer ≥ 2, found ${size}`);
  if (!(fov > 0 && fov < 180)) throw new RangeError(`camera fov: expected degrees in (0, 180), found ${fov}`);
  const centre = (size - 1) / 2;
  return { size, fov, focal: centre / Math.tan((fov * Math.PI) / 360), centre };
}

/** The intrinsic matrix K, [3,3]: pixel coordinates (u, v, 1) = K · (x/z, y/z, 1). */
export function intrinsics({ focal, centre }: Camera): tf.Tensor2D {
  return tf.tensor2d([focal, 0, centre, 0, focal, centre, 0, 0, 1], [3, 3]);
}

/** The inverse of the intrinsic matrix, [3,3]. */
export function inverseIntrinsics({ focal, centre }: Camera): tf.Tensor2D {
  return tf.tensor2d([1 / focal, 0, -centre / focal, 0, 1 / focal, -centre / focal, 0, 0, 1], [3, 3]);
}

/** The coordinates (x, y) of every pixel, [1,H,W,2]: counted from 0 (`pixels`), or from −1 to 1 (`normalized`). */
export function pixelGrid({ size }: Camera, { units }: { units: 'pixels' | 'normalized' }): tf.Tensor4D {
  const at = (i: number) => (units === 'pixels' ? i : (2 * i) / (size - 1) - 1);
  const values = new Float32Array(size * size * 2);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) values.set([at(x), at(y)], (y * size + x) * 2);
  }
  return tf.tensor4d(values, [1, size, size, 2]);
}

/** The ray slope of each pixel column (equally, row): x/z = (u − centre)/focal, [size]. */
export function raySlopes({ size, focal, centre }: Camera): Float32Array {
  return Float32Array.from({ length: size }, (_, u) => (u - centre) / focal);
}

/** Back-projects a depth map [B,S,S] to the 3D points of its pixels, [B,S,S,3] as (x, y, z). */
export function depthToPoints(depth: tf.Tensor, camera: Camera): tf.Tensor4D {
  const { size } = camera;
  expectShape(depth, ['B', size, size], 'depthToPoints: depth');
  return tf.tidy(() => {
    const slopes = raySlopes(camera);
    const rays = new Float32Array(size * size * 3);
    slopes.forEach((y, v) => {
      slopes.forEach((x, u) => {
        rays.set([x, y, 1], (v * size + u) * 3);
      });
    });
    return tf.mul(tf.expandDims(depth, -1), tf.tensor4d(rays, [1, size, size, 3]));
  });
}

/**
 * Projects points [B,H,W,3] to sampling coordinates [B,H,W,2]: (x, y) with −1 and 1 at the centres of the outermost
 * pixels, as grid sampling with aligned corners reads them. Points at z = 0 give infinities.
 */
export function pointsToGrid(points: tf.Tensor, camera: Camera): tf.Tensor4D {
  expectShape(points, ['B', 'H', 'W', 3], 'pointsToGrid: points');
  const [batch = 0, height = 0, width = 0] = points.shape;
  return tf.tidy(() => {
    const xy = tf.slice(points, [0, 0, 0, 0], [batch, height, width, 2]);
    const z = tf.slice(points, [0, 0, 0, 2], [batch, height, width, 1]);
    // The principal point is the image centre, so normalising leaves only the scale focal / centre = 1 / tan(fov/2).
    return tf.mul(tf.div(xy, z), camera.focal / camera.centre);
  });
}
