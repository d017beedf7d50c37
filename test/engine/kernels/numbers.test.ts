import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { bools, compiled, eager, expectNumbers, expectPlain, ints, startOnnx, wave } from './oracle.ts';

beforeAll(startOnnx);

const LOWEST = -(2 ** 31);
const HIGHEST = 2 ** 31 - 1;

describe('integer division', () => {
  // the processor's division traps on the first two, which would end the process
  const a = () => ints(7, LOWEST, -7, 7, -7, LOWEST, HIGHEST, 0);
  const b = () => ints(0, -1, 2, -2, -2, LOWEST, LOWEST, -1);

  it('rounds down; by zero it is zero, and the lowest number by -1 wraps', () => {
    expectNumbers(() => tf.floorDiv(a(), b()), [0, LOWEST, -4, -4, 3, 1, -1, 0]);
    expectNumbers(() => tf.div(a(), b()), [0, LOWEST, -4, -4, 3, 1, -1, 0]);
  });

  it('leaves a rest with the sign of the divisor', () => {
    expectNumbers(() => tf.mod(a(), b()), [0, 0, 1, -1, -1, 0, -1, 0]);
  });

  it('divides computed numbers by constants, and gives integers for floats', async () => {
    await expectPlain(() => [
      tf.floorDiv(tf.add(ints(5, -5, 0), ints(1)), ints(0, 2, -1)),
      tf.floorDiv(tf.tensor1d([5.5, -5.5, 1, 0]), tf.tensor1d([2, 2, 0, 0])),
      tf.divNoNan(ints(3, 4), ints(0, 2)),
    ]);
  });
});

describe('integers', () => {
  it('wrap around like those of the processor', async () => {
    await expectPlain(() => [
      tf.add(ints(HIGHEST, LOWEST), ints(1, -1)),
      tf.sub(ints(LOWEST, HIGHEST), ints(1, -1)),
      tf.mul(ints(65536, -3), ints(65536, 7)),
      tf.neg(ints(LOWEST, 5)),
      tf.maximum(ints(LOWEST, HIGHEST), ints(HIGHEST, 0)),
      tf.greater(ints(LOWEST, HIGHEST), ints(HIGHEST, LOWEST)),
      tf.sum(ints(HIGHEST, LOWEST, 3)),
    ]);
  });

  it('have powers', async () => {
    await expectPlain(() => tf.pow(ints(2, -2, 3, 0, 5), ints(3, 3, 2, 0, 1)));
    expectNumbers(() => tf.pow(ints(2, 4), ints(-1, -2)), [0, 0]);
  });

  it('give real numbers where a function has hardly any integer values', () => {
    const functions = [tf.exp, tf.log1p, tf.atan, tf.softplus, tf.selu, tf.expm1, tf.reciprocal];
    for (const f of functions) {
      const [result] = eager(() => f(ints(1, 3)));
      expect(result?.dtype).toBe('float32');
      expectNumbers(() => f(ints(1, 3)), eager(() => f(tf.tensor1d([1, 3])))[0]?.data ?? []);
    }
  });

  it('stay integers where they may', async () => {
    await expectPlain(() =>
      [tf.abs, tf.neg, tf.square, tf.sign, tf.relu, tf.relu6, tf.step].map((f) => f(ints(-2, 0, 1, 9))),
    );
    await expectPlain(() => [tf.isNaN(ints(1, 0)), tf.isInf(ints(1, 0)), tf.isFinite(ints(1, 0))]);
  });
});

