import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Adam } from '../../runtime/engine/adam.ts';
import { compile } from '../../runtime/engine/compile.ts';
import { useEngine } from '../../runtime/engine/engines.ts';
import { HOST_OP_KERNEL } from '../../runtime/engine/host-op.ts';
import { EAGER_KERNELS, HOST_KERNELS } from '../../runtime/engine/onnx/kernels/host.ts';
import { canProfile, profileStep } from '../../runtime/engine/profile.ts';
import { PYTHON_VARIABLE, TorchProcess } from '../../runtime/engine/torch/process.ts';
import { KERNEL_CALLS } from './kernel-calls/index.ts';
import { missingTorch, read, startProvider } from './providers.ts';
import { TrainingStep } from './training-step.ts';

const missing = await missingTorch();
const title = missing ? `sessions on PyTorch (skipped: ${missing})` : 'sessions on PyTorch';

function furthest(got: readonly number[], wanted: readonly number[]): number {
  expect(got).toHaveLength(wanted.length);
  return got.reduce((worst, value, i) => {
    const expected = wanted[i] as number;
    return Object.is(value, expected)
      ? worst
      : Math.max(worst, Math.abs(value - expected) / Math.max(1, Math.abs(expected)));
  }, 0);
}

describe.skipIf(missing !== undefined)(title, { timeout: 120_000 }, () => {
  const onHost = new Set<string>([...HOST_KERNELS, ...EAGER_KERNELS, HOST_OP_KERNEL]);
  const calls = KERNEL_CALLS.filter(({ kernel }) => !onHost.has(kernel));
  const results = (call: (typeof calls)[number]) => tf.tidy(() => read(call.run()));
  const expected = new Map<unknown, number[]>();

  beforeAll(async () => {
    await startProvider('cpu');
    for (const call of calls) expected.set(call, results(call));
    await startProvider('torch');
  });

  afterEach(() => tf.disposeVariables());
  afterAll(() => startProvider('cpu'));

  it.each(calls.map((call) => [`${call.kernel} ${call.variant ?? ''}`.trim(), call] as const))(
    '%s agrees with ONNX Runtime',
    (_, call) => {
      expect(furthest(results(call), expected.get(call) as number[])).toBeLessThan(1e-5);
    },
  );

  it('is not profiled, which is said', async () => {
    await startProvider('torch');
    expect(canProfile()).toBe(false);
    const step = compile((x: tf.Tensor) => tf.square(x));
    const x = tf.tensor1d([1, 2]);
    expect(() => profileStep(step, [x])).toThrow('Only ONNX Runtime profiles steps; this is onnx:torch.');
    step.dispose();
    x.dispose();
  });

  it('trains as ONNX Runtime does, with the state in its own memory', async () => {
    const train = async (provider: 'cpu' | 'torch') => {
      const backend = await startProvider(provider);
      const training = new TrainingStep();
      const losses = Array.from({ length: 12 }, (_, i) => training.run(i));
      const kinds = Object.values(training.variables).map(
        ({ dataId }) => backend.sym(dataId).value.content?.kind,
      );
      const weights = read(training.variables.middle as tf.Variable);
      training.dispose();
      return { losses, kinds, weights };
    };
    const onCpu = await train('cpu');
    tf.disposeVariables();
    const onTorch = await train('torch');
    expect(new Set(onTorch.kinds)).toEqual(new Set(['device']));
    expect(furthest(onTorch.losses, onCpu.losses)).toBeLessThan(1e-4);
    expect(furthest(onTorch.weights, onCpu.weights)).toBeLessThan(1e-3);
  });

  it('updates many tensors of several shapes at once as ONNX Runtime does one by one', async () => {
    const train = async (provider: 'cpu' | 'torch') => {
      await startProvider(provider);
      const weights = Array.from({ length: 20 }, (_, i) =>
        tf.variable(tf.fill([1 + (i % 3), 4], 0.1 * (i + 1))),
      );
      const adam = new Adam({ learningRate: 0.05, weightDecay: 0.01 });
      const step = compile(
        () => {
          const { value, grads } = tf.variableGrads(
            () => tf.addN(weights.map((weight, i) => tf.sum(tf.square(tf.sub(weight, i / 7))))) as tf.Scalar,
          );
          adam.applyGradients(grads);
          return { loss: value };
        },
        { name: 'many' },
      );
      for (let i = 0; i < 5; i++) tf.dispose(step());
      const values = weights.flatMap((weight) => read(weight));
      step.dispose();
      adam.dispose();
      tf.dispose(weights);
      return values;
    };
    const onCpu = await train('cpu');
    expect(furthest(await train('torch'), onCpu)).toBeLessThan(1e-6);
  });
});

