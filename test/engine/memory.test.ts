import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Adam, compile, type HostOp, hostOp, randomNormal, useEngine } from '../../runtime/engine/index.ts';
import { stateHeap } from '../../runtime/engine/onnx/state.ts';

beforeAll(() => useEngine('onnx:cpu', { threads: 1 }));
afterEach(() => tf.disposeVariables());

/** What the garbage collector, the allocator and just-in-time compilation may add after the warm-up. */
const RESIDENT_GROWTH = 24 * 2 ** 20;
const JAVASCRIPT_GROWTH = 4 * 2 ** 20;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What is held now: counts and bytes that must not grow at all, and two that may fluctuate. */
function held() {
  collectGarbage();
  const { rss, heapUsed } = process.memoryUsage();
  return {
    exact: {
      tensors: tf.memory().numTensors,
      dataIds: tf.engine().backend.numDataIds(),
      stateBytes: stateHeap().usedBytes,
      stateCapacity: stateHeap().capacityBytes,
    },
    rss,
    heapUsed,
  };
}

function expectNoGrowth(body: () => void, { warmup, steps }: { warmup: number; steps: number }): void {
  for (let step = 0; step < warmup; step++) body();
  const before = held();
  for (let step = 0; step < steps; step++) body();
  const after = held();
  expect(after.exact).toEqual(before.exact);
  expect(after.rss - before.rss).toBeLessThan(RESIDENT_GROWTH);
  expect(after.heapUsed - before.heapUsed).toBeLessThan(JAVASCRIPT_GROWTH);
}

const halve: HostOp = {
  name: 'Halve',
  outputs: ([shape = []]) => [{ shape, dtype: 'float32' }],
  run: ([x], [y]) => {
    x?.data.forEach((value, i) => {
      if (y) y.data[i] = value / 2;
    });
  },
};

/** Halving on the host, with its gradient. */
const halved = tf.customGrad((x) => ({
  value: hostOp(halve, [x as tf.Tensor], undefined)[0] as tf.Tensor,
  gradFunc: (dy: tf.Tensor) => hostOp(halve, [dy], undefined)[0] as tf.Tensor,
}));

describe('memory', () => {
  it('does not grow over 10,000 compiled steps with a host operation, random numbers and Adam', () => {
    const weight = tf.variable(tf.ones([32, 256])) as tf.Variable<tf.Rank.R2>;
    const average = tf.variable(tf.scalar(0), false);
    const optimizer = new Adam({ learningRate: 1e-3 });
    const step = compile((x: tf.Tensor2D) => {
      const { value, grads } = tf.variableGrads(
        () => tf.mean(tf.square(tf.add(halved(tf.matMul(x, weight)), randomNormal([4, 256])))) as tf.Scalar,
        [weight],
      );
      const squares = tf.square(weight);
      average.assign(tf.add(tf.mul(average, 0.9), tf.mul(value, 0.1)) as tf.Scalar);
      optimizer.applyGradients(grads);
      return { loss: value, squares };
    });
    const body = () => {
      const x = tf.fill([4, 32], 0.1) as tf.Tensor2D;
      tf.dispose([step(x), x] as tf.TensorContainer);
    };
    expectNoGrowth(body, { warmup: 1000, steps: 10_000 });
    expect(optimizer.updates).toBe(11_000);
    expect(step.compilations()).toHaveLength(1);
    optimizer.dispose();
    step.dispose();
  }, 240_000);

  it('does not grow when steps of many shapes take turns', () => {
    const weight = tf.variable(tf.ones([8, 8])) as tf.Variable<tf.Rank.R2>;
    const step = compile((x: tf.Tensor2D) => tf.matMul(x, weight));
    let batch = 0;
    const body = () => {
      batch = (batch % 12) + 1;
      const x = tf.ones([batch, 8]) as tf.Tensor2D;
      tf.dispose([step(x), x]);
    };
    expectNoGrowth(body, { warmup: 60, steps: 240 });
    expect(step.compilations()).toHaveLength(8);
    step.dispose();
  });

  it('does not grow over eager steps that update variables', () => {
    const weight = tf.variable(tf.ones([32, 64])) as tf.Variable<tf.Rank.R2>;
    const optimizer = new Adam({ learningRate: 1e-3 });
    const body = () =>
      tf.tidy(() => {
        const { value, grads } = tf.variableGrads(
          () => tf.mean(tf.square(halved(tf.matMul(tf.fill([4, 32], 0.1), weight)))) as tf.Scalar,
          [weight],
        );
        optimizer.applyGradients(grads);
        value.dataSync();
      });
    expectNoGrowth(body, { warmup: 300, steps: 2000 });
    optimizer.dispose();
  });

  it('lets go of everything that is disposed', () => {
    const before = held().exact;
    const initial = tf.ones([64, 64]);
    const weight = tf.variable(initial) as tf.Variable<tf.Rank.R2>;
    const optimizer = new Adam({ learningRate: 1e-3 });
    const step = compile((x: tf.Tensor2D) => {
      const { value, grads } = tf.variableGrads(() => tf.mean(tf.matMul(x, weight)) as tf.Scalar, [weight]);
      optimizer.applyGradients(grads);
      return value;
    });
    const x = tf.ones([4, 64]) as tf.Tensor2D;
    tf.dispose([step(x), x, weight, initial]);
    optimizer.dispose();
    step.dispose();
    const { stateCapacity: _, ...after } = held().exact;
    expect(before).toMatchObject(after);
  });
});
