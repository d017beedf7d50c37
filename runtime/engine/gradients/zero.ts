import type * as tf from '@tensorflow/tfjs-core';
import { gradient, zeros } from './shared.ts';

/**
 * Kernels that are constant almost everywhere and that tfjs has no gradient for (or, GreaterEqual, one that is
 * not float32 for integer operands): without one, `where(greater(x, 0), …)` throws. Names of their inputs.
 */
const constantKernels: Record<string, readonly string[]> = {
  All: ['x'],
  Any: ['x'],
  ArgMax: ['x'],
  ArgMin: ['x'],
  Equal: ['a', 'b'],
  Greater: ['a', 'b'],
  GreaterEqual: ['a', 'b'],
  Less: ['a', 'b'],
  LessEqual: ['a', 'b'],
  LogicalAnd: ['a', 'b'],
  LogicalNot: ['x'],
  LogicalOr: ['a', 'b'],
  LogicalXor: ['a', 'b'],
  NotEqual: ['a', 'b'],
};

/** Kernels whose gradient in tfjs is zero. */
export const tfjsZeroKernels: readonly string[] = [
  'Ceil',
  'Floor',
  'IsFinite',
  'IsInf',
  'IsNan',
  'OneHot',
  'OnesLike',
  'Round',
  'Sign',
  'Step',
  'ZerosLike',
];

/** Zero gradients: a fill that depends on nothing. */
export const zeroGradients: tf.GradConfig[] = Object.entries(constantKernels).map(([name, inputs]) =>
  gradient(name, { inputs }, (_dy, saved) =>
    Object.fromEntries(saved.map((tensor, i) => [String(inputs[i]), () => zeros(tensor.shape)])),
  ),
);