describe('bools', () => {
  it('count as 0 and 1 in arithmetic, which gives integers', () => {
    const [a, b] = [() => bools(1, 1, 0, 0), () => bools(1, 0, 1, 0)];
    expectNumbers(() => tf.add(a(), b()), [2, 1, 1, 0]);
    expectNumbers(() => tf.sub(a(), b()), [0, 1, -1, 0]);
    expectNumbers(() => tf.squaredDifference(a(), b()), [0, 1, 1, 0]);
    expectNumbers(() => tf.pow(a(), b()), [1, 1, 0, 1]);
    expectNumbers(() => tf.addN([a(), b(), a()]), [3, 2, 1, 0]);
    expectNumbers(() => tf.neg(a()), [-1, -1, 0, 0]);
    expectNumbers(() => tf.matMul(tf.reshape(a(), [2, 2]), tf.reshape(b(), [2, 2])), [2, 0, 0, 0]);
    expect(eager(() => tf.add(a(), b()))[0]?.dtype).toBe('int32');
  });

  it('compare, choose, reduce and combine', async () => {
    const [a, b] = [() => bools(1, 1, 0, 0), () => bools(1, 0, 1, 0)];
    await expectPlain(() => [
      tf.greater(a(), b()),
      tf.lessEqual(a(), b()),
      tf.equal(a(), b()),
      tf.notEqual(a(), b()),
      tf.where(a(), b(), tf.logicalNot(b())),
      tf.logicalXor(a(), b()),
      tf.maximum(a(), b()),
      tf.minimum(a(), b()),
      tf.max(a()),
      tf.min(a()),
      tf.all(a()),
      tf.any(a()),
      tf.cumsum(a()),
      tf.prod(a()),
      tf.isFinite(a()),
      tf.add(a(), ints(1, 3, 1, 2)),
      tf.mul(a(), tf.tensor1d([0.5, 1, 2, 3])),
    ]);
  });
});

describe('casts', () => {
  it('cut fractions off, and take all but zero for true', async () => {
    await expectPlain(() => [
      tf.cast(tf.tensor1d([-1.5, -0.5, 1.9, -2.9, 2.5]), 'int32'),
      tf.cast(tf.tensor1d([0, -0.5, Number.NaN, 2, -0]), 'bool'),
      tf.cast(ints(-3, 0, 2), 'bool'),
      tf.cast(bools(1, 0), 'float32'),
      tf.cast(ints(LOWEST, HIGHEST), 'float32'),
    ]);
  });
});

describe('NaN and infinity', () => {
  const nan = Number.NaN;
  const special = () => tf.tensor1d([nan, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, 1]);
  /** Long enough for vector instructions, with a rest. */
  const long = () => tf.tensor1d(Array.from({ length: 100 }, (_, i) => (i % 7 === 3 ? nan : i - 50)));

  it('go through functions of one number', async () => {
    const functions = [
      tf.abs,
      tf.exp,
      tf.log,
      tf.sqrt,
      tf.rsqrt,
      tf.square,
      tf.sigmoid,
      tf.tanh,
      tf.relu,
      tf.relu6,
      tf.elu,
      tf.selu,
      tf.leakyRelu,
      tf.softplus,
      tf.step,
      tf.sign,
      tf.floor,
      tf.erf,
      tf.isNaN,
      tf.isInf,
      tf.isFinite,
    ];
    await expectPlain(() => functions.map((f) => f(special()) as tf.Tensor));
  });

  it('are not lost in vector instructions', () => {
    const count = (x: tf.Tensor) => tf.sum(tf.cast(tf.isNaN(x), 'int32'));
    const functions = [tf.relu, tf.elu, tf.leakyRelu, tf.sigmoid, tf.tanh, tf.softplus, tf.exp];
    for (const f of functions) expectNumbers(() => count(f(long())), [14]);
    expectNumbers(() => count(tf.maximum(long(), 0)), [14]);
    expectNumbers(() => count(tf.minimum(0, long())), [14]);
    expectNumbers(() => count(tf.clipByValue(long(), -1, 1)), [14]);
    expectNumbers(() => tf.stack([tf.sum(long()), tf.mean(long()), tf.prod(long())]), [nan, nan, nan]);
    const one = tf.ones([1, 1, 1, 2]) as tf.Tensor4D;
    const grid = () => tf.reshape(long(), [1, 10, 10, 1]) as tf.Tensor4D;
    expectNumbers(() => count(tf.conv2d(grid(), one, 1, 'same')), [28]);
  });

  it('go through functions of two numbers', async () => {
    const [a, b] = [
      [nan, 1, nan, 2, Number.POSITIVE_INFINITY],
      [1, nan, nan, Number.POSITIVE_INFINITY, 2],
    ];
    for (const f of [tf.add, tf.mul, tf.div, tf.maximum, tf.minimum, tf.greater, tf.equal, tf.notEqual])
      await expectPlain(() => f(tf.tensor1d(a), tf.tensor1d(b)));
  });

  it('NaN is never the largest or smallest by index', () => {
    expectNumbers(() => tf.argMax(tf.tensor1d([nan, 1, 2])), [2]);
    expectNumbers(() => tf.argMin(tf.tensor1d([nan, 2, 1])), [2]);
  });
});

