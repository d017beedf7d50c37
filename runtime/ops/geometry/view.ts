import * as tf from '@tensorflow/tfjs-core';
import { commonBatch, expectShape } from './shapes.ts';

/** Depth of the point (0, 0, z) that views rotate about, in the original configuration. */
export const DEFAULT_ROTATION_CENTRE = 1;

/** A rigid motion per sample: rotation [B,3,3], translation [B,1,3]. */
export interface ViewTransform {
  readonly rotation: tf.Tensor3D;
  readonly translation: tf.Tensor3D;
}

/** Rotation matrices [B,3,3] = Rz·Ry·Rx from angles [B,3] about x, y and z, in radians. */
export function rotationFromEuler(angles: tf.Tensor): tf.Tensor3D {
  expectShape(angles, ['B', 3], 'rotationFromEuler: angles');
  return tf.tidy(() => {
    const [sx, sy, sz] = columns(tf.sin(angles));
    const [cx, cy, cz] = columns(tf.cos(angles));
    const product = (...factors: tf.Tensor[]) => factors.reduce((a, b) => tf.mul(a, b));
    const entries = [
      product(cz, cy),
      tf.sub(product(cz, sy, sx), product(sz, cx)),
      tf.add(product(cz, sy, cx), product(sz, sx)),
      product(sz, cy),
      tf.add(product(sz, sy, sx), product(cz, cx)),
      tf.sub(product(sz, sy, cx), product(cz, sx)),
      tf.neg(sy),
      product(cy, sx),
      product(cy, cx),
    ];
    return tf.reshape(tf.concat(entries, 1), [-1, 3, 3]);
  });
}

/** The rigid motion of a view [B,6]: rotations about x, y, z in radians, then the translation x, y, z. */
export function viewTransform(view: tf.Tensor): ViewTransform {
  expectShape(view, ['B', 6], 'viewTransform: view');
  const batch = view.shape[0] ?? 0;
  return tf.tidy(() => {
    const rotation = rotationFromEuler(tf.slice(view, [0, 0], [batch, 3]));
    const translation: tf.Tensor3D = tf.reshape(tf.slice(view, [0, 3], [batch, 3]), [batch, 1, 3]);
    return { rotation, translation };
  });
}

/** How far a network output of ±1 turns (degrees) and shifts (scene units) the object. */
export interface ViewRange {
  readonly rotation: number;
  readonly translationXY: number;
  readonly translationZ: number;
}

/** Scales raw views [B,6] in [−1, 1] to radians and scene units. */
export function scaleView(raw: tf.Tensor, { rotation, translationXY, translationZ }: ViewRange): tf.Tensor2D {
  expectShape(raw, ['B', 6], 'scaleView: raw');
  const angle = (rotation * Math.PI) / 180;
  const scale = [angle, angle, angle, translationXY, translationXY, translationZ];
  return tf.tidy(() => tf.mul(raw, tf.tensor2d(scale, [1, 6])));
}

/** Where views rotate about: the point (0, 0, rotationCentre). */
export interface RotationOptions {
  readonly rotationCentre?: number;
}

/**
 * Moves points [B,H,W,3] by views [B,6]: rotation about the centre, then translation. Either batch may be 1.
 */
export function applyView(points: tf.Tensor, view: tf.Tensor, options: RotationOptions = {}): tf.Tensor4D {
  return tf.tidy(() => {
    const { flat, rotation, translation, shape } = aligned(points, view, 'applyView');
    const moved = tf.add(rotateAbout(flat, rotation, { ...options, transposed: false }), translation);
    return tf.reshape(moved, shape);
  });
}

/** Undoes {@link applyView} with the same view: takes the translation off, then rotates back about the centre. */
export function applyInverseView(
  points: tf.Tensor,
  view: tf.Tensor,
  options: RotationOptions = {},
): tf.Tensor4D {
  return tf.tidy(() => {
    const { flat, rotation, translation, shape } = aligned(points, view, 'applyInverseView');
    const moved = rotateAbout(tf.sub(flat, translation), rotation, { ...options, transposed: true });
    return tf.reshape(moved, shape);
  });
}

function rotateAbout(
  points: tf.Tensor3D,
  rotation: tf.Tensor3D,
  { rotationCentre = DEFAULT_ROTATION_CENTRE, transposed }: RotationOptions & { transposed: boolean },
): tf.Tensor3D {
  const centre = tf.tensor3d([0, 0, rotationCentre], [1, 1, 3]);
  // Points are rows, so R·p is p·Rᵀ.
  return tf.add(tf.matMul(tf.sub(points, centre), rotation, false, !transposed), centre);
}

/** Points as [B,N,3] and the view's motion, all of one batch: matrix products over broadcast batches have no gradient. */
function aligned(points: tf.Tensor, view: tf.Tensor, what: string) {
  expectShape(points, ['B', 'H', 'W', 3], `${what}: points`);
  expectShape(view, ['B', 6], `${what}: view`);
  const batch = commonBatch(what, points, view);
  const [, height = 0, width = 0] = points.shape;
  const flat = repeated(tf.reshape(points, [-1, height * width, 3]), batch);
  const { rotation, translation } = viewTransform(view);
  const shape: [number, number, number, number] = [batch, height, width, 3];
  return { flat, rotation: repeated(rotation, batch), translation, shape };
}

function repeated(tensor: tf.Tensor3D, batch: number): tf.Tensor3D {
  return tensor.shape[0] === batch ? tensor : tf.tile(tensor, [batch, 1, 1]);
}

function columns(matrix: tf.Tensor): [tf.Tensor, tf.Tensor, tf.Tensor] {
  const rows = matrix.shape[0] ?? 0;
  const column = (i: number) => tf.slice(matrix, [0, i], [rows, 1]);
  return [column(0), column(1), column(2)];
}
