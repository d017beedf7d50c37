import * as tf from '@tensorflow/tfjs-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { compile } from '../../runtime/engine/compile.ts';
import { EngineError } from '../../runtime/engine/errors.ts';
import { HOST_OP_KERNEL, type HostOp, type HostTensor, hostOp } from '../../runtime/engine/host-op.ts';
import { EAGER_KERNELS, HOST_KERNELS } from '../../runtime/engine/onnx/kernels/host.ts';
import { kernelNames } from '../../runtime/engine/onnx/kernels/index.ts';
import { WEBGPU_FALLBACK } from '../../runtime/engine/onnx/webgpu-support.ts';
import { KERNEL_CALLS, type KernelCall } from './kernel-calls/index.ts';
import { missingWebGpu, read, startProvider } from './providers.ts';
import { TrainingStep } from './training-step.ts';

const missing = await missingWebGpu();
const title = missing ? `the WebGPU provider (skipped: ${missing})` : 'the WebGPU provider';
const nameOf = ({ kernel, variant }: KernelCall) => (variant ? `${kernel} ${variant}` : kernel);

function resultOf(call: KernelCall): number[] {
  let result: number[] = [];
  tf.tidy(() => {
    result = read(call.run());
  });
  return result;
}

/** GPUs compute sines and arcs to 2⁻¹¹ (WGSL, accuracy of built-in functions). */
const COARSE = new Map([
  ['Acos', 5e-4],
  ['Asin', 5e-4],
  ['Cos', 5e-4],
  ['Sin', 5e-4],
  ['Tan', 2e-3],
]);

function furthest(got: readonly number[], wanted: readonly number[]): number {
  return got.reduce((worst, value, i) => {
    const error = Math.abs(value - (wanted[i] as number)) / Math.max(1, Math.abs(wanted[i] as number));
    return Math.max(worst, error);
  }, 0);
}

describe('kernel calls', () => {
  it('name every kernel that records operators', async () => {
    const onHost = new Set<string>([...HOST_KERNELS, ...EAGER_KERNELS, HOST_OP_KERNEL]);
    await startProvider('cpu');
    const called = new Set(KERNEL_CALLS.map(({ kernel }) => kernel));
    expect([...called].sort()).toEqual(
      kernelNames()
        .filter((name) => !onHost.has(name))
        .sort(),
    );
  });
});

describe.skipIf(missing !== undefined)(title, { timeout: 180_000 }, () => {
  const expected = new Map<KernelCall, number[]>();

  beforeAll(async () => {
    await startProvider('cpu');
    for (const call of KERNEL_CALLS) expected.set(call, resultOf(call));
    await startProvider('webgpu');
  }, 60_000);

  afterAll(() => startProvider('cpu'));

  it.each(KERNEL_CALLS.map((call) => [nameOf(call), call] as const))('%s agrees with the CPU', (_, call) => {
    const got = resultOf(call);
    const wanted = expected.get(call) as number[];
    expect(got).toHaveLength(wanted.length);
    expect(furthest(got, wanted)).toBeLessThan(COARSE.get(call.kernel) ?? 1e-5);
  });

  it('runs every kernel but the listed ones without the CPU', async () => {
    await startProvider('webgpu', true);
    const refused = KERNEL_CALLS.filter((call) => {
      try {
        resultOf(call);
        return false;
      } catch (error) {
        expect((error as Error).message).toMatch(/fallback to CPU EP has been explicitly disabled/);
        return true;
      }
    });
    const kernels = [...new Set(refused.map(({ kernel }) => kernel))].sort();
    expect(kernels).toEqual([...WEBGPU_FALLBACK.keys()].sort());
  });
});

