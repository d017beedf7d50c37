import * as tf from '@tensorflow/tfjs-core';
import { BACKEND_NAME, type OnnxBackend } from '../backend.ts';
import { registerKernels } from './define.ts';
import './elementwise.ts';
import './fill.ts';
import './shape.ts';
import './indexing.ts';
import './blocks.ts';
import './reduce.ts';
import './matmul.ts';
import './conv.ts';
import './pool.ts';
import './image.ts';
import './host.ts';

export { kernelNames } from './define.ts';

/** Registers the kernels of the onnx engine, once. */
export function registerOnnxKernels(): void {
  if (tf.getKernel('Identity', BACKEND_NAME)) return;
  tf.registerKernel({
    kernelName: 'Identity',
    backendName: BACKEND_NAME,
    kernelFunc: ({ inputs, backend }) => {
      const { x } = inputs as { x: tf.TensorInfo };
      (backend as OnnxBackend).incRef(x.dataId);
      return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
    },
  });
  registerKernels(everyKernelName());
}

/** Every kernel name that TensorFlow.js exports as a constant. */
function everyKernelName(): string[] {
  const constants = Object.entries(tf).filter(
    ([key, value]) => typeof value === 'string' && key === value.replace(/^_/, ''),
  );
  return constants.map(([, value]) => value as string).filter((name) => name !== 'Identity');
}
