import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { EngineError } from '../../../runtime/engine/index.ts';
import { type Computation, eager, expectNumbers, expectPlain, ints, startOnnx, wave } from './oracle.ts';

beforeAll(startOnnx);

const none = tf.zeros;

const EMPTY: Record<string, Computation> = {
  functions: () => [tf.exp, tf.relu, tf.sign, tf.isNaN, tf.clone].map((f) => f(none([2, 0, 3])) as tf.Tensor),
  broadcasting: () => [tf.add(none([0, 3]), none([1, 3])), tf.greater(none([0, 3]), 1)],
  sums: () => [
    tf.sum(none([2, 0, 3]), 1),
    tf.mean(none([2, 0, 3]), 1),
    tf.prod(none([2, 0]), 1),
    tf.sum(none([0])),
  ],
  products: () => [tf.matMul(none([2, 0]), none([0, 3])), tf.matMul(none([0, 2]), none([2, 3]))],
  'products over an empty batch': () => tf.matMul(none([0, 2, 3]), none([0, 3, 4])),
  concatenation: () => [
    tf.concat([none([0, 3]), tf.ones([2, 3]), none([0, 3])]),
    tf.concat([none([0, 3]), none([0, 3])]),
    tf.stack([none([0]), none([0])]),
  ],
  parts: () => [
    tf.slice(wave([3, 4]), [1, 1], [0, 2]),
    ...tf.split(none([0, 4]), 2, 1),
    ...tf.unstack(none([2, 0])),
  ],
  growth: () => [
    tf.pad(
      none([0, 2]),
      [
        [1, 1],
        [0, 0],
      ],
      3,
    ),
    tf.tile(none([0, 2]), [2, 2]),
    tf.tile(wave([2, 2]), [0, 2]),
  ],
  indices: () => [
    tf.gather(wave([3, 2]), tf.tensor1d([], 'int32')),
    tf.oneHot(tf.tensor1d([], 'int32'), 3),
    tf.scatterND(none([0, 1], 'int32'), none([0, 2]), [3, 2]),
    tf.argMax(none([0, 3]), 1),
  ],
  rearranging: () => [
    tf.transpose(none([2, 0, 3]), [2, 1, 0]),
    tf.reverse(none([0, 2])),
    tf.cumsum(none([0])),
    tf.softmax(none([0, 3])),
    tf.where(none([0], 'bool'), none([0]), tf.ones([0])),
  ],
  images: () => [
    tf.conv2d(none<tf.Rank.R4>([0, 4, 4, 2]), wave([3, 3, 2, 3]) as tf.Tensor4D, 1, 'same'),
    tf.depthwiseConv2d(none<tf.Rank.R4>([0, 4, 4, 2]), wave([3, 3, 2, 1]) as tf.Tensor4D, 1, 'same'),
    tf.maxPool(none<tf.Rank.R4>([0, 4, 4, 3]), 2, 2, 'same'),
    tf.avgPool(none<tf.Rank.R4>([0, 4, 4, 3]), 2, 2, 'same'),
    tf.image.resizeBilinear(none<tf.Rank.R4>([0, 2, 2, 3]), [4, 4]),
  ],
};

describe('empty tensors', () => {
  it.each(Object.entries(EMPTY))('%s', async (_, compute) => {
    await expectPlain(compute);
  });

  it('have no largest number', () => {
    expectNumbers(() => tf.max(none([2, 0]), 1), [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]);
    expectNumbers(() => tf.min(none([0])), [Number.POSITIVE_INFINITY]);
  });
});

const r5 = () => wave([2, 3, 2, 2, 3]);
const r6 = () => wave([2, 1, 3, 2, 2, 2]);

