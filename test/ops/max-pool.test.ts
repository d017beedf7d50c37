import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../runtime/engine/index.ts';
import { maxPool2d } from '../../runtime/ops/max-pool.ts';
import { checkOperation, ENGINES, expectClose } from './numeric.ts';
import { pool, shapes } from './reference-pool.ts';

/** Values that differ by far more than the steps of the central differences. */
const distinct = Float64Array.from({ length: 168 }, (_, i) => ((i * 97) % 168) / 80 - 1);

describe.each(ENGINES)('maxPool2d on %s', (engine) => {
  beforeAll(() => useEngine(engine));
  for (const [kernel, stride, padding] of [
    [2, 2, 0],
    [3, 2, 1],
    [3, 1, 1],
    [2, 3, 1],
    [1, 1, 0],
    [5, 2, 2],
  ] as const) {
    it(`takes maxima of ${kernel}×${kernel}, stride ${stride}, padding ${padding}, with both gradients`, () => {
      checkOperation({
        shapes,
        inputs: [distinct],
        op: (x) => maxPool2d(x as tf.Tensor4D, { kernel, stride, padding }),
        formula: (x) =>
          pool(
            x as Float64Array,
            { kernel: [kernel, kernel], stride: [stride, stride], padding: [padding, padding] },
            (values) => Math.max(...values),
          ),
        second: true,
      });
    });
  }

  it('gives the gradient of a tie to the first maximum, in overlapping windows too', () => {
    const slope = (x: number[][], kernel: number, stride: number) =>
      tf.grad((t) => maxPool2d(t as tf.Tensor4D, { kernel, stride }))(
        tf.tensor4d(x.flat(), [1, x.length, x[0]?.length as number, 1]),
      );
    expectClose(
      slope(
        [
          [0, 5, 3, 3],
          [5, 5, 3, 3],
        ],
        2,
        2,
      ).dataSync(),
      [0, 1, 1, 0, 0, 0, 0, 0],
    );
    expectClose(
      slope(
        [
          [1, 1, 1],
          [1, 1, 1],
          [1, 1, 1],
        ],
        2,
        1,
      ).dataSync(),
      [1, 1, 0, 1, 1, 0, 0, 0, 0],
    );
  });

  it('pads with −∞, not with zeros', () => {
    const out = maxPool2d(tf.fill([1, 2, 2, 1], -3), { kernel: 3, stride: 2, padding: 1 });
    expect(Array.from(out.dataSync())).toEqual([-3]);
  });

  it('names what does not fit', () => {
    const x = tf.zeros<tf.Rank.R4>([1, 4, 4, 1]);
    expect(() => maxPool2d(x, { kernel: 2, padding: 2 })).toThrow(
      'maxPool2d: padding is 2, expected at most half the kernel of 2',
    );
    expect(() => maxPool2d(x, { kernel: 5 })).toThrow(
      'maxPool2d: kernel 5 exceeds x [1,4,4,1] with padding 0',
    );
    expect(() => maxPool2d(x, { kernel: 0 })).toThrow('kernel is 0, expected an integer of at least 1');
  });
});
