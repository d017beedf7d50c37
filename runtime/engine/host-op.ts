import * as tf from '@tensorflow/tfjs-core';

/** Typed arrays that hold a tensor on the host: int32 and bool tensors come as Int32Array. */
export type HostArray = Float32Array | Int32Array;

/** A dense tensor on the host, in C order. */
export interface HostTensor {
  readonly data: HostArray;
  readonly shape: readonly number[];
}

/** What a host operation gives back: one entry per output. */
export interface HostOutputSpec {
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32';
}

/**
 * An operation that runs on the host over typed arrays, such as a z-buffer.
 *
 * Inside a compiled step it is a cut between two sessions: its inputs leave the provider, `run` fills its
 * outputs, and these enter the next session. It has no gradient of its own; give it one with `tf.customGrad`
 * whose gradient calls another host operation.
 */
export interface HostOp<Attrs = undefined> {
  /** Shown in errors, profiles and plans, e.g. `RasterizeDepth`. */
  readonly name: string;
  /** Output shapes, from the inputs' shapes alone. */
  outputs(inputs: readonly (readonly number[])[], attrs: Attrs): readonly HostOutputSpec[];
  /** Fills `outputs` (not zeroed, owned by the caller, never to be kept). Synchronous and deterministic. */
  run(inputs: readonly HostTensor[], outputs: readonly HostTensor[], attrs: Attrs): void;
}

/** The kernel under which backends that record (see onnx/) take host operations. */
export const HOST_OP_KERNEL = 'Gan2ShapeHostOp';

/** Runs a host operation on any engine: recorded where the backend records, at once elsewhere. */
export function hostOp<Attrs>(op: HostOp<Attrs>, inputs: readonly tf.Tensor[], attrs: Attrs): tf.Tensor[] {
  if (tf.getKernel(HOST_OP_KERNEL, tf.getBackend())) {
    const named = Object.fromEntries(inputs.map((tensor, i) => [String(i), tensor]));
    const attributes = { op, attrs } as unknown as tf.NamedAttrMap;
    return tf.engine().runKernel(HOST_OP_KERNEL, named, attributes) as unknown as tf.Tensor[];
  }
  const specs = op.outputs(
    inputs.map((tensor) => tensor.shape),
    attrs,
  );
  const results = specs.map(({ shape, dtype }) => {
    const size = tf.util.sizeFromShape([...shape]);
    return { shape, dtype, data: dtype === 'int32' ? new Int32Array(size) : new Float32Array(size) };
  });
  const read = inputs.map((tensor) => ({ data: hostArray(tensor), shape: tensor.shape }));
  op.run(read, results, attrs);
  return results.map(({ data, shape, dtype }) => tf.tensor(data, [...shape], dtype));
}

function hostArray(tensor: tf.Tensor): HostArray {
  const data = tensor.dataSync<'float32' | 'int32' | 'bool'>();
  return data instanceof Uint8Array ? Int32Array.from(data) : data;
}
