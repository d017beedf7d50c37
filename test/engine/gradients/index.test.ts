import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { gradientCoverage, registerGradients } from '../../../runtime/engine/gradients/index.ts';

beforeAll(async () => {
  registerGradients();
  await tf.setBackend('cpu');
});

describe('registerGradients', () => {
  it('changes nothing when called again', () => {
    const tape = tf.engine() as unknown as { addTapeNode: unknown };
    const before = [tape.addTapeNode, tf.getGradient('Conv2D')];
    registerGradients();
    expect([tape.addTapeNode, tf.getGradient('Conv2D')]).toEqual(before);
  });

  it('keeps the zeros of unused outputs out of the data', () => {
    const make = vi.spyOn(tf.engine(), 'makeTensor');
    const f = (x: tf.Tensor) => tf.sum(tf.unstack(x)[0] as tf.Tensor);
    const dx = tf.grad(f)(tf.ones([3, 64]));
    expect(make.mock.calls.filter(([, shape]) => tf.util.sizeFromShape(shape) === 64)).toEqual([]);
    expect(tf.sum(dx).dataSync()[0]).toBe(64);
    make.mockRestore();
  });

  it('differentiates twice through what saves its output', () => {
    const second = (f: (x: tf.Tensor) => tf.Tensor) => {
      const slope = tf.grad((x: tf.Tensor) => tf.sum(f(x)));
      return tf
        .grad((x: tf.Tensor) => tf.sum(slope(x)))(tf.tensor1d([0.5]))
        .dataSync()[0];
    };
    const sigmoid = 1 / (1 + Math.exp(-0.5));
    expect(second(tf.exp)).toBeCloseTo(Math.exp(0.5), 5);
    expect(second(tf.tanh)).toBeCloseTo(-2 * Math.tanh(0.5) * (1 - Math.tanh(0.5) ** 2), 5);
    expect(second(tf.sigmoid)).toBeCloseTo(sigmoid * (1 - sigmoid) * (1 - 2 * sigmoid), 5);
    expect(second(tf.sqrt)).toBeCloseTo(-0.25 * 0.5 ** -1.5, 5);
  });

  it('differentiates three times', () => {
    const slope = (f: (x: tf.Tensor) => tf.Tensor) => tf.grad((x: tf.Tensor) => tf.sum(f(x)));
    const third = slope(slope(slope((x) => tf.rsqrt(x))));
    expect(third(tf.tensor1d([2])).dataSync()[0]).toBeCloseTo(-1.875 * 2 ** -3.5, 5);
  });

  it('differentiates custom gradients twice', () => {
    const root = tf.customGrad((x, save) => {
      const y = tf.sqrt(x as tf.Tensor);
      (save as tf.GradSaveFunc)([y]);
      return {
        value: y,
        gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) => tf.div(dy, tf.mul(2, saved as tf.Tensor)),
      };
    });
    const slope = tf.grad((x: tf.Tensor) => tf.sum(root(x)));
    expect(
      tf
        .grad((x: tf.Tensor) => tf.sum(slope(x)))(tf.tensor1d([4]))
        .dataSync()[0],
    ).toBeCloseTo(-1 / 32, 6);
  });

  it('leaks nothing', () => {
    const x = tf.tensor4d(new Float32Array(32).fill(0.5), [1, 4, 4, 2]);
    const w = tf.tensor4d(new Float32Array(36).fill(0.1), [3, 3, 2, 2]);
    const step = () =>
      tf.tidy(() => {
        const f = (weights: tf.Tensor) => {
          const h = tf.batchNorm(
            tf.conv2d(x, weights as tf.Tensor4D, 1, 'same'),
            tf.zeros([2]),
            tf.ones([2]),
          );
          return tf.mean(tf.square(tf.avgPool(tf.relu(h) as tf.Tensor4D, 2, 2, 'same')));
        };
        const slope = tf.grad(f);
        tf.grad((weights: tf.Tensor) => tf.sum(tf.square(slope(weights))))(w);
      });
    step();
    const before = tf.memory().numTensors;
    step();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('never reads data', () => {
    const read = vi.spyOn(tf.engine(), 'readSync');
    const f = (x: tf.Tensor, w: tf.Tensor) => {
      const h = tf.leakyRelu(tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'same'), 0.2);
      const up = tf.image.resizeBilinear(tf.maxPool(h as tf.Tensor4D, 2, 2, 'same'), [5, 5], false, true);
      return tf.sum(tf.gather(tf.where(tf.greater(up, 0), tf.sqrt(tf.abs(up)), up), [0, 1, 1], 2));
    };
    tf.grads(f)([tf.ones([1, 4, 4, 1]), tf.ones([3, 3, 1, 2])]);
    expect(read).not.toHaveBeenCalled();
    read.mockRestore();
  });
});

describe('gradientCoverage', () => {
  const table = gradientCoverage();

  it('lists the kernels of TensorFlow.js', () => {
    expect(Object.keys(table).length).toBeGreaterThan(170);
    expect(table.Conv2D).toEqual({ firstOrder: 'ours', secondOrder: true });
    expect(table.Tanh).toEqual({ firstOrder: 'tfjs', secondOrder: true });
    expect(table.Greater).toEqual({ firstOrder: 'zero', secondOrder: true });
    expect(table.NonMaxSuppressionV3).toEqual({ firstOrder: 'none', secondOrder: false });
  });

  it('says none exactly of what the registry lacks', () => {
    for (const [name, { firstOrder }] of Object.entries(table)) {
      expect([name, firstOrder === 'none']).toEqual([name, tf.getGradient(name) === undefined]);
    }
  });

  it('says rightly which gradients cannot be differentiated again', () => {
    const twice = (f: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor) => {
      const slope = tf.grad((t: tf.Tensor) => tf.sum(tf.square(f(t))));
      return () => tf.grad((t: tf.Tensor) => tf.sum(tf.square(slope(t))))(x);
    };
    const image = tf.ones([1, 3, 3, 2]);
    const filter = tf.ones([2, 2, 2]) as tf.Tensor3D;
    const volume = tf.ones([1, 2, 2, 2, 1]);
    expect(twice((x) => tf.localResponseNormalization(x as tf.Tensor4D), image)).toThrow(/LRNGrad/);
    expect(twice((x) => tf.dilation2d(x as tf.Tensor4D, filter, 1, 'same'), image)).toThrow(/Dilation2D/);
    expect(twice((x) => tf.maxPool3d(x as tf.Tensor5D, 2, 1, 'same'), volume)).toThrow(/MaxPool3DGrad/);
    const without = Object.entries(table).filter(([, c]) => c.firstOrder !== 'none' && !c.secondOrder);
    expect(without.map(([name]) => name)).toEqual(['Dilation2D', 'LRN', 'MaxPool3D']);
  });
});
