import type * as tf from '@tensorflow/tfjs-core';
import { type HostOp, hostOp } from '../../engine/host-op.ts';
import { expectShape, shape4 } from '../check.ts';

interface Spacing {
  /** The distance of two samples, in the unit that depth shall have. */
  readonly spacing: number;
}

const integrateOp: HostOp<Spacing> = {
  name: 'IntegrateNormals',
  outputs: ([shape = []]) => [{ shape: shape.slice(0, 3), dtype: 'float32' }],
  run([normals, mask], [depth], { spacing }) {
    if (!normals || !mask || !depth) throw new TypeError('IntegrateNormals takes 2 inputs and has 1 output');
    const [batch = 0, height = 0, width = 0] = normals.shape;
    const pixels = height * width;
    for (let i = 0; i < batch; i++) {
      const field = normals.data.subarray(2 * i * pixels, 2 * (i + 1) * pixels);
      const inside = mask.data.subarray(i * pixels, (i + 1) * pixels);
      depth.data.set(integrated({ field, inside, width, spacing }), i * pixels);
    }
  },
};

/**
 * The depth [B,H,W] whose normals are given by their x and y [B,H,W,2] (shape/normals has these): the one whose
 * differences between neighbours are closest to −n_x/n_z and −n_y/n_z, within a mask [B,H,W,1]; 0 outside of it, and on
 * average. Without a gradient. Throws a RangeError for other shapes.
 */
export function integrateNormals(normals: tf.Tensor4D, mask: tf.Tensor4D, options: Spacing): tf.Tensor3D {
  const [batch, height, width] = shape4('integrateNormals', 'normals', normals);
  expectShape('integrateNormals', 'normals', normals, [batch, height, width, 2]);
  expectShape('integrateNormals', 'mask', mask, [batch, height, width, 1]);
  return hostOp(integrateOp, [normals, mask], options)[0] as tf.Tensor3D;
}

/** Normals that lie flatter than this are not believed. */
const LEAST_Z = 0.3;
/** Successive over-relaxation; without a rim that is held it settles slowly. */
const SWEEPS_PER_SAMPLE = 20;

interface Field {
  readonly field: ArrayLike<number>;
  readonly inside: ArrayLike<number>;
  readonly width: number;
  readonly spacing: number;
}

function integrated({ field, inside, width, spacing }: Field): Float64Array {
  const places = Array.from({ length: inside.length }, (_, at) => at).filter(
    (at) => (inside[at] as number) > 0.5,
  );
  const within = new Set(places);
  const [x, y] = [0, 1].map((axis) =>
    Float64Array.from({ length: inside.length }, (_, at) => spacing * slopeOf(field, at, axis)),
  ) as [Float64Array, Float64Array];
  // Of every place its neighbours, and how much deeper it is than each.
  const links = places.map((at) => {
    const link = (other: number, slopes: Float64Array, sign: number) =>
      within.has(other)
        ? [{ other, step: (sign * ((slopes[at] as number) + (slopes[other] as number))) / 2 }]
        : [];
    const column = at % width;
    return [
      ...(column > 0 ? link(at - 1, x, 1) : []),
      ...(column < width - 1 ? link(at + 1, x, -1) : []),
      ...link(at - width, y, 1),
      ...link(at + width, y, -1),
    ];
  });
  const depth = new Float64Array(inside.length);
  const side = Math.max(width, inside.length / width);
  const factor = 2 / (1 + Math.sin(Math.PI / (side + 1)));
  for (let sweep = 0; sweep < SWEEPS_PER_SAMPLE * side; sweep++) {
    places.forEach((at, i) => {
      const around = links[i] as (typeof links)[number];
      if (around.length === 0) return;
      const wanted = around.reduce((sum, { other, step }) => sum + (depth[other] as number) + step, 0);
      depth[at] = (depth[at] as number) + factor * (wanted / around.length - (depth[at] as number));
    });
  }
  const mean = places.reduce((sum, at) => sum + (depth[at] as number), 0) / Math.max(1, places.length);
  for (const at of places) depth[at] = (depth[at] as number) - mean;
  return depth;
}

/** How depth grows along an axis: −n_x / n_z or −n_y / n_z. */
function slopeOf(field: ArrayLike<number>, at: number, axis: number): number {
  const [x, y] = [field[2 * at] as number, field[2 * at + 1] as number];
  return -(axis === 0 ? x : y) / Math.max(LEAST_Z, Math.sqrt(Math.max(0, 1 - x * x - y * y)));
}
