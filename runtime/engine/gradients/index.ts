import '../gradients.generated.js';
import * as tf from '@tensorflow/tfjs-core';
import { overrides } from './overrides.ts';
import { repairTape } from './tape.ts';
import { zeroGradients } from './zero.ts';

/**
 * Registers the gradients of every differentiable kernel, for all engines: those of TensorFlow.js, and over
 * them ours where they throw, are wrong, have no second derivative, or do needless work. Also repairs the tape
 * (see tape.ts). None of them reads data, so all can be recorded. Calling it again changes nothing.
 */
export function registerGradients(): void {
  for (const config of [...zeroGradients, ...overrides]) tf.registerGradient(config);
  repairTape();
}

export { type GradientCoverage, gradientCoverage } from './coverage.ts';
