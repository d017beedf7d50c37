import { createRequire } from 'node:module';
import os from 'node:os';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { EngineError } from './errors.ts';
import { registerGradients } from './gradients/index.ts';
import { BACKEND_NAME, OnnxBackend } from './onnx/backend.ts';
import { registerOnnxKernels } from './onnx/kernels/index.ts';
import type { ProbeOptions } from './probe.ts';
import { type Finding, findOnnxCpu, findProvider, findTensorFlow, findTorch } from './probe-report.ts';
import type { Provider } from './session.ts';
import { setRasterizerThreads } from './wasm/raster.ts';

/** What can compute tensors: `onnx:webgpu` names a provider, plain `onnx` is its CPU. */
export type EngineName =
  | 'onnx'
  | 'onnx:cpu'
  | 'onnx:webgpu'
  | 'onnx:cuda'
  | 'onnx:torch'
  | 'tensorflow'
  | 'cpu';

/** In the order in which `auto` tries them; `onnx:torch` is only taken when it is asked for, as it needs Python. */
export const ENGINE_NAMES: readonly EngineName[] = [
  'onnx:cuda',
  'onnx:webgpu',
  'onnx:torch',
  'tensorflow',
  'onnx:cpu',
  'cpu',
];

/** More threads do not pay in the rasterizers, unless somebody asks for them. */
const RASTERIZER_THREADS = 8;

export interface UseEngineOptions {
  /** Threads of one operator on the CPU and of the rasterizers; by default every core (8 for the rasterizers). */
  readonly threads?: number;
}

/** What is there, for `doctor`. */
export interface EngineReport {
  readonly engine: EngineName;
  readonly usable: boolean;
  /** Whether `auto` would take it: false for what works but is slower than the CPU, such as a software GPU. */
  readonly recommended: boolean;
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
 * `auto` takes the fastest that works. Devices are first tried in a process of their own, so that a bad driver ends
 * in an error and not in a crash. Errors: `unknown-engine`, `engine-unavailable` (says what is missing).
 */
export async function useEngine(
  name: EngineName | 'auto' | (string & {}) = 'auto',
  options: UseEngineOptions = {},
): Promise<ActiveEngine> {
  const threads = options.threads ?? os.availableParallelism();
  if (!Number.isInteger(threads) || threads < 1) {
    throw new EngineError('unknown-engine', `threads is ${threads}; expected a whole number from 1.`);
  }
  const { engine, reason } = name === 'auto' ? await fastest() : await named(name);
  registerGradients();
  setRasterizerThreads(options.threads ?? Math.min(threads, RASTERIZER_THREADS));
  await activate(engine, threads);
  return { name: engine, threads: engine === 'cpu' ? 1 : threads, reason };
}

/** Which engines there are, and why others are not. Tried once per thread; takes up to ten seconds the first time. */
export function describeEngines(): Promise<EngineReport[]> {
  return Promise.all(ENGINE_NAMES.map(describeEngine));
}

async function describeEngine(engine: EngineName): Promise<EngineReport> {
  const { usable, recommended, detail } = await find(engine);
  return { engine, usable, recommended, detail };
}

async function named(name: string): Promise<{ engine: EngineName; reason: string }> {
  const engine = ENGINE_NAMES.find((known) => known === (name === 'onnx' ? 'onnx:cpu' : name));
  if (!engine) {
    throw new EngineError('unknown-engine', `There is no engine ${JSON.stringify(name)}.`, {
      hint: `Engines: auto, onnx, ${ENGINE_NAMES.join(', ')}.`,
    });
  }
  const { usable, detail } = await find(engine, { untimed: true });
  if (!usable) {
    throw new EngineError('engine-unavailable', `The engine ${name} cannot be used: ${detail}.`, {
      hint: 'Take another one (--engine auto), or run `gan2shape doctor`.',
    });
  }
  return { engine, reason: 'asked for' };
}

async function fastest(): Promise<{ engine: EngineName; reason: string }> {
  const reports = await Promise.all(ENGINE_NAMES.filter((name) => name !== 'onnx:torch').map(describeEngine));
  const chosen = reports.findIndex(({ usable, recommended }) => usable && recommended);
  const { engine } = reports[chosen] as EngineReport;
  const passed = reports.slice(0, chosen);
  const slower = passed
    .filter(({ usable }) => usable)
    .map(({ engine: name, detail }) => `${name} works, but ${detail}`);
  const unusable = passed.filter(({ usable }) => !usable).map(({ engine: name }) => name);
  // the details of what is missing are many lines: doctor has them
  const missing = unusable.length > 0 ? [`not usable: ${unusable.join(', ')}, see doctor`] : [];
  return { engine, reason: ['the fastest that works', ...slower, ...missing].join('; ') };
}

type EngineFinding = Finding & { readonly package?: string };

const findings = new Map<string, Promise<EngineFinding>>();

function find(engine: EngineName, options: ProbeOptions = {}): Promise<EngineFinding> {
  const key = `${engine}${options.untimed ? ' untimed' : ''}`;
  const known = findings.get(engine) ?? findings.get(key) ?? tryOut(engine, options);
  findings.set(key, known);
  return known;
}

async function tryOut(engine: EngineName, options: ProbeOptions): Promise<EngineFinding> {
  switch (engine) {
    case 'onnx:webgpu':
      return findProvider('webgpu', options);
    case 'onnx:cuda':
      return findProvider('cuda', options);
    case 'onnx:torch':
      return findTorch();
    case 'tensorflow':
      return findTensorFlow();
    case 'cpu': {
      const detail = 'plain JavaScript, one thread; slow, the oracle of the tests';
      return { usable: true, recommended: true, detail };
    }
    default:
      return findOnnxCpu();
  }
}

async function activate(engine: EngineName, threads: number): Promise<void> {
  const backend = engine.startsWith('onnx') ? BACKEND_NAME : engine;
  if (backend === BACKEND_NAME) {
    registerOnnxKernels();
    const provider = engine.slice('onnx:'.length) as Provider;
    const running = tf.findBackend(BACKEND_NAME);
    if (running instanceof OnnxBackend) running.configure({ provider, threads });
    else tf.registerBackend(BACKEND_NAME, () => new OnnxBackend({ provider, threads }));
  }
  if (backend === 'tensorflow') createRequire(import.meta.url)((await find(engine)).package as string);
  if (!(await tf.setBackend(backend)))
    throw new EngineError('engine-unavailable', `The engine ${engine} did not start.`);
  // the plain JavaScript backend otherwise advertises the native package at its first tensor
  const active = tf.backend() as { firstUse?: boolean };
  if (active.firstUse) active.firstUse = false;
}
