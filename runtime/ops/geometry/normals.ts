import * as tf from '@tensorflow/tfjs-core';
import { type Camera, raySlopes } from './camera.ts';
import { expectShape } from './shapes.ts';

// Added to the length before dividing. At 256 pixels the cross product is only 20 times longer, so it belongs to
// the numbers that must agree with the original.
const LENGTH_EPSILON = 1e-7;

/**
 * Surface normals [B,S,S,3] of a depth map [B,S,S]: the cross product of central differences of the back-projected
 * points, horizontal × vertical, so a plane that faces the camera has (0, 0, 1). Pixels on the border get (0, 0, 1).
 */
export function normalsFromDepth(depth: tf.Tensor, camera: Camera): tf.Tensor4D {
  const { size } = camera;
  if (size < 3) throw new RangeError(`normalsFromDepth: expected a size of at least 3, found ${size}`);
  expectShape(depth, ['B', size, size], 'normalsFromDepth: depth');
  return tf.tidy(() => {
    const slopes = raySlopes(camera);
    const x = tf.mul(depth, tf.tensor3d(slopes, [1, 1, size]));
    const y = tf.mul(depth, tf.tensor3d(slopes, [1, size, 1]));
    const horizontal = [x, y, depth].map((map) => centralDifference(map, { axis: 'horizontal' }));
    const vertical = [x, y, depth].map((map) => centralDifference(map, { axis: 'vertical' }));
    const [nx, ny, nz] = cross(horizontal as Vector, vertical as Vector);
    const border = (inner: tf.Tensor, value: number) =>
      tf.pad(
        inner,
        [
          [0, 0],
          [1, 1],
          [1, 1],
        ],
        value,
      );
    const normal = tf.stack([border(nx, 0), border(ny, 0), border(nz, 1)], -1) as tf.Tensor4D;
    const length = tf.sqrt(tf.sum(tf.square(normal), -1, true));
    return tf.div(normal, tf.add(length, LENGTH_EPSILON));
  });
}

type Vector = [tf.Tensor, tf.Tensor, tf.Tensor];

/** Next minus previous at the inner pixels of a map [B,S,S]: [B,S−2,S−2]. */
function centralDifference(map: tf.Tensor, { axis }: { axis: 'horizontal' | 'vertical' }): tf.Tensor {
  const [batch = 0, height = 0, width = 0] = map.shape;
  const inner = (row: number, column: number) =>
    tf.slice(map, [0, row, column], [batch, height - 2, width - 2]);
  return axis === 'horizontal' ? tf.sub(inner(1, 2), inner(1, 0)) : tf.sub(inner(2, 1), inner(0, 1));
}

function cross([ax, ay, az]: Vector, [bx, by, bz]: Vector): Vector {
  const minor = (p: tf.Tensor, q: tf.Tensor, r: tf.Tensor, s: tf.Tensor) =>
    tf.sub(tf.mul(p, q), tf.mul(r, s));
  return [minor(ay, bz, az, by), minor(az, bx, ax, bz), minor(ax, by, ay, bx)];
}
