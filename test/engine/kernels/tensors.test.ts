import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { compile, type EngineError, withScope } from '../../../runtime/engine/index.ts';
import { bools, expectClose, images, ints, startOnnx, wave } from './oracle.ts';

beforeAll(startOnnx);

const LOWEST = -(2 ** 31);
const data = (x: tf.Tensor): number[] => Array.from(x.dataSync());

async function on<T>(backend: string, body: () => T): Promise<T> {
  await tf.setBackend(backend);
  const active = tf.backend() as { firstUse?: boolean };
  if (active.firstUse) active.firstUse = false;
  try {
    return body();
  } finally {
    await startOnnx();
  }
}

describe('tensors of another backend', () => {
  it('move here and back when they are used', async () => {
    const made = await on('cpu', () => ({
      float: tf.add(tf.tensor1d([1.5, Number.NaN]), 1),
      int: ints(1, -5, LOWEST),
      bool: tf.greater(tf.tensor1d([1, -1]), 0),
    }));
    expect(data(tf.add(made.float, 1))).toEqual([3.5, Number.NaN]);
    expect(data(tf.maximum(made.int, -9))).toEqual([1, -5, -9]);
    expect(data(tf.logicalNot(made.bool))).toEqual([0, 1]);
    expect(await on('cpu', () => [data(tf.neg(made.float)), data(tf.logicalNot(made.bool))])).toEqual([
      [-2.5, Number.NaN],
      [0, 1],
    ]);
    expect(data(made.int)).toEqual([1, -5, LOWEST]);
  });

  it('move away from here, pending or transposed as they are', async () => {
    const turned = tf.transpose(tf.tensor2d([1, 2, 3, 4], [2, 2]));
    const pending = tf.sum(images(), [0, 1, 2]);
    const masks = tf.logicalNot(bools(1, 0, 1));
    const here = data(tf.sum(images(), [0, 1, 2]));
    const there = await on('cpu', () =>
      [turned, pending, masks].map((x) => data(tf.mul(tf.cast(x, 'float32'), 1))),
    );
    expect(there[0]).toEqual([1, 3, 2, 4]);
    expectClose(there[1] as number[], here);
    expect(there[2]).toEqual([0, 1, 0]);
  });

  it('keep variables and what shares their data', async () => {
    const variable = await on('cpu', () => tf.variable(wave([3, 3, 2, 2])));
    const view = tf.reshape(variable, [-1]);
    const step = compile(() => tf.sum(tf.mul(variable, 2)));
    const twice = step().dataSync()[0] as number;
    expect(twice).toBeCloseTo(2 * data(view).reduce((a, b) => a + b, 0), 4);
    expect(await on('cpu', () => data(tf.add(variable, 0)))).toEqual(data(view));
    step.dispose();
    tf.dispose([variable, view]);
  });
});

describe('filters', () => {
  it('read back in their own order after a convolution rearranged them', () => {
    const filter = tf.variable(wave([3, 3, 2, 2]));
    const before = data(wave([3, 3, 2, 2]));
    const x = wave([1, 5, 5, 2]) as tf.Tensor4D;
    const convolve = (input: tf.Tensor4D) => tf.conv2d(input, filter as tf.Tensor as tf.Tensor4D, 1, 'same');
    const twice = data(convolve(convolve(x)));
    expect(data(filter)).toEqual(before);
    expect(data(tf.slice(tf.reshape(filter, [9, 4]), [1], [1]))).toEqual(before.slice(4, 8));
    expectClose(
      data(tf.add(filter, filter)),
      before.map((value) => 2 * value),
    );
    filter.assign(tf.mul(filter, 2));
    expectClose(
      data(filter),
      before.map((value) => 2 * value),
    );
    expectClose(
      data(convolve(convolve(x))),
      twice.map((value) => 4 * value),
    );
    filter.dispose();
  });

  it('serve a convolution and a depthwise one', () => {
    const filter = wave([3, 3, 2, 2]) as tf.Tensor4D;
    const x = wave([1, 5, 5, 2]) as tf.Tensor4D;
    const fresh = data(tf.depthwiseConv2d(x, wave([3, 3, 2, 2]) as tf.Tensor4D, 1, 'same'));
    tf.conv2d(x, filter, 1, 'same').dataSync();
    expectClose(data(tf.depthwiseConv2d(x, filter, 1, 'same')), fresh);
    expect(data(filter)).toEqual(data(wave([3, 3, 2, 2])));
  });
});

describe('memory', () => {
  it('is given back by tidy', () => {
    const tensors = tf.memory().numTensors;
    const held = tf.backend().numDataIds();
    tf.tidy(() => {
      const x = images();
      tf.mirrorPad(
        x,
        [
          [0, 0],
          [1, 1],
          [1, 1],
          [0, 0],
        ],
        'reflect',
      ).dataSync();
      tf.topk(tf.reshape(x, [-1, 2]), 1);
      tf.unstack(x, 3);
    });
    expect([tf.memory().numTensors, tf.backend().numDataIds()]).toEqual([tensors, held]);
  });

  it('stays with a view when its tensor is disposed, and not with a disposed tensor', () => {
    const x = tf.ones([2]);
    const view = tf.reshape(x, [2, 1]);
    x.dispose();
    expect(data(view)).toEqual([1, 1]);
    expect(() => tf.add(x, 1)).toThrow();
  });

  it('is not shared with what dataSync returns', () => {
    const x = tf.add(tf.ones([2]), 1);
    x.dataSync()[0] = 99;
    expect(data(x)).toEqual([2, 2]);
  });

  it('of results that nothing keeps is not computed twice', () => {
    const x = tf.add(tf.ones([3]), 1);
    const y = tf.mul(x, 2);
    expect([data(y), data(x), data(tf.add(x, y))]).toEqual([
      [4, 4, 4],
      [2, 2, 2],
      [6, 6, 6],
    ]);
  });
});

describe('kernels that are not there', () => {
  it('are named, with the node that wanted them', () => {
    const complex = () => withScope('gan/decoder', () => tf.complex(tf.ones([2]), tf.ones([2])));
    expect(complex).toThrow(/no kernel Complex, which node gan\/decoder uses/);
    try {
      complex();
    } catch (error) {
      expect(error).toMatchObject({
        code: 'unsupported-kernel',
        details: { node: 'gan/decoder', operation: 'Complex' },
      } satisfies Partial<EngineError>);
    }
  });

  it('include, in compiled steps, those whose result has no fixed shape', () => {
    const step = compile((x: tf.Tensor) => tf.unique(x as tf.Tensor1D).values);
    expect(() => step(tf.tensor1d([1, 1, 2]))).toThrow(/Unique of node .* cannot be part of a compiled step/);
    expect(data(tf.unique(tf.tensor1d([1, 1, 2])).values)).toEqual([1, 2]);
  });
});