const HIGH: Record<string, Computation> = {
  broadcasting: () => [tf.add(r6(), wave([2, 1, 2])), tf.mul(r5(), wave([2, 1, 1, 1, 3]))],
  transpose: () => tf.transpose(r6(), [5, 3, 1, 0, 2, 4]),
  reductions: () => [tf.sum(r6(), [1, 4]), tf.argMax(r6(), 2), tf.softmax(r6()), tf.max(r5(), [0, 2, 4])],
  parts: () => [
    tf.slice(r6(), [1, 0, 1, 0, 1, 0], [1, 1, 2, 2, 1, 1]),
    tf.stridedSlice(r6(), [0, 0, 0], [2, 1, 3], [1, 1, 2]),
    ...tf.unstack(r5(), 3),
    ...tf.split(r6(), [1, 2], 2),
  ],
  growth: () => [
    tf.tile(r6(), [1, 2, 1, 1, 1, 2]),
    tf.pad(r5(), [
      [0, 0],
      [1, 0],
      [0, 0],
      [0, 1],
      [0, 0],
    ]),
    tf.concat([r6(), r6()], 3),
  ],
  rearranging: () => [tf.reverse(r6(), [2, 5]), tf.gather(r6(), ints(1, 0), 4)],
};

describe('tensors of rank 5 and 6', () => {
  it.each(Object.entries(HIGH))('%s', async (_, compute) => {
    await expectPlain(compute);
  });
});

describe('scalars', () => {
  it('compute, reduce and stack', async () => {
    const x = () => tf.scalar(0.5);
    await expectPlain(() => [
      tf.add(x(), x()),
      tf.sum(x()),
      tf.max(x()),
      tf.reshape(x(), [1, 1]),
      tf.stack([x(), x()]),
      tf.cast(x(), 'int32'),
      tf.where(tf.greater(x(), 0), x(), tf.neg(x())),
    ]);
  });
});

describe('sequences', () => {
  it('run up and down, or are empty where the step leads away', async () => {
    await expectPlain(() => [
      tf.range(5, 0),
      tf.range(0, 1, 0.25),
      tf.range(3, -4, -2),
      tf.range(0, 10, 3, 'int32'),
      tf.range(0, 5, -1),
      tf.range(5, 0, 2),
      tf.range(3, 3),
      tf.linspace(1, 0, 5),
    ]);
  });

  it('broadcast over each other', async () => {
    await expectPlain(() => tf.sum(tf.mul(wave([200, 1]), wave([1, 300], 0.1)), 1));
  });
});

describe('what does not fit', () => {
  const message = (compute: Computation): string => {
    try {
      eager(compute);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    return 'no error';
  };

  it('is named with the kernel and the shapes', () => {
    expect(() => eager(() => tf.einsum('ij,jk->ik', wave([2, 3]), wave([2, 3])))).toThrow(EngineError);
    expect(message(() => tf.einsum('ij,jk->ik', wave([2, 3]), wave([2, 3])))).toMatch(
      /^Einsum cannot take .*\[2,3\]/,
    );
    expect(message(() => tf.einsum('ij->i', wave([2, 3]), wave([2, 3])))).toMatch(/^Einsum cannot take/);
    expect(message(() => tf.expandDims(wave([2]), -3))).toContain('axis -3 is not in [-2, 1]');
    expect(message(() => tf.stack([tf.scalar(1), wave([2])]))).toContain('same shape');
    expect(message(() => tf.stack([tf.scalar(1), tf.scalar(1, 'bool')]))).toContain('cannot be stacked');
    const dy = wave([1, 8, 8, 2]) as tf.Tensor4D;
    const filter = wave([3, 3, 2, 2]) as tf.Tensor4D;
    expect(message(() => tf.conv2dTranspose(dy, filter, [1, 4, 4, 2], 1, 'same'))).toContain(
      'not 8×8 pixels',
    );
  });

  it('is an error for indices outside, known or computed', () => {
    expect(message(() => tf.gather(wave([3]), ints(3)))).toContain('the index value 3 is not in [0, 2]');
    expect(message(() => tf.gather(wave([3]), ints(-1)))).toContain('the index value -1 is not in [0, 2]');
    expect(message(() => tf.gather(wave([3]), tf.add(ints(0), ints(7))))).toMatch(/out of (data )?bounds/);
    expect(message(() => tf.gatherND(wave([3]), tf.reshape(tf.add(ints(0), ints(7)), [1, 1])))).not.toBe(
      'no error',
    );
  });
});
