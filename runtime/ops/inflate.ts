import type * as tf from '@tensorflow/tfjs-core';
import { type HostOp, hostOp } from '../engine/host-op.ts';
import { fail, shape4 } from './check.ts';

const inflateOp: HostOp<undefined> = {
  name: 'Inflate',
  outputs: ([shape = []]) => [{ shape: shape.slice(0, 3), dtype: 'float32' }],
  run([masks], [heights]) {
    if (!masks || !heights) throw new TypeError('Inflate takes 1 input and has 1 output');
    const [batch = 0, height = 0, width = 0] = masks.shape;
    const pixels = height * width;
    for (let i = 0; i < batch; i++) {
      const mask = masks.data.subarray(i * pixels, (i + 1) * pixels);
      heights.data.set(inflated(mask, height, width), i * pixels);
    }
  },
};

/**
 * The heights [B,H,W] of masks [B,H,W,1] blown up like balloons: √u with Δu = −1 inside and u = 0 at the rim (a mask
 * of at least ½ is inside), scaled so that the highest point is 1; of a disc it is the hemisphere. 0 outside.
 * Without a gradient. Throws a RangeError for other shapes.
 */
export function inflate(masks: tf.Tensor4D): tf.Tensor3D {
  const [, , , channels] = shape4('inflate', 'masks', masks);
  if (channels !== 1) fail('inflate', `masks has ${channels} channels, expected 1`);
  return hostOp(inflateOp, [masks], undefined)[0] as tf.Tensor3D;
}

/** Successive over-relaxation with the best factor settles in a number of sweeps that grows with the image's side. */
const SWEEPS_PER_PIXEL = 3;

function inflated(mask: ArrayLike<number>, height: number, width: number): Float64Array {
  const side = Math.max(height, width);
  const factor = 2 / (1 + Math.sin(Math.PI / (side + 1)));
  const stride = width + 2;
  // With a rim of zeros all around, every pixel has four neighbours.
  const u = new Float64Array(stride * (height + 2));
  const inside: number[] = [];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      if ((mask[row * width + column] as number) >= 0.5) inside.push((row + 1) * stride + column + 1);
    }
  }
  for (let sweep = 0; sweep < SWEEPS_PER_PIXEL * side; sweep++) {
    for (const at of inside) {
      const around =
        (u[at - 1] as number) +
        (u[at + 1] as number) +
        (u[at - stride] as number) +
        (u[at + stride] as number);
      u[at] = (u[at] as number) + factor * ((around + 1) / 4 - (u[at] as number));
    }
  }
  const highest = inside.reduce((most, at) => Math.max(most, u[at] as number), 0);
  return Float64Array.from({ length: height * width }, (_, pixel) => {
    const at = (Math.floor(pixel / width) + 1) * stride + (pixel % width) + 1;
    return highest > 0 ? Math.sqrt(Math.max(0, u[at] as number) / highest) : 0;
  });
}
