import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  Adam,
  compile,
  EngineError,
  MovingAverage,
  randomNormal,
  randomUniform,
  setRandomPosition,
  useEngine,
  withScope,
} from '../../runtime/engine/index.ts';
import { ENGINES, expectClose, hostSquare, onEveryEngine, read, wave } from './steps.ts';

beforeEach(async () => {
  await useEngine('onnx');
});
afterEach(() => {
  tf.disposeVariables();
});

describe('a compiled training step', () => {
  /** A small convolutional regression; returns losses and the weights in the end. */
  function train(optimise: (gradients: Record<string, tf.Variable>) => void, steps = 12): number[] {
    const filter = tf.variable(wave([3, 3, 2, 4]), true, 'filter') as tf.Variable<tf.Rank.R4>;
    const bias = tf.variable(tf.zeros([4]), true, 'bias');
    const step = compile((x: tf.Tensor4D, y: tf.Tensor4D) => {
      const { value, grads } = tf.variableGrads(() => {
        const out = tf.leakyRelu(tf.add(tf.conv2d(x, filter, 2, 'same'), bias), 0.1);
        return tf.mean(tf.squaredDifference(out, y));
      });
      optimise(grads as Record<string, tf.Variable>);
      return value;
    });
    const x = wave([2, 8, 8, 2], 1) as tf.Tensor4D;
    const y = wave([2, 4, 4, 4], 2) as tf.Tensor4D;
    const losses = Array.from({ length: steps }, () => (read(step(x, y)) as [number])[0]);
    expect(losses.at(-1)).toBeLessThan(losses[0] as number);
    const state = [...losses, ...read(filter), ...read(bias)];
    step.dispose();
    return state;
  }

  it('with Adam gives what plain operations give', async () => {
    const [compiled, plain] = await onEveryEngine(() => {
      const adam = new Adam({ learningRate: 0.02, weightDecay: 1e-3 });
      return train((gradients) => adam.applyGradients(gradients));
    });
    expectClose(compiled as number[], plain as number[]);
  });

  it('with an optimizer of TensorFlow.js gives what plain operations give', async () => {
    for (const make of [
      () => tf.train.adam(0.02),
      () => tf.train.momentum(0.05, 0.9),
      () => tf.train.sgd(0.1),
    ]) {
      const [compiled, plain] = await onEveryEngine(() => {
        const optimizer = make();
        return train((gradients) => optimizer.applyGradients(gradients));
      });
      expectClose(compiled as number[], plain as number[]);
    }
  });

  it('runs host operations between its sessions, gradients included', async () => {
    const [compiled, plain] = await onEveryEngine(() => {
      const w = tf.variable(wave([3, 2]), true, 'w') as tf.Variable<tf.Rank.R2>;
      const adam = new Adam({ learningRate: 0.05 });
      const step = compile((x: tf.Tensor2D) => {
        const { value, grads } = tf.variableGrads(() =>
          tf.mean(hostSquare(tf.sub(hostSquare(tf.matMul(x, w)), 0.5))),
        );
        adam.applyGradients(grads);
        return value;
      });
      const losses = Array.from(
        { length: 10 },
        () => (read(step(wave([4, 3]) as tf.Tensor2D)) as [number])[0],
      );
      return [...losses, ...read(w)];
    });
    expectClose(compiled as number[], plain as number[]);
  });

  it('cuts the graph into sessions at host operations', () => {
    const w = tf.variable(wave([3, 2])) as tf.Variable<tf.Rank.R2>;
    const step = compile((x: tf.Tensor2D) =>
      tf.variableGrads(() => tf.sum(hostSquare(tf.tanh(tf.matMul(x, w))))),
    );
    const report = step.prepare(tf.zeros([4, 3]) as tf.Tensor2D);
    expect(report).toMatchObject({ hostOperations: 2, sessions: 2 });
    expect(report?.memory.activations).toBeGreaterThan(0);
  });

  it('differentiates a gradient penalty', async () => {
    const [compiled, plain] = await onEveryEngine(() => {
      const w = tf.variable(wave([3, 3, 2, 3]), true, 'w') as tf.Variable<tf.Rank.R4>;
      const score = (x: tf.Tensor) => tf.sum(tf.softplus(tf.conv2d(x as tf.Tensor4D, w, 1, 'same')));
      const step = compile((x: tf.Tensor4D) =>
        tf.variableGrads(() => tf.sum(tf.square(tf.grad(score)(x))) as tf.Scalar),
      );
      const { value, grads } = step(wave([2, 6, 6, 2], 3) as tf.Tensor4D);
      return [...read(value), ...read(grads.w as tf.Tensor)];
    });
    expectClose(compiled as number[], plain as number[]);
  });

  it('differentiates by the input of a filter that is frozen as of one that is trained', async () => {
    const slopes = (trainable: boolean) =>
      onEveryEngine(() => {
        const w = tf.variable(wave([3, 3, 8, 32]), trainable, 'w') as tf.Variable<tf.Rank.R4>;
        const score = (x: tf.Tensor) =>
          tf.sum(tf.sin(tf.conv2d(x as tf.Tensor4D, tf.mul(w, 0.5), 1, 'same')));
        const step = compile((x: tf.Tensor4D) => tf.grad(score)(x));
        return read(step(wave([2, 3, 4, 8], 3) as tf.Tensor4D));
      });
    const [frozen, plain] = await slopes(false);
    const [trained] = await slopes(true);
    expectClose(frozen as number[], plain as number[]);
    expectClose(frozen as number[], trained as number[]);
  });

  it('accumulates gradients: four small batches equal one large one', async () => {
    for (const engine of ENGINES) {
      await useEngine(engine);
      const run = (parts: number, name: string) => {
        const w = tf.variable(wave([5, 1]), true, name) as tf.Variable<tf.Rank.R2>;
        const adam = new Adam({ learningRate: 0.1, name: `adam-${name}` });
        const x = wave([8, 5], 1) as tf.Tensor2D;
        const accumulate = compile((rows: tf.Tensor2D) => {
          const { value, grads } = tf.variableGrads(
            () => tf.mean(tf.square(tf.matMul(rows, w))) as tf.Scalar,
            [w],
          );
          adam.accumulate(grads, 1 / parts);
          return value;
        });
        const update = compile(() => adam.applyAccumulated());
        for (let i = 0; i < 5; i++) {
          for (const part of tf.split(x, parts)) accumulate(part as tf.Tensor2D);
          update();
        }
        expect(adam.updates).toBe(5);
        return read(w);
      };
      expectClose(run(4, `small-${engine}`), run(1, `large-${engine}`));
    }
  });

  it('keeps moving averages', async () => {
    const [compiled, plain] = await onEveryEngine(() => {
      const w = tf.variable(tf.tensor([1, 2]), true, 'w');
      const average = new MovingAverage([w], 0.9);
      const adam = new Adam({ learningRate: 0.1 });
      const step = compile(() => {
        const { value, grads } = tf.variableGrads(() => tf.sum(tf.square(w)) as tf.Scalar);
        adam.applyGradients(grads);
        average.update();
        return value;
      });
      for (let i = 0; i < 6; i++) step();
      return [...read(w), ...read(average.averages.w as tf.Tensor)];
    });
    expectClose(compiled as number[], plain as number[]);
    expect(compiled?.[2]).not.toBe(compiled?.[0]);
  });
});

