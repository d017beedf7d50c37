import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { registerGradients } from '../../../runtime/engine/gradients/index.ts';
import { firstOrderError, type GradientCase, secondOrderError } from './finite-differences.ts';

beforeAll(async () => {
  registerGradients();
  await tf.setBackend('cpu');
});

type Unary = (x: tf.Tensor) => tf.Tensor;
type Binary = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

const unary: Record<string, [op: Unary, range?: [number, number]]> = {
  abs: [tf.abs, [-1, 1]],
  acos: [tf.acos, [-0.7, 0.7]],
  acosh: [tf.acosh, [1.5, 3]],
  asin: [tf.asin, [-0.7, 0.7]],
  asinh: [tf.asinh, [-1, 1]],
  atan: [tf.atan, [-1, 1]],
  atanh: [tf.atanh, [-0.6, 0.6]],
  ceil: [tf.ceil, [0.1, 0.9]],
  clip: [(x) => tf.clipByValue(x, -0.5, 0.5), [-1, 1]],
  cos: [tf.cos],
  cosh: [tf.cosh],
  elu: [tf.elu, [-1.5, 1.5]],
  erf: [tf.erf, [-1, 1]],
  exp: [tf.exp],
  expm1: [tf.expm1],
  floor: [tf.floor, [0.1, 0.9]],
  leakyRelu: [(x) => tf.leakyRelu(x, 0.2), [-1, 1]],
  'leakyRelu negative slope': [(x) => tf.leakyRelu(x, -0.3), [-1, 1]],
  log: [tf.log],
  log1p: [tf.log1p],
  logSigmoid: [tf.logSigmoid],
  neg: [tf.neg],
  'pow 2.5': [(x) => tf.pow(x, 2.5)],
  reciprocal: [tf.reciprocal, [0.7, 2]],
  relu: [tf.relu, [-1, 1]],
  relu6: [tf.relu6, [-1, 8]],
  round: [tf.round, [0.6, 1.4]],
  rsqrt: [tf.rsqrt, [0.7, 2]],
  selu: [tf.selu, [-1.5, 1.5]],
  sigmoid: [tf.sigmoid, [-2, 2]],
  sign: [tf.sign],
  sin: [tf.sin],
  sinh: [tf.sinh],
  softplus: [tf.softplus, [-2, 2]],
  sqrt: [tf.sqrt, [0.7, 2]],
  square: [tf.square],
  step: [tf.step],
  tan: [tf.tan, [-0.8, 0.8]],
  tanh: [tf.tanh, [-1, 1]],
};

const binary: Record<string, Binary> = {
  add: tf.add,
  sub: tf.sub,
  mul: tf.mul,
  div: tf.div,
  divNoNan: tf.divNoNan,
  maximum: tf.maximum,
  minimum: tf.minimum,
  squaredDifference: tf.squaredDifference,
  atan2: tf.atan2,
  pow: tf.pow,
  'where(a > b)': (a, b) => tf.where(tf.greater(a, b), tf.square(a), tf.mul(a, b)),
  'mask by comparison': (a, b) => tf.mul(tf.cast(tf.less(a, b), 'float32'), tf.add(a, b)),
};

const shapePairs: [string, number[], number[]][] = [
  ['equal', [2, 3], [2, 3]],
  ['scalar right', [2, 3], []],
  ['scalar left', [], [2, 3]],
  ['row', [2, 3], [3]],
  ['column', [2, 1, 2], [2, 3, 1]],
];

const cases: GradientCase[] = [
  ...Object.entries(unary).map(([name, [op, range]]) => ({
    name,
    op: op as GradientCase['op'],
    shapes: [[7]],
    range,
    step: 4e-3,
  })),
  ...Object.entries(binary).flatMap(([name, op]) =>
    shapePairs.map(([how, a, b]) => ({
      name: `${name}, ${how}`,
      op: op as GradientCase['op'],
      shapes: [a, b],
      step: 4e-3,
      range: [0.6, 1.7] as const,
    })),
  ),
  {
    name: 'mod',
    op: (a, b) => tf.mod(a as tf.Tensor, b as tf.Tensor),
    shapes: [[3], [1]],
    values: [2.3, 3.1, 4.2],
    step: 1e-3,
    second: false,
  },
  {
    name: 'prelu',
    op: (x, alpha) => tf.prelu(x as tf.Tensor, alpha as tf.Tensor),
    shapes: [[2, 3], [3]],
    range: [-1, 1],
    step: 4e-3,
  },
  { name: 'addN', op: (a, b, c) => tf.square(tf.addN([a, b, c] as tf.Tensor[])), shapes: [[3], [3], [3]] },
];

describe('elementwise gradients against central differences', () => {
  it.each(cases)('$name, first order', (test) => {
    expect(firstOrderError(test)).toBeLessThan(2e-3);
  });
  it.each(cases.filter(({ second }) => second !== false))('$name, second order', (test) => {
    expect(secondOrderError(test)).toBeLessThan(3e-3);
  });
});

describe('elementwise gradients at special values', () => {
  const at = (op: Unary, x: number[]) =>
    Array.from(
      tf
        .grad((t: tf.Tensor) => tf.sum(op(t)))(tf.tensor1d(x))
        .dataSync(),
    );

  it('takes the slope zero of abs at zero', () => expect(at(tf.abs, [-2, 0, 2])).toEqual([-1, 0, 1]));
  it('takes the left slope of relu and leakyRelu at zero', () => {
    expect(at(tf.relu, [-1, 0, 1])).toEqual([0, 0, 1]);
    expect(at((x) => tf.leakyRelu(x, 0.25), [-1, 0, 1])).toEqual([0.25, 0.25, 1]);
  });
  it('includes the bounds of clipByValue and shuts NaN out', () => {
    expect(at((x) => tf.clipByValue(x, 0, 1), [-0.1, 0, 0.5, 1, 1.1, Number.NaN])).toEqual([
      0, 1, 1, 1, 0, 0,
    ]);
  });
  it('keeps the infinite slope of the branch that was not taken out of where', () => {
    const root = (x: tf.Tensor) => tf.where(tf.greater(x, 1), x, tf.zerosLike(x));
    const dy = tf.tensor1d([Number.POSITIVE_INFINITY, 2]);
    const dx = tf.grad(root)(tf.tensor1d([0, 2]), dy);
    expect(Array.from(dx.dataSync())).toEqual([0, 2]);
  });
  it('carries NaN through', () => expect(at(tf.square, [Number.NaN])[0]).toBeNaN());
  it('divides by tiny numbers', () => {
    const [slope = 0] = at((x) => tf.div(1e-20, x), [1e-20]);
    expect(slope / 1e20).toBeCloseTo(-1, 5);
  });
  it('has gradients of empty tensors', () => {
    const [da, db] = tf.grads((a: tf.Tensor, b: tf.Tensor) => tf.sum(tf.mul(a, b)))([
      tf.zeros([0, 3]),
      tf.ones([3]),
    ]) as [tf.Tensor, tf.Tensor];
    expect(da.shape).toEqual([0, 3]);
    expect(Array.from(db.dataSync())).toEqual([0, 0, 0]);
  });
  it('gives each addend a gradient of its own', () => {
    const f = (a: tf.Tensor, b: tf.Tensor) => tf.sum(tf.add(tf.add(a, b), tf.mul(a, 3)));
    const [da, db] = tf.grads(f)([tf.scalar(1), tf.scalar(2)]) as [tf.Tensor, tf.Tensor];
    expect([da.dataSync()[0], db.dataSync()[0]]).toEqual([4, 1]);
  });
});
