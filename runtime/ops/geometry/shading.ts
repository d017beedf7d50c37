import * as tf from '@tensorflow/tfjs-core';
import { expectShape } from './shapes.ts';

/** One distant light and an ambient term per sample. */
export interface Lighting {
  /** Ambient strength, [B,1,1]. */
  readonly ambient: tf.Tensor3D;
  /** Diffuse strength, [B,1,1]. */
  readonly diffuse: tf.Tensor3D;
  /** Unit direction, [B,1,1,3]. */
  readonly direction: tf.Tensor4D;
}

/** Unit light directions [B,1,1,3] of slopes [B,2]: (x, y, 1) normalised. */
export function lightDirection(slopes: tf.Tensor): tf.Tensor4D {
  expectShape(slopes, ['B', 2], 'lightDirection: slopes');
  const batch = slopes.shape[0] ?? 0;
  return tf.tidy(() => {
    const direction = tf.concat([slopes, tf.ones([batch, 1])], 1);
    const length = tf.sqrt(tf.sum(tf.square(direction), 1, true));
    return tf.reshape(tf.div(direction, length), [batch, 1, 1, 3]);
  });
}

/** Lighting of a light network's output [B,4] in [−1, 1]: ambient l0/2+0.5, diffuse l1/2+0.5, direction (l2, l3, 1). */
export function lightingFromVector(light: tf.Tensor): Lighting {
  expectShape(light, ['B', 4], 'lightingFromVector: light');
  const batch = light.shape[0] ?? 0;
  return tf.tidy(() => {
    const strength = (i: number) =>
      tf.reshape(tf.add(tf.mul(tf.slice(light, [0, i], [batch, 1]), 0.5), 0.5), [batch, 1, 1]) as tf.Tensor3D;
    return {
      ambient: strength(0),
      diffuse: strength(1),
      direction: lightDirection(tf.slice(light, [0, 2], [batch, 2])),
    };
  });
}

/** Lambert's cosine term max(0, n·l), [B,H,W], of normals [B,H,W,3] and directions [B,1,1,3]. */
export function diffuseShading(normals: tf.Tensor, direction: tf.Tensor): tf.Tensor3D {
  expectShape(normals, ['B', 'H', 'W', 3], 'diffuseShading: normals');
  expectShape(direction, ['B', 1, 1, 3], 'diffuseShading: direction');
  return tf.tidy(() => tf.relu(tf.sum(tf.mul(normals, direction), -1)));
}

/** Shading [B,H,W] = ambient + diffuse · cosine, from the cosine term [B,H,W]. */
export function shade(cosine: tf.Tensor, { ambient, diffuse }: Omit<Lighting, 'direction'>): tf.Tensor3D {
  expectShape(cosine, ['B', 'H', 'W'], 'shade: cosine');
  return tf.tidy(() => tf.add(ambient, tf.mul(diffuse, cosine)));
}

/** Texture [B,H,W,3] in image units: (albedo/2 + 0.5) · shading · 2 − 1, for albedo [B,H,W,3] in [−1, 1] and shading [B,H,W]. */
export function applyShading(albedo: tf.Tensor, shading: tf.Tensor): tf.Tensor4D {
  expectShape(albedo, ['B', 'H', 'W', 3], 'applyShading: albedo');
  expectShape(shading, ['B', 'H', 'W'], 'applyShading: shading');
  return tf.tidy(() => tf.sub(tf.mul(tf.add(albedo, 1), tf.expandDims(shading, -1)), 1));
}