describe.skipIf(missing !== undefined)(`a training step on ${title}`, { timeout: 180_000 }, () => {
  afterEach(() => tf.disposeVariables());

  async function train(provider: 'cpu' | 'webgpu', steps: number) {
    await startProvider(provider);
    const training = new TrainingStep();
    const losses = Array.from({ length: steps }, (_, i) => training.run(i));
    const weights = read(training.variables.middle as tf.Variable);
    training.dispose();
    return { losses, weights };
  }

  it('loses what the CPU loses', async () => {
    const onCpu = await train('cpu', 30);
    const onGpu = await train('webgpu', 30);
    expect(onCpu.losses.at(-1)).toBeLessThan(0.8 * (onCpu.losses[0] as number));
    onGpu.losses.forEach((loss, i) => {
      expect(Math.abs(loss / (onCpu.losses[i] as number) - 1), `step ${i}`).toBeLessThan(1e-4);
    });
    expect(furthest(onGpu.weights, onCpu.weights)).toBeLessThan(1e-3);
  });

  it('keeps its state in GPU buffers and disposes of the old ones', async () => {
    const backend = await startProvider('webgpu');
    const training = new TrainingStep();
    const state = () => [...Object.values(training.variables), ...Object.values(training.adam.state())];
    const contents = () => state().map((variable) => backend.sym(variable.dataId).value.content);
    const locations = (held: ReturnType<typeof contents>) =>
      held.map((content) => (content?.kind === 'device' ? content.tensor.location : content?.kind));
    training.run(0);
    const first = contents();
    const tensors = tf.memory().numTensors;
    expect(new Set(locations(first))).toEqual(new Set(['gpu-buffer']));
    // reading a weight is no reason to keep its buffer
    read(training.variables.middle as tf.Variable);
    training.run(1);
    expect(new Set(locations(first))).toEqual(new Set(['none']));
    expect(new Set(locations(contents()))).toEqual(new Set(['gpu-buffer']));
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('does not grow', async () => {
    await startProvider('webgpu');
    const large = tf.variable(tf.zeros([1000, 1000]), true, 'large');
    const step = compile(() => {
      large.assign(tf.add(tf.mul(large, 0.5), 1));
      return {};
    });
    const run = (times: number) => {
      for (let i = 0; i < times; i++) {
        step();
        if (i % 10 === 0) read(tf.slice(large, 0, 1));
      }
    };
    run(20);
    const resident = process.memoryUsage.rss();
    run(200);
    // 800 MB if the old buffers stayed
    expect(process.memoryUsage.rss() - resident).toBeLessThan(200e6);
    expect(read(large)[0]).toBe(2);
    step.dispose();
  });

  it('leaves variables as they were when a host operation fails in the middle', async () => {
    await startProvider('webgpu');
    let broken = false;
    const fragile: HostOp = {
      name: 'Fragile',
      outputs: ([shape]) => [{ shape: shape as number[], dtype: 'float32' }],
      run: ([input], [output]) => {
        if (broken) throw new Error('the device is gone');
        output?.data.set(input?.data as Float32Array);
      },
    };
    const weights = tf.variable(tf.range(0, 20), true, 'weights');
    const step = compile(() => {
      weights.assign(tf.add(weights, 1));
      const [copied] = hostOp(fragile, [tf.mul(weights, 2)], undefined);
      weights.assign(tf.add(copied as tf.Tensor, 0));
      return {};
    });
    step();
    const before = read(weights);
    expect(before[3]).toBe(8);
    broken = true;
    expect(step).toThrow(EngineError);
    expect(step).toThrow(/Fragile.*the device is gone/);
    expect(read(weights)).toEqual(before);
    broken = false;
    step();
    expect(read(weights)[3]).toBe(18);
    step.dispose();
  });

  it('gives host operations and results that share an assignment their own copies', async () => {
    await startProvider('webgpu');
    const sum: HostOp = {
      name: 'Sum',
      outputs: () => [{ shape: [], dtype: 'float32' }],
      run: ([input], [output]) => {
        const total = ((input as HostTensor).data as Float32Array).reduce((before, item) => before + item, 0);
        output?.data.set([total]);
      },
    };
    const [a, b] = ['a', 'b'].map((name) => tf.variable(tf.ones([20]), true, name)) as [
      tf.Variable,
      tf.Variable,
    ];
    const step = compile(() => {
      const [total] = hostOp(sum, [a], undefined);
      const next = tf.add(a, tf.div(total as tf.Tensor, 20));
      a.assign(next);
      b.assign(next);
      return { next, total };
    });
    const first = step() as { next: tf.Tensor; total: tf.Tensor };
    const second = step() as { next: tf.Tensor; total: tf.Tensor };
    expect(read([first.next, first.total, second.next, second.total, a, b])).toEqual([
      ...new Array<number>(20).fill(2),
      20,
      ...new Array<number>(20).fill(4),
      40,
      ...new Array<number>(40).fill(4),
    ]);
    step.dispose();
    tf.dispose([first, second]);
  });

  it('names the operation of an overflow and keeps the weights', async () => {
    await startProvider('webgpu');
    const weights = tf.variable(tf.range(1, 21), true, 'logs');
    const step = compile((x) => {
      weights.assign(tf.add(weights, 1));
      return tf.sum(tf.exp(tf.mul(weights, x)));
    });
    tf.dispose(step(tf.scalar(1)) as tf.Tensor);
    expect(() => step(tf.scalar(1000))).toThrow(/is Infinity; the first such value came out of Exp/);
    expect(read(weights)[0]).toBe(2);
    step.dispose();
  });
});
