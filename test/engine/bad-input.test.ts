import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Adam } from '../../runtime/engine/adam.ts';
import { compile } from '../../runtime/engine/compile.ts';
import { useEngine } from '../../runtime/engine/engines.ts';
import { EngineError } from '../../runtime/engine/errors.ts';
import { type HostOp, hostOp } from '../../runtime/engine/host-op.ts';
import { withScope } from '../../runtime/engine/scope.ts';

/** The error of `body`, which must be an EngineError. */
function failure(body: () => unknown): EngineError {
  try {
    // nothing that cannot be computed stays
    tf.tidy(() => {
      body();
    });
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error('nothing failed');
}

beforeEach(async () => {
  await useEngine('onnx:cpu', { threads: 2 });
});

afterEach(() => tf.disposeVariables());

/** A host operation that copies, until `failing` is set. */
class Fragile implements HostOp {
  readonly name = 'Fragile';
  failing = false;

  outputs([shape]: readonly (readonly number[])[]) {
    return [{ shape: shape ?? [], dtype: 'float32' }] as const;
  }

  run([input]: Parameters<HostOp['run']>[0], [output]: Parameters<HostOp['run']>[1]) {
    if (this.failing) throw new Error('the device is gone');
    if (input) output?.data.set(input.data);
  }
}

/** A training step whose second session looks rows up, which fails at run time where there is no such row. */
function lookupTraining() {
  const fragile = new Fragile();
  const table = tf.variable(tf.add(tf.zeros([8, 4]), 1), true, 'table');
  const steps = tf.variable(tf.zeros([20]), true, 'steps');
  const adam = new Adam({ learningRate: 0.1 });
  const step = compile(
    (indices) => {
      steps.assign(tf.add(steps, 1));
      const { value, grads } = tf.variableGrads(() => {
        const [copied] = withScope('copy', () => hostOp(fragile, [tf.cast(indices, 'float32')], undefined));
        const rows = withScope('lookup', () => tf.gather(table, tf.cast(copied as tf.Tensor, 'int32')));
        return tf.sum(tf.square(rows)) as tf.Scalar;
      }, [table]);
      adam.applyGradients(grads);
      return { loss: value };
    },
    { name: 'train' },
  );
  const run = (...indices: number[]) => (step(tf.tensor1d(indices, 'int32')) as { loss: tf.Tensor }).loss;
  const state = () =>
    [table, steps, ...Object.values(adam.state())].map((variable) => Array.from(variable.dataSync()));
  return { fragile, adam, run, state };
}

describe('a device that fails in the middle of a step', () => {
  it('leaves weights, moments and counters as they were, and works again afterwards', () => {
    const { adam, run, state } = lookupTraining();
    expect(run(1, 2, 3).dataSync()[0]).toBe(12);
    const before = state();
    const error = failure(() => run(1, 2, 99));
    expect(error.code).toBe('provider-failed');
    expect(error.message).toMatch(/^train .*failed on cpu/);
    expect(error.message).toMatch(/Nothing was changed by this step\. Try another engine/);
    expect(error.details.operation).toMatch(/Gather/);
    expect(state()).toEqual(before);
    expect(adam.updates).toBe(1);
    expect(run(1, 2, 3).dataSync()[0]).toBeLessThan(12);
    expect(adam.updates).toBe(2);
    expect(state()[1]).toEqual(new Array(20).fill(2));
  });

  it('names the host operation that failed and its node', () => {
    const { fragile, run, state } = lookupTraining();
    run(1, 2, 3);
    const before = state();
    fragile.failing = true;
    const error = failure(() => run(1, 2, 3));
    expect(error).toMatchObject({
      code: 'provider-failed',
      details: { operation: 'Fragile', node: 'train/copy' },
    });
    expect(error.message).toMatch(/Fragile.*train\/copy.*the device is gone/);
    expect(state()).toEqual(before);
    fragile.failing = false;
    expect(run(1, 2, 3).dataSync()[0]).toBeLessThan(12);
  });

  it('fails eager code with the same error', () => {
    const error = failure(() =>
      tf.gather(tf.fill([8, 4], 1), tf.cast(tf.mul(tf.range(0, 20), 2), 'int32')).dataSync(),
    );
    expect(error.code).toBe('provider-failed');
    expect(error.details.operation).toMatch(/Gather/);
    expect(tf.sum(tf.fill([20], 1)).dataSync()[0]).toBe(20);
  });
});

describe('too little memory', () => {
  // 16 TB, more than any address space of a process is given
  const SHAPE = [2 ** 20, 2 ** 22];

  it('is an error with a way out, in eager code', () => {
    const error = failure(() => tf.sum(tf.mul(tf.fill(SHAPE, 2), tf.fill(SHAPE, 3))).dataSync());
    expect(error.code).toBe('out-of-memory');
    expect(error.message).toMatch(/not enough memory/);
    expect(error.message).toMatch(/smaller batch with gradient accumulation/);
    expect(tf.sum(tf.ones([20])).dataSync()[0]).toBe(20);
  });

  it('leaves the variables of a step as they were', () => {
    const weights = tf.variable(tf.range(0, 20), true, 'weights');
    const step = compile(
      () => {
        const cloud = tf.mul(tf.fill(SHAPE, 2), tf.sum(weights));
        weights.assign(tf.add(weights, tf.sum(cloud)));
        return { mean: tf.mean(cloud) };
      },
      { name: 'enlarge' },
    );
    const error = failure(() => step());
    expect(error.code).toBe('out-of-memory');
    expect(error.message).toMatch(/^enlarge/);
    expect(error.details.operation).toMatch(/enlarge\/(?:Mul|Expand)/);
    expect(Array.from(weights.dataSync())).toEqual(Array.from({ length: 20 }, (_, i) => i));
    step.dispose();
  });
});
