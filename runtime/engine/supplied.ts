import * as tf from '@tensorflow/tfjs-core';
import { OnnxBackend } from './onnx/backend.ts';
import { Value } from './onnx/graph.ts';
import { Sym } from './onnx/sym.ts';

/**
 * A float tensor whose elements the host provides at every run of a compiled step: random numbers, schedules.
 * In eager code it is filled at once. `fill` gets an array to write, in C order of `shape`.
 */
export function supplied(
  name: string,
  shape: readonly number[],
  fill: (out: Float32Array) => void,
): tf.Tensor {
  const backend = tf.backend();
  if (backend instanceof OnnxBackend && backend.isRecording) {
    const value = new Value([...shape], 'float32', undefined, undefined, { kind: 'supplied', name, fill });
    return tf.engine().makeTensorFromTensorInfo({
      dataId: backend.store(Sym.row(value)),
      shape: [...shape],
      dtype: 'float32',
    });
  }
  const data = new Float32Array(tf.util.sizeFromShape([...shape]));
  fill(data);
  return tf.tensor(data, [...shape], 'float32');
}
