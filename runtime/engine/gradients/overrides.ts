import type * as tf from '@tensorflow/tfjs-core';
import { activationGradients } from './activation.ts';
import { arithmeticGradients } from './arithmetic.ts';
import { averagePoolingGradients } from './average-pooling.ts';
import { convolutionGradients } from './convolution.ts';
import { convolution3dGradients } from './convolution-3d.ts';
import { depthwiseConvolutionGradients } from './depthwise-convolution.ts';
import { indexingGradients } from './indexing.ts';
import { matMulGradients } from './matmul.ts';
import { maxPoolingGradients } from './max-pooling.ts';
import { normalizationGradients } from './normalization.ts';
import { reductionGradients } from './reduction.ts';
import { resizeGradients } from './resize.ts';
import { shapingGradients } from './shaping.ts';

/** Gradients that repair or complete those of tfjs; each says why it is there. */
export const overrides: readonly tf.GradConfig[] = [
  ...arithmeticGradients,
  ...activationGradients,
  ...reductionGradients,
  ...matMulGradients,
  ...convolutionGradients,
  ...convolution3dGradients,
  ...depthwiseConvolutionGradients,
  ...averagePoolingGradients,
  ...maxPoolingGradients,
  ...normalizationGradients,
  ...resizeGradients,
  ...indexingGradients,
  ...shapingGradients,
];
