import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { sampleFace } from '../../runtime/faces/face.ts';
import { BACKGROUND_DEPTH, type Rendering, renderFace } from '../../runtime/faces/render.ts';
import {
  createCamera,
  depthMetrics,
  ellipsoidDepth,
  evaluationMask,
  normalsFromDepth,
} from '../../runtime/ops/index.ts';

/** SIDE times 100 and MAD in degrees, means over faces. */
export interface Errors {
  readonly side: number;
  readonly mad: number;
}

/** Faces `from` to below `from + count` of a seed. */
export function renderSome(seed: number, count: number, size: number, from = 0): Rendering[] {
  return Array.from({ length: count }, (_, i) => renderFace(sampleFace(seed, from + i), size));
}

/** The mean of the depths that faces have at each pixel, over the faces that cover it: [S,S]. */
export function averageDepth(faces: readonly Rendering[]): Float32Array {
  const pixels = (faces[0] as Rendering).depth.length;
  return Float32Array.from({ length: pixels }, (_, pixel) => {
    let sum = 0;
    let count = 0;
    for (const { depth, mask } of faces) {
      if (mask[pixel] === 0) continue;
      sum += depth[pixel] as number;
      count++;
    }
    return count > 0 ? sum / count : BACKGROUND_DEPTH;
  });
}

/** Errors of a guess that may look at the mask of a face alone. */
export function errorsOf(
  faces: readonly Rendering[],
  guess: (mask: tf.Tensor4D) => tf.Tensor | Float32Array,
): Errors {
  let side = 0;
  let mad = 0;
  for (const { size, depth, mask } of faces) {
    tf.tidy(() => {
      const truth = tf.tensor3d(depth, [1, size, size]);
      const outline = tf.tensor4d(
        Float32Array.from(mask, (m) => m / 255),
        [1, size, size, 1],
      );
      const given = guess(outline);
      const predicted =
        given instanceof Float32Array ? tf.tensor3d(given, [1, size, size]) : (given as tf.Tensor3D);
      const camera = createCamera({ size });
      const errors = depthMetrics({
        depth: predicted,
        truth,
        normals: normalsFromDepth(predicted, camera),
        trueNormals: normalsFromDepth(truth, camera),
        mask: evaluationMask(truth, tf.onesLike(truth)),
      });
      side += errors.side.dataSync()[0] as number;
      mad += errors.mad.dataSync()[0] as number;
    });
  }
  return { side: (side / faces.length) * 100, mad: mad / faces.length };
}

/** The baselines of the evaluation. The average comes from other faces than the ones it is compared with. */
export function baselines(faces: readonly Rendering[], others: readonly Rendering[]) {
  const average = averageDepth(others);
  const size = (faces[0] as Rendering).size;
  const ellipsoid = (near: number, far: number) =>
    errorsOf(faces, (mask) => ellipsoidDepth(mask, { near, far }));
  return {
    constant: errorsOf(faces, () => new Float32Array(size * size).fill(1)),
    average: errorsOf(faces, () => average),
    ellipsoid: ellipsoid(0.91, 1.02),
    'ellipsoid .92–.99': ellipsoid(0.92, 0.99),
    'ellipsoid .93–1.00': ellipsoid(0.93, 1),
    'ellipsoid .93–1.01': ellipsoid(0.93, 1.01),
    'ellipsoid .94–1.00': ellipsoid(0.94, 1),
  };
}
