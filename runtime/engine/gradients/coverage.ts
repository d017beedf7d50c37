import '../gradients.generated.js';
import * as tf from '@tensorflow/tfjs-core';
import { overrides } from './overrides.ts';
import { tfjsZeroKernels, zeroGradients } from './zero.ts';

/** What is known of one kernel's gradient. */
export interface GradientCoverage {
  /** Whose the first derivative is; `zero` for kernels that are constant almost everywhere. */
  readonly firstOrder: 'tfjs' | 'ours' | 'zero' | 'none';
  /** Whether the gradient can be differentiated again. */
  readonly secondOrder: boolean;
}

/** Kernels whose gradient calls a kernel that has none. */
const firstOrderOnly: ReadonlySet<string> = new Set(['Dilation2D', 'LRN', 'MaxPool3D']);

/** Kernels under the exact names that TensorFlow.js gives them, by that name, sorted. */
export function gradientCoverage(): Readonly<Record<string, GradientCoverage>> {
  const names = Object.entries(tf as unknown as Record<string, unknown>)
    .filter(
      ([key, value]) =>
        typeof value === 'string' &&
        /^_?[A-Z]/.test(key) &&
        value.replace(/^_/, '') === key.replace(/^_/, ''),
    )
    .map(([, value]) => value as string);
  return Object.fromEntries([...new Set(names)].sort().map((name) => [name, coverageOf(name)]));
}

function coverageOf(name: string): GradientCoverage {
  const firstOrder = firstOrderOf(name);
  return { firstOrder, secondOrder: firstOrder !== 'none' && !firstOrderOnly.has(name) };
}

function firstOrderOf(name: string): GradientCoverage['firstOrder'] {
  const has = (configs: readonly tf.GradConfig[]) => configs.some(({ kernelName }) => kernelName === name);
  if (has(overrides)) return 'ours';
  if (has(zeroGradients) || tfjsZeroKernels.includes(name)) return 'zero';
  return tf.getGradient(name) ? 'tfjs' : 'none';
}