describe('recompilation', () => {
  it('happens for new shapes, once each', () => {
    let recordings = 0;
    const step = compile((x: tf.Tensor) => {
      recordings++;
      return tf.mul(x, 2);
    });
    for (const size of [2, 3, 2, 3, 2]) expect(read(step(tf.ones([size])))).toEqual(new Array(size).fill(2));
    expect(step.compilations()).toHaveLength(2);
    expect(recordings).toBe(4);
  });

  it('notices when a frozen variable was given other values, and then takes it as an input', () => {
    const frozen = tf.variable(tf.scalar(3), false);
    let recordings = 0;
    const step = compile((x: tf.Tensor) => {
      recordings++;
      return tf.mul(x, frozen);
    });
    const x = tf.tensor([1, 2]);
    expect(read(step(x))).toEqual([3, 6]);
    frozen.assign(tf.scalar(4));
    expect(read(step(x))).toEqual([4, 8]);
    frozen.assign(tf.scalar(5));
    expect(read(step(x))).toEqual([5, 10]);
    expect(recordings).toBe(4);
  });

  it('notices in-place updates of a frozen variable too', () => {
    const w = tf.variable(tf.tensor([1, 1]), true, 'w');
    const average = new MovingAverage([w], 0.5);
    const sample = compile((x: tf.Tensor) => tf.add(x, average.averages.w as tf.Tensor));
    const follow = compile(() => average.update());
    expect(read(sample(tf.zeros([2])))).toEqual([1, 1]);
    w.assign(tf.tensor([3, 3]));
    follow();
    expect(read(sample(tf.zeros([2])))).toEqual([2, 2]);
  });

  it('is not needed when a trained variable is assigned from outside', () => {
    const w = tf.variable(wave([3, 3, 1, 2])) as tf.Variable<tf.Rank.R4>;
    const step = compile((x: tf.Tensor4D) => tf.sum(tf.conv2d(x, w, 1, 'valid')));
    const x = tf.ones([1, 3, 3, 1]) as tf.Tensor4D;
    step(x);
    w.assign(tf.fill([3, 3, 1, 2], 0.5) as tf.Tensor4D);
    expectClose(read(step(x)), [9]);
    expect(step.compilations()).toHaveLength(1);
  });
});

