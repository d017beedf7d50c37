import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  Adam,
  compile,
  type HostOp,
  hostOp,
  randomNormal,
  useEngine,
  withScope,
} from '../../runtime/engine/index.ts';
import { formatProfile, profileStep } from '../../runtime/engine/profile.ts';

beforeAll(() => useEngine('onnx:cpu', { threads: 1 }));
afterEach(() => tf.disposeVariables());

const twice: HostOp = {
  name: 'Twice',
  outputs: ([shape = []]) => [{ shape, dtype: 'float32' }],
  run: ([x], [y]) => {
    x?.data.forEach((value, i) => {
      if (y) y.data[i] = 2 * value;
    });
  },
};

/** A step with two sessions, a host operation between them, Adam and an assigned variable. */
function makeStep() {
  const weight = tf.variable(tf.ones([4, 4])) as tf.Variable<tf.Rank.R2>;
  const mean = tf.variable(tf.scalar(0), false, 'mean');
  const optimizer = new Adam({ learningRate: 0.1 });
  const step = compile(
    (x: tf.Tensor2D) => {
      const { value, grads } = tf.variableGrads(
        () =>
          withScope('loss', () => {
            const y = withScope('linear', () => tf.matMul(x, weight));
            return tf.mean(tf.square(tf.add(y, randomNormal([8, 4])))) as tf.Scalar;
          }),
        [weight],
      );
      const [doubled] = withScope('host', () => hostOp(twice, [value], undefined));
      mean.assign(withScope('after', () => tf.mul(doubled as tf.Scalar, 3)));
      optimizer.applyGradients(grads);
      return value;
    },
    { name: 'train' },
  );
  return { step, weight, mean, optimizer };
}

describe('profileStep', () => {
  it('gives time, calls and bytes by graph node and by operator', () => {
    const { step } = makeStep();
    const profile = profileStep(step, [tf.ones([8, 4]) as tf.Tensor2D], { runs: 2 });
    const linear = profile.calls.filter(({ node }) => node === 'train/loss/linear');
    expect(linear.map(({ operator, shape, bytes }) => ({ operator, shape, bytes }))).toContainEqual({
      operator: expect.stringMatching(/^(MatMul|Gemm)$/),
      shape: [8, 4],
      bytes: 128,
    });
    expect(profile.calls.filter(({ operator }) => operator === 'Twice')).toEqual([
      { operator: 'Twice', node: 'train/host', milliseconds: expect.any(Number), bytes: 4, shape: [] },
    ]);
    expect(profile.operators.find(({ name }) => name === 'Adam')?.calls).toBe(1);
    expect(profile.nodes.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['train/loss', 'train/loss/linear', 'train/host', 'train/after']),
    );
    for (const rows of [profile.nodes, profile.operators, profile.calls]) {
      const times = rows.map(({ milliseconds }) => milliseconds);
      expect(times.every((time) => time >= 0)).toBe(true);
      expect(times).toEqual([...times].sort((a, b) => b - a));
    }
    const sum = (rows: readonly { milliseconds: number }[]) =>
      rows.reduce((total, row) => total + row.milliseconds, 0);
    expect(sum(profile.nodes)).toBeCloseTo(sum(profile.calls), 6);
    expect(sum(profile.operators)).toBeCloseTo(sum(profile.calls), 6);
    expect(profile.milliseconds).toBeGreaterThan(0);
  });

  it('tells the node of a convolution whose channels ONNX Runtime keeps in blocks', () => {
    const filter = tf.ones([3, 3, 16, 16]) as tf.Tensor4D;
    const step = compile((x: tf.Tensor4D) => withScope('layer', () => tf.conv2d(x, filter, 1, 'same')), {
      name: 'blocks',
    });
    const { calls } = profileStep(step, [tf.ones([1, 8, 8, 16]) as tf.Tensor4D], { runs: 1 });
    expect(calls.filter(({ operator }) => operator === 'Conv')).toEqual([
      {
        operator: 'Conv',
        node: 'blocks/layer',
        milliseconds: expect.any(Number),
        bytes: 4096,
        shape: [1, 16, 8, 8],
      },
    ]);
  });

  it('changes no variable, moment or count, and leaves no file', () => {
    const { step, weight, mean, optimizer } = makeStep();
    const x = tf.ones([8, 4]) as tf.Tensor2D;
    step(x).dispose();
    const state = () =>
      [weight, mean, ...Object.values(optimizer.state())].map((variable) => [...variable.dataSync()]);
    const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith('step-profile-'));
    const before = { state: state(), folders: folders(), tensors: tf.memory().numTensors };
    profileStep(step, [x]);
    expect({ state: state(), folders: folders(), tensors: tf.memory().numTensors }).toEqual(before);
    expect(optimizer.updates).toBe(1);
    step(x).dispose();
    expect(optimizer.updates).toBe(2);
    expect(state()).not.toEqual(before.state);
  });

  it('formats the slowest rows', () => {
    const { step } = makeStep();
    const [total, ...lines] = formatProfile(
      profileStep(step, [tf.ones([8, 4]) as tf.Tensor2D], { runs: 1 }),
      { rows: 2 },
    );
    expect(total).toMatch(/^\d+\.\d\d ms a run, \d+\.\d\d ms of it in operators$/);
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(/^ +\d+\.\d\d ms +\d+ calls +\d+\.\d MB {2}\S+/);
  });

  it('refuses a number of runs that is not one, and engines that do not compile', async () => {
    const { step } = makeStep();
    const x = tf.ones([8, 4]) as tf.Tensor2D;
    expect(() => profileStep(step, [x], { runs: 0 })).toThrow('runs is 0; expected a whole number from 1');
    tf.disposeVariables();
    await useEngine('cpu');
    const plain = compile((y: tf.Tensor) => tf.square(y));
    expect(() => profileStep(plain, [tf.ones([2])])).toThrow(
      'Only ONNX Runtime profiles steps; this is cpu.',
    );
    await useEngine('onnx:cpu', { threads: 1 });
  });
});
