import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { depthMetric } from '../../../nodes/metric/depth.ts';
import { useEngine as startEngine } from '../../../runtime/engine/index.ts';

beforeAll(() => startEngine('cpu'));

const S = 12;
/** A dome in front of a background, its relief to the power of `scale`. */
function dome(scale: number): tf.Tensor3D {
  return tf
    .buffer(
      [1, S, S],
      'float32',
      Float32Array.from({ length: S * S }, (_, i) => {
        const [y, x] = [Math.floor(i / S) - 5.5, (i % S) - 5.5];
        const height = 0.1 * (1 - (x * x + y * y) / 25);
        return height > 0 ? Math.exp(scale * Math.log(1 - height)) : 1.1;
      }),
    )
    .toTensor() as tf.Tensor3D;
}

function errorsOf(depth: tf.Tensor3D, mask = tf.ones([1, S, S, 1]) as tf.Tensor4D) {
  const outputs = depthMetric.run({
    inputs: { depth, truth: dome(1), mask },
    params: { fov: 10 },
    context: {} as never,
  });
  return Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => [name, value.dataSync()[0] as number]),
  );
}

it('a relief of the wrong scale has errors, but not after alignment', () => {
  const { side, mad, alignedSide, correlation } = errorsOf(dome(0.4));
  expect(side).toBeGreaterThan(0.01);
  expect(mad).toBeGreaterThan(1);
  expect(alignedSide).toBeLessThan(1e-6);
  expect(correlation).toBeCloseTo(1, 3);
  expect(errorsOf(dome(1))).toMatchObject({ side: 0, mae: 0, mse: 0 });
});

it('a hollow is no dome, and a constant depth has no scale', () => {
  const constant = errorsOf(tf.ones([1, S, S]));
  expect(constant).toMatchObject({ correlation: 0 });
  expect(constant.alignedSide).toBeCloseTo(constant.side as number, 7);
  const hollow = errorsOf(dome(-1));
  expect(hollow.correlation).toBeLessThan(-0.99);
  expect(hollow.alignedSide).toBeCloseTo(constant.side as number, 6);
  expect(hollow.side).toBeCloseTo(2 * (constant.side as number), 6);
});

it('no pixel to compare gives NaN everywhere', () => {
  for (const value of Object.values(errorsOf(dome(1), tf.zeros([1, S, S, 1])))) expect(value).toBeNaN();
});
