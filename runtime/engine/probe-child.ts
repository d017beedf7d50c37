/**
 * Tries one engine in a process of its own, since a bad driver may print, hang or end the process, and sends a
 * ProbeAnswer to its parent. The only argument is the ProbeTarget.
 */
import { createRequire } from 'node:module';
import os from 'node:os';
import { driverName } from './driver-name.ts';
import { encodeModel } from './onnx/model-writer.ts';
import { createSession, ortTensor } from './onnx/session.ts';
import type { ProbeAnswer, ProbeTarget } from './probe.ts';
import type { Provider } from './session.ts';

interface Workload {
  readonly batch: number;
  /** Height, width and channels of the images. */
  readonly size: number;
}

const LAYERS = 4;
const RUNS = 3;
/** After this time no further run is made. */
const ENOUGH_MS = 200;
/** 75 MFLOP: a software GPU is through in time. */
const SMALL: Workload = { batch: 1, size: 32 };
/** 9.7 GFLOP: a GPU has something to do. */
const LARGE: Workload = { batch: 8, size: 64 };
/** A device that loses by this factor on the small workload does not win on the large one. */
const HOPELESS = 20;

/** Four 3×3 convolutions, summed to one number. */
function convolutions({ batch, size }: Workload): Uint8Array {
  const weights = new Float32Array(size * size * 9).fill(1e-3);
  const filter = { name: 'filter', type: 'float32', shape: [size, size, 3, 3] } as const;
  const attributes = {
    kernel_shape: [3, 3],
    strides: [1, 1],
    dilations: [1, 1],
    pads: [1, 1, 1, 1],
    group: 1,
  };
  const layers = Array.from({ length: LAYERS }, (_, i) => {
    const [from, to] = [i === 0 ? 'x' : `layer${i}`, `layer${i + 1}`];
    return { name: to, op: 'Conv', domain: '', inputs: [from, 'filter'], outputs: [to], attributes };
  });
  const sum = { name: 'sum', op: 'ReduceSum', domain: '', inputs: [`layer${LAYERS}`], outputs: ['y'] };
  return encodeModel({
    name: 'probe',
    nodes: [...layers, { ...sum, attributes: { keepdims: 1 } }],
    inputs: [{ name: 'x', type: 'float32', shape: [batch, size, size, size] }],
    outputs: [{ name: 'y', type: 'float32', shape: [1, 1, 1, 1] }],
    initializers: [{ ...filter, bytes: new Uint8Array(weights.buffer) }],
  });
}

function session(provider: Provider, workload: Workload) {
  return createSession(convolutions(workload), 'the probe', { provider, threads: os.availableParallelism() });
}

/** The shortest of a few runs after the first. */
function milliseconds(provider: Provider, workload: Workload): number {
  const opened = session(provider, workload);
  const { batch, size } = workload;
  const x = ortTensor('float32', new Float32Array(batch * size ** 3).fill(1), [batch, size, size, size]);
  const run = () => opened.run({ x }, { y: null });
  run();
  const times: number[] = [];
  const begin = performance.now();
  do {
    const start = performance.now();
    run();
    times.push(performance.now() - start);
  } while (times.length < RUNS && performance.now() - begin < ENOUGH_MS);
  return Math.min(...times);
}

function tryProvider(provider: Provider): ProbeAnswer {
  const compare = (workload: Workload) => ({
    milliseconds: milliseconds(provider, workload),
    cpuMilliseconds: milliseconds('cpu', workload),
  });
  session(provider, SMALL).dispose();
  const works = { ok: true, detail: driverName(provider) };
  process.send?.({ ...works, unfinished: true } satisfies ProbeAnswer);
  const small = compare(SMALL);
  const hopeless = small.milliseconds > HOPELESS * small.cpuMilliseconds;
  return { ...works, ...(hopeless ? small : compare(LARGE)) };
}

interface NativeTensorFlow {
  readonly version: Readonly<Record<string, string>>;
  backend(): { readonly isUsingGpuDevice?: boolean; readonly binding?: { readonly TF_Version?: string } };
}

function tryTensorFlow(packageName: string): ProbeAnswer {
  const tf = createRequire(import.meta.url)(packageName) as NativeTensorFlow;
  const { isUsingGpuDevice = false, binding } = tf.backend();
  const library = binding?.TF_Version ? `libtensorflow ${binding.TF_Version}, ` : '';
  const version = tf.version['tfjs-node'] ?? tf.version['tfjs-core'];
  return {
    ok: true,
    detail: `${packageName} ${version}, ${library}${isUsingGpuDevice ? 'GPU' : 'CPU'}`,
    gpu: isUsingGpuDevice,
  };
}

function answer(target: ProbeTarget): ProbeAnswer {
  try {
    return target === 'webgpu' || target === 'cuda' ? tryProvider(target) : tryTensorFlow(target);
  } catch (cause) {
    return { ok: false, detail: cause instanceof Error ? cause.message : String(cause) };
  }
}

process.send?.(answer(process.argv[2] as ProbeTarget));
