import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../runtime/engine/index.ts';
import { type ConvTransposeOptions, conv2d, convTranspose2d } from '../../runtime/ops/conv.ts';
import { checkOperation, ENGINES } from './numeric.ts';
import { crossCorrelation, type Geometry, transposedCorrelation } from './reference-conv.ts';

const x4 = [2, 6, 5, 2] as const;

describe.each(ENGINES)('conv2d on %s', (engine) => {
  beforeAll(() => useEngine(engine));
  const cases: [string, readonly [number, number, number, number], Partial<Geometry>][] = [
    ['no padding', [3, 2, 2, 3], {}],
    ['padding', [3, 3, 2, 2], { padding: [1, 1] }],
    ['stride and padding, floor', [4, 4, 2, 2], { stride: [2, 2], padding: [1, 1] }],
    ['an oblong stride', [3, 3, 2, 2], { stride: [2, 1], padding: [0, 1] }],
    ['dilation', [2, 3, 2, 2], { dilation: [3, 2], padding: [1, 2] }],
    ['stride with dilation', [2, 2, 2, 2], { stride: [2, 2], dilation: [2, 2], padding: [1, 1] }],
    ['a filter of one pixel', [1, 1, 2, 3], {}],
  ];
  for (const [name, filter, geometry] of cases) {
    it(`convolves with ${name}, with gradients of both orders`, () => {
      checkOperation({
        shapes: [x4, filter],
        op: (x, w) => conv2d(x as tf.Tensor4D, w as tf.Tensor4D, geometry),
        formula: (x, w) => crossCorrelation(x as Float64Array, x4, w as Float64Array, filter, geometry),
        second: true,
      });
    });
  }

  it('names what does not fit', () => {
    const x = tf.zeros<tf.Rank.R4>([1, 4, 4, 3]);
    expect(() => conv2d(x, tf.zeros([3, 3, 2, 8]))).toThrow(
      'conv2d: filter [3,3,2,8] takes 2 channels, x [1,4,4,3] has 3',
    );
    expect(() => conv2d(tf.zeros([4, 4, 3]) as tf.Tensor as tf.Tensor4D, tf.zeros([3, 3, 3, 8]))).toThrow(
      'conv2d: x has shape [4,4,3], expected rank 4 [B,H,W,C]',
    );
    expect(() => conv2d(x, tf.zeros([5, 5, 3, 8]))).toThrow('exceeds x [1,4,4,3] with padding 0');
    expect(() => conv2d(x, tf.zeros([3, 3, 3, 8]), { stride: 0 })).toThrow(
      'conv2d: stride is 0, expected an integer of at least 1',
    );
  });
});

describe.each(ENGINES)('convTranspose2d on %s', (engine) => {
  beforeAll(() => useEngine(engine));
  const cases: [
    string,
    readonly [number, number, number, number],
    ConvTransposeOptions & Partial<Geometry>,
  ][] = [
    ['stride 1', [3, 3, 3, 2], {}],
    ['stride 2', [4, 4, 2, 2], { stride: [2, 2], padding: [1, 1] }],
    ['output padding', [3, 3, 2, 2], { stride: [2, 2], padding: [1, 1], outputPadding: [1, 0] }],
    ['dilation', [3, 2, 2, 2], { stride: [2, 1], padding: [1, 0], dilation: [2, 3] }],
  ];
  for (const [name, filter, options] of cases) {
    it(`convolves with ${name}, with gradients of both orders`, () => {
      const shape = [2, 3, 4, 2] as const;
      checkOperation({
        shapes: [shape, filter],
        op: (x, w) => convTranspose2d(x as tf.Tensor4D, w as tf.Tensor4D, options),
        formula: (x, w) =>
          transposedCorrelation(x as Float64Array, shape, w as Float64Array, filter, options),
        second: true,
      });
    });
  }

  it('names what does not fit', () => {
    const x = tf.zeros<tf.Rank.R4>([1, 4, 4, 3]);
    expect(() => convTranspose2d(x, tf.zeros([3, 3, 3, 8]))).toThrow(
      'convTranspose2d: filter [3,3,3,8] takes 8 channels, x [1,4,4,3] has 3',
    );
    expect(() => convTranspose2d(x, tf.zeros([3, 3, 8, 3]), { stride: 2, outputPadding: 2 })).toThrow(
      'convTranspose2d: outputPadding is 2, expected less than the stride 2',
    );
    expect(() => convTranspose2d(x, tf.zeros([1, 1, 8, 3]), { padding: 2 })).toThrow(
      'gives an output of 0 rows',
    );
  });
});
