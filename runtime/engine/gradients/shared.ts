import * as tf from '@tensorflow/tfjs-core';

/** What a gradient gives back: one thunk per input that can be asked for. */
export type InputGradients = Record<string, () => tf.Tensor>;

/**
 * What was saved, in the order asked for. As many as were asked for, at most four; the type spares a check at
 * each use, and every gradient is run by the tests.
 */
export type SavedTensors = [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];

/** What a kernel keeps for its gradient, in the order `saved` will have: inputs first, then outputs. */
export interface Saves {
  readonly inputs?: readonly string[];
  readonly outputs?: readonly boolean[];
  /** Keep every input of a kernel that takes a list. */
  readonly allInputs?: boolean;
}

/**
 * A gradient of a kernel with one output.
 *
 * @param kernelName the kernel, e.g. `Conv2D`
 * @param saves what the gradient needs; a saved tensor that is read for its shape alone costs a recording
 *   backend nothing
 * @param backward from the output's gradient, the saved tensors and the kernel's attributes to the inputs'
 *   gradients. Each thunk must make a tensor of its own (the tape disposes what it accumulates), of type
 *   float32 and of the input's shape, and must not read data.
 */
export function gradient<Attrs = object>(
  kernelName: string,
  saves: Saves,
  backward: (dy: tf.Tensor, saved: SavedTensors, attrs: Attrs) => InputGradients,
): tf.GradConfig {
  const gradFunc: tf.GradFunc = (dy, saved, attrs) =>
    backward(dy as tf.Tensor, saved as SavedTensors, attrs as Attrs);
  return {
    kernelName,
    inputsToSave: [...(saves.inputs ?? [])],
    outputsToSave: [...(saves.outputs ?? [])],
    ...(saves.allInputs ? { saveAllInputs: true } : {}),
    gradFunc,
  };
}

/** Runs a kernel that has no public operation. */
export function kernel(name: string, inputs: Record<string, tf.Tensor>, attrs: object = {}): tf.Tensor {
  return tf.engine().runKernel(name, inputs, attrs as tf.NamedAttrMap);
}

/** Float zeros that a recording backend may keep as one number: no data is allocated here. */
export function zeros(shape: readonly number[]): tf.Tensor {
  return tf.fill([...shape], 0, 'float32');
}

/** 1 where x > 0, else 0: a comparison and a cast, which are faster than a selection or tf.step. */
export function isPositive(x: tf.Tensor): tf.Tensor {
  return tf.cast(tf.greater(x, 0), 'float32');
}

/** A tensor of its own with the values and shape of `x`. */
export function alias(x: tf.Tensor): tf.Tensor {
  return tf.reshape(x, x.shape);
}

/** Sums `value` over the axes along which `shape` was broadcast; `value` itself where there are none. */
export function unbroadcast(value: tf.Tensor, shape: readonly number[]): tf.Tensor {
  if (tf.util.arraysEqual(value.shape, [...shape])) return value;
  const missing = value.rank - shape.length;
  const axes = value.shape.flatMap((size, i) =>
    i < missing || (shape[i - missing] === 1 && size !== 1) ? [i] : [],
  );
  return axes.length === 0
    ? tf.reshape(value, [...shape])
    : reshaped(tf.sum(value, axes, missing === 0), shape);
}

/** Reshapes unless the shape is right already. */
export function reshaped(x: tf.Tensor, shape: readonly number[]): tf.Tensor {
  return tf.util.arraysEqual(x.shape, [...shape]) ? x : tf.reshape(x, [...shape]);
}

/** Transposes unless the permutation changes nothing. */
export function transposed(x: tf.Tensor, perm: readonly number[]): tf.Tensor {
  return perm.every((from, to) => from === to) ? x : tf.transpose(x, [...perm]);
}

/** `shape` with ones at `axes`: what a reduction with kept dimensions has. */
export function keptShape(shape: readonly number[], axes: readonly number[]): number[] {
  return shape.map((size, i) => (axes.includes(i) ? 1 : size));
}

/** Sizes along one axis that must be present; an axis out of range is a programming error. */
export function sizeAt(shape: readonly number[], axis: number): number {
  const size = shape[axis];
  if (size === undefined) throw new RangeError(`axis ${axis} is outside the shape [${shape.join(', ')}]`);
  return size;
}
