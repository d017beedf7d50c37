import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { smoothnessLoss } from '../../runtime/ops/index.ts';
import { dome, example } from '../_example.ts';

export const smoothness = defineNode({
  type: 'loss/smoothness',
  version: 1,
  title: 'Smoothness loss',
  description:
    'Mean absolute second differences, mean|∂²/∂x²| + 2·mean|∂²/∂x∂y| + mean|∂²/∂y²|, summed over all given maps: the ' +
    'original gives it the depth and the diffuse shading (Zhou et al. 2017; Pan et al. 2021, equation 2).',
  example: example({ ...dome, loss: { type: 'loss/smoothness', in: { maps: ['depth'] } } }, 'loss'),
  params: Type.Object({}),
  inputs: { maps: port.list('float[_,H,W]') },
  outputs: { loss: port('loss[]') },
  run: ({ inputs }) => ({ loss: tf.addN(inputs.maps.map((map) => smoothnessLoss(map))) }),
});
