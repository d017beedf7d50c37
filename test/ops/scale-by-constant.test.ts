import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../runtime/engine/index.ts';
import { scaleByConstant } from '../../runtime/ops/scale-by-constant.ts';
import { ENGINES, expectClose } from './numeric.ts';

describe.each(ENGINES)('scaleByConstant on %s', (engine) => {
  beforeAll(() => useEngine(engine));

  it('takes the factor for a constant, even where it depends on x', () => {
    const x = tf.tensor2d([1, -2, 3, -4], [2, 2]);
    const square = (t: tf.Tensor) => scaleByConstant(t, t);
    expectClose(square(x).dataSync(), [1, 4, 9, 16]);
    expectClose(tf.grad(square)(x).dataSync(), [1, -2, 3, -4]);
  });

  it('has a second derivative by what it scales', () => {
    const factor = tf.tensor1d([2, 3]);
    const slope = tf.grad((x) => tf.square(tf.grad((t) => tf.square(scaleByConstant(t, factor)))(x)));
    // y = (f·x)², y' = 2·f²·x, (y'²)' = 8·f⁴·x
    expectClose(slope(tf.tensor2d([1, 1, -1, 2], [2, 2])).dataSync(), [128, 648, -128, 1296]);
  });

  it('broadcasts the factor', () => {
    const slope = tf.grad((x) => scaleByConstant(x, tf.tensor1d([2, 3])))(tf.zeros([2, 2]));
    expect(Array.from(slope.dataSync())).toEqual([2, 3, 2, 3]);
  });
});
