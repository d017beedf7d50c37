import type * as tf from '@tensorflow/tfjs-core';
import type { Layer, Module } from './scope.ts';
import { equalLinear, pixelNorm } from './stylegan2-layers.ts';

export interface MappingOptions {
  /** Length of latents. */
  readonly latent: number;
  /** Linear layers; 8 in all official networks. */
  readonly layers: number;
  /** First step to take: 0 is the normalisation, 1 the first linear layer. Default 0. */
  readonly skip?: number;
  /** Step to stop before; default all. */
  readonly depth?: number;
}

/**
 * StyleGAN2's mapping network from z to w, [B,L] to [B,L]: a normalisation and linear layers with leaky rectifiers.
 * GAN2Shape uses its two halves: `depth` ends it early, `skip` begins late; both count the normalisation.
 */
export function mapping({
  latent,
  layers,
  skip = 0,
  depth = layers + 1,
}: MappingOptions): Module<tf.Tensor2D> {
  return (scope) => {
    const steps: Layer<tf.Tensor2D>[] = [];
    for (let step = skip; step < Math.min(depth, layers + 1); step++) {
      const linear = equalLinear({ in: latent, out: latent, rate: 0.01, rectify: true });
      steps.push(step === 0 ? pixelNorm : linear(scope.at(`style.${step}`)));
    }
    return (z) => steps.reduce((x, step) => step(x), z);
  };
}
