import { createRequire } from 'node:module';
import os from 'node:os';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { EngineError } from './errors.ts';
import { registerGradients } from './gradients/index.ts';
import { BACKEND_NAME, OnnxBackend } from './onnx/backend.ts';
import { registerOnnxKernels } from './onnx/kernels/index.ts';
import { encodeModel } from './onnx/model-writer.ts';
import { createSession, listProviders, PROVIDERS, type Provider } from './onnx/session.ts';

/** What can compute tensors: `onnx:webgpu` names a provider, plain `onnx` is its CPU. */
export type EngineName = 'onnx' | 'onnx:cpu' | 'onnx:webgpu' | 'onnx:cuda' | 'tensorflow' | 'cpu';

/** In the order in which `auto` tries them. */
export const ENGINE_NAMES: readonly EngineName[] = [
  'onnx:cuda',
  'onnx:webgpu',
  'tensorflow',
  'onnx:cpu',
  'cpu',
];

export interface UseEngineOptions {
  /** Threads of one operator on the CPU; by default every core. */
  readonly threads?: number;
}

/** What is there, for `doctor`. */
export interface EngineReport {
  readonly engine: EngineName;
  readonly usable: boolean;
  /** What it runs on, or why it does not run and how to get it. */
  readonly detail: string;
}

/** The engine in use. */
export interface ActiveEngine {
  readonly name: EngineName;
  readonly threads: number;
  /** Why it was taken. */
  readonly reason: string;
}

/**
 * Makes an engine the one that computes TensorFlow.js operations in this thread.
 *
 * `auto` takes the fastest that works. Errors: `unknown-engine`, `engine-unavailable` (says what is missing).
 */
export async function useEngine(
  name: EngineName | 'auto' | (string & {}) = 'auto',
  options: UseEngineOptions = {},
): Promise<ActiveEngine> {
  const threads = options.threads ?? os.availableParallelism();
  if (!Number.isInteger(threads) || threads < 1) {
    throw new EngineError('unknown-engine', `threads is ${threads}; expected a whole number from 1.`);
  }
  registerGradients();
  if (name === 'auto') return useFastest(threads);
  const engine = name === 'onnx' ? 'onnx:cpu' : name;
  if (!ENGINE_NAMES.includes(engine as EngineName)) {
    throw new EngineError('unknown-engine', `There is no engine ${JSON.stringify(name)}.`, {
      hint: `Engines: auto, onnx, ${ENGINE_NAMES.join(', ')}.`,
    });
  }
  const report = probe(engine as EngineName);
  if (!report.usable)
    throw new EngineError('engine-unavailable', `The engine ${name} cannot be used: ${report.detail}`);
  return activate(engine as EngineName, threads, 'asked for');
}

/** Which engines there are, and why others are not. */
export function describeEngines(): EngineReport[] {
  return ENGINE_NAMES.map(probe);
}

async function useFastest(threads: number): Promise<ActiveEngine> {
  const reports = describeEngines();
  const { engine } = reports.find(({ usable }) => usable) as EngineReport;
  const passed = reports.slice(
    0,
    reports.findIndex((report) => report.engine === engine),
  );
  const reason = passed.map((report) => `${report.engine}: ${report.detail}`).join('; ');
  return activate(engine, threads, reason ? `the fastest that works (${reason})` : 'the fastest that works');
}

async function activate(engine: EngineName, threads: number, reason: string): Promise<ActiveEngine> {
  const backend = engine.startsWith('onnx') ? BACKEND_NAME : engine;
  if (backend === BACKEND_NAME) {
    registerOnnxKernels();
    const provider = engine.slice('onnx:'.length) as Provider;
    if (tf.findBackend(BACKEND_NAME)) tf.removeBackend(BACKEND_NAME);
    tf.registerBackend(BACKEND_NAME, () => new OnnxBackend({ provider, threads }));
  }
  if (backend === 'tensorflow') createRequire(import.meta.url)(tensorflowPackage() as string);
  if (!(await tf.setBackend(backend)))
    throw new EngineError('engine-unavailable', `The engine ${engine} did not start.`);
  // the plain JavaScript backend otherwise advertises the native package at its first tensor
  const active = tf.backend() as { firstUse?: boolean };
  if (active.firstUse) active.firstUse = false;
  return { name: engine, threads: engine === 'cpu' ? 1 : threads, reason };
}

function probe(engine: EngineName): EngineReport {
  if (engine === 'cpu')
    return { engine, usable: true, detail: 'plain JavaScript, one thread; slow, the oracle of the tests' };
  if (engine === 'tensorflow') {
    const found = tensorflowPackage();
    return found
      ? { engine, usable: true, detail: found }
      : {
          engine,
          usable: false,
          detail:
            'neither @tensorflow/tfjs-node-gpu nor @tensorflow/tfjs-node is installed (npm install them where libtensorflow can be downloaded)',
        };
  }
  return probeProvider(engine, engine.slice('onnx:'.length) as Provider);
}

/** A provider works when it adds two numbers. */
function probeProvider(engine: EngineName, provider: Provider): EngineReport {
  try {
    if (!PROVIDERS.includes(provider) || !listProviders().some(({ name }) => name === provider)) {
      return { engine, usable: false, detail: `this build of ONNX Runtime has no provider ${provider}` };
    }
    const shape = { type: 'float32', shape: [1] } as const;
    const model = encodeModel({
      name: 'probe',
      nodes: [{ name: 'add', op: 'Add', domain: '', inputs: ['x', 'x'], outputs: ['y'], attributes: {} }],
      inputs: [{ name: 'x', ...shape }],
      outputs: [{ name: 'y', ...shape }],
      initializers: [],
    });
    createSession(model, 'the probe', { provider, threads: 1 }).dispose();
    return {
      engine,
      usable: true,
      detail:
        provider === 'cpu'
          ? `${os.availableParallelism()} cores, ${os.cpus()[0]?.model.trim()}`
          : `ONNX Runtime with ${provider}`,
    };
  } catch (cause) {
    const [first = ''] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
    return { engine, usable: false, detail: `${first} ${MISSING[provider]}`.trim() };
  }
}

const MISSING: Readonly<Record<Provider, string>> = {
  cpu: '',
  webgpu: '(a GPU with a Vulkan, Metal or Direct3D 12 driver is needed)',
  cuda: '(CUDA 12, cuDNN 9 and the CUDA libraries of onnxruntime-node are needed: npm rebuild onnxruntime-node where they can be downloaded)',
};

function tensorflowPackage(): string | undefined {
  const require = createRequire(import.meta.url);
  return ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'].find((name) => {
    try {
      require.resolve(name);
      return true;
    } catch {
      return false;
    }
  });
}