describe('functions of real numbers', () => {
  it('have powers of negative bases where these are real', async () => {
    await expectPlain(() =>
      tf.pow(tf.tensor1d([-2, -2, -8, 0, 0, -1]), tf.tensor1d([2, 3, 1 / 3, 0, -1, 0.5])),
    );
  });

  it('round halves to even, and leave rests with the sign of the divisor', async () => {
    await expectPlain(() => [
      tf.round(tf.tensor1d([0.5, 1.5, 2.5, -0.5, -1.5, -2.5])),
      tf.mod(tf.tensor1d([5.5, -5.5, 5.5, -5.5]), tf.tensor1d([2, 2, -2, -2])),
    ]);
  });

  it('give angles in all quadrants', () => {
    const [y, x] = [
      [1, 1, -1, -1, 0, 1, -1],
      [1, -1, -1, 1, -1, 0, 0],
    ];
    expectNumbers(
      () => tf.atan2(tf.tensor1d(y), tf.tensor1d(x)),
      y.map((value, i) => Math.atan2(value, x[i] as number)),
    );
  });
});

describe('matrix products', () => {
  it('broadcast both batches, which those of the plain kernels do not', () => {
    const [a, b] = [() => wave([2, 1, 2, 3]), () => wave([1, 3, 3, 2], 0.3)];
    const [x, y] = [eager(a)[0]?.data as number[], eager(b)[0]?.data as number[]];
    const expected: number[] = [];
    for (let n = 0; n < 2; n++)
      for (let m = 0; m < 3; m++)
        for (let i = 0; i < 2; i++)
          for (let j = 0; j < 2; j++) {
            const terms = [0, 1, 2].map(
              (k) => (x[n * 6 + i * 3 + k] as number) * (y[m * 6 + k * 2 + j] as number),
            );
            expected.push(terms.reduce((sum, term) => sum + term, 0));
          }
    expectNumbers(() => tf.matMul(a(), b()), expected);
  });
});

describe('windows', () => {
  it('may lie in the padding', async () => {
    const padding: [number, number][] = [
      [0, 0],
      [1, 1],
      [1, 1],
      [0, 0],
    ];
    const x = () => tf.neg(tf.abs(wave([1, 4, 4, 2]))) as tf.Tensor4D;
    await expectPlain(() => [
      tf.maxPool(x(), 2, 2, 1),
      tf.avgPool(x(), 2, 2, padding as never),
      tf.pool(x(), 1, 'max', 1, undefined, 2),
    ]);
    const outer = [
      [0, 0],
      [3, 0],
      [0, 0],
      [0, 0],
    ] as never;
    const [pooled] = compiled(() => tf.maxPool(x(), 2, 1, outer));
    expect(pooled?.shape).toEqual([1, 6, 3, 2]);
    expect((pooled?.data[0] as number) < -1e38).toBe(true);
  });

  it('of a convolution may be padded by axis, with channels first, too', async () => {
    const [x, filter] = [() => wave([1, 4, 5, 2]), () => wave([2, 3, 2, 3], 0.4)];
    const nhwc = [
      [0, 0],
      [0, 1],
      [2, 0],
      [0, 0],
    ] as never;
    const nchw = [
      [0, 0],
      [0, 0],
      [0, 1],
      [2, 0],
    ] as never;
    const expected = eager(() =>
      tf.transpose(tf.conv2d(x() as tf.Tensor4D, filter() as tf.Tensor4D, 1, nhwc), [0, 3, 1, 2]),
    );
    const turned = () => tf.transpose(x(), [0, 3, 1, 2]) as tf.Tensor4D;
    const first = () => tf.conv2d(turned(), filter() as tf.Tensor4D, 1, nchw, 'NCHW');
    expectNumbers(first, expected[0]?.data ?? []);
  });
});
