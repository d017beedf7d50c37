import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  Adam,
  compile,
  EngineError,
  type HostOp,
  hostOp,
  useEngine,
  withScope,
} from '../../runtime/engine/index.ts';

import { read, squareOnHost, wave } from './steps.ts';

beforeEach(async () => {
  await useEngine('onnx');
});
afterEach(() => {
  tf.disposeVariables();
});

describe('a step that cannot be compiled', () => {
  const failure = (body: () => unknown): EngineError => {
    try {
      body();
    } catch (cause) {
      expect(cause).toBeInstanceOf(EngineError);
      return cause as EngineError;
    }
    throw new Error('nothing was thrown');
  };

  it('because it reads data names the node', () => {
    const step = compile((x: tf.Tensor) => withScope('reader', () => tf.scalar(x.dataSync()[0] as number)), {
      name: 'read',
    });
    const error = failure(() => step(tf.zeros([1])));
    expect(error).toMatchObject({ code: 'reads-while-recording', details: { node: 'read/reader' } });
  });

  it('because a kernel is missing names kernel and node', () => {
    const step = compile((x: tf.Tensor) => withScope('spectrum', () => tf.real(tf.complex(x, x))), {
      name: 'fft',
    });
    const error = failure(() => step(tf.zeros([4])));
    expect(error).toMatchObject({
      code: 'unsupported-kernel',
      details: { node: 'fft/spectrum', operation: 'Complex' },
    });
    expect(error.message).toContain('--engine cpu');
  });

  it('because shapes do not fit names operation and node', () => {
    const step = compile((x: tf.Tensor) => withScope('sum', () => tf.add(x, tf.zeros([3]))), { name: 'add' });
    expect(() => step(tf.zeros([2]))).toThrow(/Add of node add\/sum cannot take a \[2\], b \[3\]/);
  });

  it('because it is not a function of tensors says so', () => {
    expect(failure(() => compile(() => 3)()).message).toContain('returns a number');
    expect(failure(() => compile((x: tf.Tensor) => x)(3 as unknown as tf.Tensor)).message).toContain(
      'Argument 1',
    );
    let calls = 0;
    expect(failure(() => compile((x: tf.Tensor) => tf.mul(x, ++calls))(tf.ones([1]))).code).toBe(
      'impure-step',
    );
  });

  it('because it reads a variable after updating it in place says so', () => {
    const w = tf.variable(tf.scalar(1), true, 'w');
    const adam = new Adam({ learningRate: 1 });
    const step = compile(() => {
      adam.applyGradients(tf.variableGrads(() => tf.square(w) as tf.Scalar).grads);
      return tf.mul(w, 2);
    });
    expect(failure(() => step()).message).toContain('already updated in place');
  });
});

describe('a step that fails while it runs', () => {
  it('because of a NaN names the operation and the node, and changes nothing', () => {
    const w = tf.variable(tf.scalar(-1), true, 'w');
    const adam = new Adam({ learningRate: 1 });
    const step = compile(
      () => {
        const { value, grads } = tf.variableGrads(() => withScope('logarithm', () => tf.log(w)) as tf.Scalar);
        adam.applyGradients(grads);
        return value;
      },
      { name: 'fit' },
    );
    expect(() => step()).toThrow(
      /A result of fit is NaN; the first such value came out of Log of node fit\/logarithm/,
    );
    expect(read(w)).toEqual([-1]);
    expect(adam.updates).toBe(0);
  });

  it('because of a host operation names it, and changes nothing', () => {
    const w = tf.variable(tf.scalar(2), true, 'w');
    const fails: HostOp = {
      ...squareOnHost,
      name: 'Broken',
      run: () => {
        throw new Error('no disk');
      },
    };
    const step = compile(() => {
      w.assign(tf.mul(w, 2));
      return hostOp(fails, [w], undefined);
    });
    expect(() => step()).toThrow(/Broken .* failed: no disk/);
    expect(read(w)).toEqual([2]);
  });
});

describe('scopes', () => {
  it('name recorded operators, backward ones like their forward ones', () => {
    const w = tf.variable(wave([2, 2])) as tf.Variable<tf.Rank.R2>;
    const step = compile(
      (x: tf.Tensor2D) =>
        tf.variableGrads(() => tf.sum(withScope('layer', () => tf.matMul(x, w))) as tf.Scalar),
      { name: 'net' },
    );
    step(tf.ones([3, 2]) as tf.Tensor2D);
    const nodes = step
      .compilations()[0]
      ?.executor.program.stages.flatMap((stage) => (stage.kind === 'session' ? stage.nodes : []));
    const products = nodes?.filter(({ op }) => op === 'MatMul');
    expect(products?.length).toBe(2);
    expect(products?.every(({ scope }) => scope === 'net/layer')).toBe(true);
  });
});

describe('eager code', () => {
  it('goes on when a pending tensor cannot be computed: only reading that one fails', () => {
    const broken = tf.gather(tf.tensor([1, 2]), tf.add(tf.tensor([6], [1], 'int32'), tf.scalar(1, 'int32')));
    const fine = tf.add(tf.tensor([1]), 1);
    (tf.backend() as unknown as { flush(): void }).flush();
    expect(read(fine)).toEqual([2]);
    expect(() => broken.dataSync()).toThrow(EngineError);
  });
});