describe('state', () => {
  it('is what eager code saw before an in-place update, for results that were not read yet', () => {
    const w = tf.variable(tf.tensor([1, 2]), true, 'w');
    const adam = new Adam({ learningRate: 1 });
    const step = compile(() => {
      const { value, grads } = tf.variableGrads(() => tf.sum(w) as tf.Scalar);
      adam.applyGradients(grads);
      return value;
    });
    step();
    const before = tf.mul(w, 10);
    const expected = read(w).map((value) => value * 10);
    step();
    expectClose(read(before), expected);
  });

  it('can be saved and put back: the steps that follow are the same to the bit', () => {
    const w = tf.variable(wave([4, 4]), true, 'w') as tf.Variable<tf.Rank.R2>;
    const adam = new Adam({ learningRate: 0.1 });
    const step = compile((x: tf.Tensor2D) => {
      const { value, grads } = tf.variableGrads(() => tf.mean(tf.square(tf.matMul(x, w))) as tf.Scalar);
      adam.applyGradients(grads);
      return value;
    });
    const x = wave([3, 4]) as tf.Tensor2D;
    for (let i = 0; i < 3; i++) step(x);
    const saved = Object.values({ w, ...adam.state() }).map((variable) => ({
      variable,
      copy: variable.clone().dataSync().slice(),
    }));
    const rest = () => Array.from({ length: 4 }, () => read(step(x))[0]);
    const first = rest();
    for (const { variable, copy } of saved) variable.assign(tf.tensor(copy, variable.shape));
    adam.updates = 3;
    expect(rest()).toEqual(first);
  });

  it('is reset when a step fails while it is recorded', () => {
    const w = tf.variable(tf.scalar(1));
    const step = compile((x: tf.Tensor) => {
      w.assign(tf.scalar(2));
      x.dataSync();
      return x;
    });
    expect(() => step(tf.zeros([1]))).toThrow(EngineError);
    expect(read(w)).toEqual([1]);
  });
});

describe('random numbers in a step', () => {
  it('are new at every position, and the same at the same one, compiled or not', async () => {
    const draws = await onEveryEngine(() => {
      const step = compile(
        () => [randomNormal([3]), withScope('inner', () => randomUniform([2], { low: 5, high: 6 }))],
        {
          name: 'draws',
        },
      );
      return [0, 1, 0].map((position) => {
        setRandomPosition({ seed: 7, step: position });
        return step().flatMap(read);
      });
    });
    const [compiled, plain] = draws;
    expect(compiled?.[0]).toEqual(compiled?.[2]);
    expect(compiled?.[0]).not.toEqual(compiled?.[1]);
    expectClose((compiled as number[][]).flat(), (plain as number[][]).flat(), 1e-6);
    expect(compiled?.[0]?.slice(3).every((value) => value >= 5 && value < 6)).toBe(true);
  });

  it('of TensorFlow.js are refused: they would be frozen', () => {
    const step = compile((x: tf.Tensor) => tf.add(x, tf.randomNormal([20])));
    expect(() => step(tf.zeros([20]))).toThrow(/randomNormal and randomUniform of the engine/);
  });
});
