import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { encodeModel } from './onnx/model-writer.ts';
import { createSession, listProviders } from './onnx/session.ts';
import { type ProbeAnswer, type ProbeOptions, probe } from './probe.ts';
import { PYTHON_VARIABLE, python } from './torch/process.ts';

/** What was found out about an engine. */
export interface Finding {
  readonly usable: boolean;
  /** Whether it is faster than the engines after it: software GPUs work, but lose against the CPU. */
  readonly recommended: boolean;
  /** What it runs on, or why it does not run and how to get it. */
  readonly detail: string;
}

/** A device must be this much faster than the CPU provider for its transfers to pay. */
const WORTHWHILE = 1.5;

const TENSORFLOW_PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;

const GET: Readonly<Record<'webgpu' | 'cuda', string>> = {
  webgpu: 'a GPU with a Vulkan driver and loader (libvulkan1), Metal or Direct3D 12 is needed',
  cuda: 'CUDA 12, cuDNN 9 and the CUDA libraries of onnxruntime-node are needed: npm rebuild onnxruntime-node --foreground-scripts, where they can be downloaded',
};

const require = createRequire(import.meta.url);

/** ONNX Runtime on the CPU: its library is bundled, so that this process can try it. */
export function findOnnxCpu(): Finding {
  const tensor = { type: 'float32', shape: [1] } as const;
  const model = encodeModel({
    name: 'probe',
    nodes: [{ name: 'add', op: 'Add', domain: '', inputs: ['x', 'x'], outputs: ['y'], attributes: {} }],
    inputs: [{ name: 'x', ...tensor }],
    outputs: [{ name: 'y', ...tensor }],
    initializers: [],
  });
  try {
    createSession(model, 'the probe', { provider: 'cpu', threads: 1 }).dispose();
    const processor = os.cpus()[0]?.model.trim() || os.arch();
    return usable(`${onnxRuntime()}, ${os.availableParallelism()} cores, ${processor}`);
  } catch (cause) {
    return unusable(firstLine(cause));
  }
}

/** ONNX Runtime on a device. */
export async function findProvider(provider: 'webgpu' | 'cuda', options?: ProbeOptions): Promise<Finding> {
  try {
    if (!listProviders().some(({ name }) => name === provider)) {
      return unusable(`ONNX Runtime has no provider ${provider} on ${process.platform}-${process.arch}`);
    }
    if (provider === 'cuda' && !hasCudaLibrary()) {
      return unusable(`the CUDA library of onnxruntime-node is not installed (${GET.cuda})`);
    }
  } catch (cause) {
    return unusable(firstLine(cause));
  }
  const answer = await probe(provider, options);
  if (answer.unfinished && options?.untimed) {
    return { usable: true, recommended: false, detail: `${onnxRuntime()}, ${answer.detail}` };
  }
  return answer.ok ? judged(answer) : unusable(`${answer.detail} (${GET[provider]})`);
}

/** PyTorch in a Python of the system's. */
export function findTorch(): Promise<Finding> {
  const code =
    "import torch; print(torch.__version__, torch.cuda.get_device_name() if torch.cuda.is_available() else 'CPU', sep=', ')";
  return new Promise((resolve) => {
    execFile(python(), ['-c', code], { timeout: 60_000 }, (cause, printed) => {
      if (cause) resolve(unusable(`${python()} has no PyTorch (${PYTHON_VARIABLE} names another Python)`));
      else
        resolve({
          usable: true,
          recommended: false,
          detail: `PyTorch ${printed.trim()}, in ${python()}; taken when asked for`,
        });
    });
  });
}

/** A package of TensorFlow's that loads, on the GPU if there is one. */
export async function findTensorFlow(
  options?: ProbeOptions,
): Promise<Finding & { readonly package?: string }> {
  const installed = TENSORFLOW_PACKAGES.flatMap((name) => {
    const folder = packageFolder(name);
    return folder ? [{ name, folder }] : [];
  });
  if (installed.length === 0) {
    return unusable(`not installed: npm install ${TENSORFLOW_PACKAGES[0]} (or ${TENSORFLOW_PACKAGES[1]})`);
  }
  const failures: string[] = [];
  for (const { name, folder } of installed) {
    if (!hasAddon(folder)) {
      failures.push(`${name} is installed without its native library: npm rebuild ${name}`);
      continue;
    }
    const answer = await probe(name, options);
    if (answer.ok)
      return { usable: true, recommended: answer.gpu === true, detail: answer.detail, package: name };
    failures.push(`${name}: ${answer.detail}`);
  }
  return unusable(`${failures.join('; ')} (libtensorflow must be downloadable)`);
}

function judged({ detail, milliseconds, cpuMilliseconds }: ProbeAnswer): Finding {
  if (milliseconds === undefined || cpuMilliseconds === undefined) {
    const slow = 'a small convolution did not end in time';
    return { usable: true, recommended: false, detail: `${onnxRuntime()}, ${detail}; ${slow}` };
  }
  const recommended = cpuMilliseconds >= WORTHWHILE * milliseconds;
  const ratio =
    milliseconds > cpuMilliseconds ? milliseconds / cpuMilliseconds : cpuMilliseconds / milliseconds;
  const speed = `${ratio.toFixed(1)} times ${milliseconds > cpuMilliseconds ? 'slower' : 'faster'} than the CPU in a convolution`;
  return { usable: true, recommended, detail: `${onnxRuntime()}, ${detail}; ${speed}` };
}

function onnxRuntime(): string {
  return `ONNX Runtime ${(require('onnxruntime-node/package.json') as { version: string }).version}`;
}

function hasCudaLibrary(): boolean {
  const bin = path.join(packageFolder('onnxruntime-node') ?? '', 'bin');
  const name =
    process.platform === 'win32' ? 'onnxruntime_providers_cuda.dll' : 'libonnxruntime_providers_cuda.so';
  return readdirSync(bin).some((abi) =>
    existsSync(path.join(bin, abi, process.platform, process.arch, name)),
  );
}

function hasAddon(folder: string): boolean {
  const lib = path.join(folder, 'lib');
  return (
    existsSync(lib) && readdirSync(lib).some((abi) => existsSync(path.join(lib, abi, 'tfjs_binding.node')))
  );
}

function packageFolder(name: string): string | undefined {
  try {
    return path.dirname(require.resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}

const usable = (detail: string): Finding => ({ usable: true, recommended: true, detail });
const unusable = (detail: string): Finding => ({ usable: false, recommended: false, detail });

function firstLine(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).split('\n')[0] ?? '';
}
