import type * as tf from '@tensorflow/tfjs-core';
import { type HostOp, hostOp } from '../../engine/host-op.ts';
import { expectShape, fail } from '../check.ts';
import { leastSquares } from '../least-squares.ts';

const removeBowlOp: HostOp<undefined> = {
  name: 'RemoveBowl',
  outputs: ([shape = []]) => [{ shape, dtype: 'float32' }],
  run([map, mask], [rest]) {
    if (!map || !mask || !rest) throw new TypeError('RemoveBowl takes 2 inputs and has 1 output');
    const [batch = 0, height = 0, width = 0] = map.shape;
    const pixels = height * width;
    for (let i = 0; i < batch; i++) {
      const at = i * pixels;
      const values = map.data.subarray(at, at + pixels);
      rest.data.set(restOf(values, mask.data.subarray(at, at + pixels), width), at);
    }
  },
};

/**
 * What of maps [B,H,W] is not a bowl: the rest of a fit with 1, y, x², y², x²y, x⁴, y⁴ and x²y² within a mask [B,H,W,1],
 * and 0 outside of it. Without a gradient. Throws a RangeError for other shapes.
 */
export function removeBowl(map: tf.Tensor3D, mask: tf.Tensor4D): tf.Tensor3D {
  if (map.rank !== 3) fail('removeBowl', `map has shape [${map.shape}], expected [B,H,W]`);
  expectShape('removeBowl', 'mask', mask, [...map.shape, 1]);
  return hostOp(removeBowlOp, [map, mask], undefined)[0] as tf.Tensor3D;
}

function restOf(values: ArrayLike<number>, mask: ArrayLike<number>, width: number): Float64Array {
  const height = values.length / width;
  const places = Array.from({ length: values.length }, (_, at) => at).filter(
    (at) => (mask[at] as number) > 0.5,
  );
  const terms = places.map((at) => {
    const [x, y] = [(2 * (at % width) + 1) / width - 1, (2 * Math.floor(at / width) + 1) / height - 1];
    return [1, y, x ** 2, y ** 2, x ** 2 * y, x ** 4, y ** 4, x ** 2 * y ** 2];
  });
  const bowl = leastSquares({
    terms: Float64Array.from(terms.flat()),
    values: Float64Array.from(places, (at) => values[at] as number),
    channels: 1,
  });
  const rest = new Float64Array(values.length);
  places.forEach((at, i) => {
    const fitted = (terms[i] as number[]).reduce((sum, term, t) => sum + term * (bowl[t] as number), 0);
    rest[at] = (values[at] as number) - fitted;
  });
  return rest;
}
