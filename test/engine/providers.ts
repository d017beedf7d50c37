import * as tf from '@tensorflow/tfjs-core';
import { registerGradients } from '../../runtime/engine/gradients/index.ts';
import { BACKEND_NAME, OnnxBackend } from '../../runtime/engine/onnx/backend.ts';
import { registerOnnxKernels } from '../../runtime/engine/onnx/kernels/index.ts';
import { findProvider, findTorch } from '../../runtime/engine/probe-report.ts';
import type { Provider } from '../../runtime/engine/session.ts';

/** Why this machine cannot run the WebGPU provider, or undefined where it can. */
export async function missingWebGpu(): Promise<string | undefined> {
  const { usable, detail } = await findProvider('webgpu');
  return usable ? undefined : detail;
}

/** Why this machine cannot run sessions on PyTorch, or undefined where it can. */
export async function missingTorch(): Promise<string | undefined> {
  const { usable, detail } = await findTorch();
  return usable ? undefined : detail;
}

/** Starts the onnx engine on a provider; `strict` refuses what the CPU would have to compute. */
export async function startProvider(provider: Provider, strict = false): Promise<OnnxBackend> {
  // tensors of an earlier backend end with it
  if (tf.findBackend(BACKEND_NAME)) tf.removeBackend(BACKEND_NAME);
  registerGradients();
  registerOnnxKernels();
  const backend = new OnnxBackend({ provider, threads: 2, strict });
  tf.registerBackend(BACKEND_NAME, () => backend);
  await tf.setBackend(BACKEND_NAME);
  return backend;
}

/** The elements of results, one after the other. */
export function read(result: tf.Tensor | tf.Tensor[]): number[] {
  return (Array.isArray(result) ? result : [result]).flatMap((tensor) => Array.from(tensor.dataSync()));
}