/** Programs that stand for a Python: the conversation is the same, whoever speaks. */
describe('the process that runs PyTorch', () => {
  let folder = '';

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'torch-test-'));
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));
  afterEach(() => vi.unstubAllEnvs());

  const LIBRARY = `
    const fs = require('node:fs');
    const [, , , requests, answers] = process.argv;
    const input = fs.openSync(requests, 'r');
    const output = fs.openSync(answers, 'w');
    const answer = (header, rest = Buffer.alloc(0)) => {
      const head = Buffer.from(JSON.stringify(header));
      const length = Buffer.alloc(4);
      length.writeUInt32LE(head.length);
      fs.writeSync(output, Buffer.concat([length, head, rest]));
    };
    const take = (size) => {
      const buffer = Buffer.alloc(size);
      for (let at = 0; at < size; ) at += fs.readSync(input, buffer, at, size - at);
      return buffer;
    };
    const request = () => JSON.parse(take(take(4).readUInt32LE()).toString());
    answer({ ok: true });
  `;

  async function program(name: string, body: string): Promise<string> {
    const file = path.join(folder, name);
    await writeFile(file, `#!${process.execPath}\n${LIBRARY}\n${body}`);
    await chmod(file, 0o755);
    return file;
  }

  it('gets requests with their bytes, and gives answers with theirs', async () => {
    const body = `
      answer({ ok: true, torch: '9.9', device: 'none' });
      for (let i = 0; i < 2; i++) {
        const { bytes, word } = request();
        answer({ ok: true, word }, take(bytes).reverse());
      }
      request();
      answer({ ok: false, message: 'no such operator' });
    `;
    const torch = new TorchProcess({ threads: 1, command: await program('echo', body) });
    expect(torch).toMatchObject({ version: '9.9', device: 'none' });
    const large = new Uint8Array(300_000).map((_, i) => i % 251);
    for (const part of [new Uint8Array([1, 2, 3]), large]) {
      const { header, rest } = torch.call<{ word: string }>({ op: 'x', word: 'ö' }, [part]);
      expect(header.word).toBe('ö');
      expect(rest(part.length).equals(Buffer.from(part).reverse())).toBe(true);
    }
    expect(() => torch.call({ op: 'y' })).toThrow('no such operator');
    torch.close();
  });

  it('says that it has ended, before it began or in the middle', async () => {
    const dies = await program('dies', 'process.exit(1);');
    expect(() => new TorchProcess({ threads: 1, command: dies })).toThrow(/has ended.*\n.*GAN2SHAPE_PYTHON/);
    const body = `
      answer({ ok: true, torch: '9.9', device: 'none' });
      request();
      fs.writeSync(output, Buffer.from([9, 0]));
      process.exit(1);
    `;
    const torch = new TorchProcess({ threads: 1, command: await program('breaks', body) });
    expect(() => torch.call({ op: 'x' })).toThrow(/has ended/);
    torch.close();
  });

  it('says where there is no Python, or none with PyTorch', async () => {
    vi.stubEnv(PYTHON_VARIABLE, path.join(folder, 'absent'));
    await expect(useEngine('onnx:torch')).rejects.toThrow(
      /onnx:torch cannot be used: .*absent has no PyTorch/,
    );
  });
});
