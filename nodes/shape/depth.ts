import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { clampBorderDepth, depthFromRaw } from '../../runtime/ops/index.ts';
import { depthRange } from '../_camera.ts';
import { constant, example } from '../_example.ts';

export const depth = defineNode({
  type: 'shape/depth',
  version: 1,
  title: 'Depth',
  description:
    'Canonical depth from what the depth network gives: d = tanh(raw − mean(raw)), scaled from [−1, 1] to the range of ' +
    'depths (Pan et al. 2021, section 3.1; Wu et al. 2020). The outermost columns are drawn to one depth, ' +
    'd ← (1 − w)·d + w·border, so that the surface is closed at both sides.',
  example: example(
    { raw: constant([1, 8, 8, 1]), depth: { type: 'shape/depth', in: { raw: 'raw' } } },
    'depth',
  ),
  params: Type.Object({
    ...depthRange(),
    borderColumns: Type.Integer({
      description: 'Columns at each side that are drawn to the border depth; 0 for none',
      default: 2,
      minimum: 0,
    }),
    borderWeight: Type.Number({
      description: 'w: the original overshoots with 1.02, which reverses 2 % of the depth there',
      default: 1.02,
      minimum: 0,
    }),
    borderDepth: Type.Optional(
      Type.Number({ description: 'Depth of the border; by default 0.7·maxDepth + 0.3·minDepth' }),
    ),
  }),
  inputs: { raw: port('float[B,S,S,1]') },
  outputs: { depth: port('depth[B,S,S]') },
  run({ inputs, params: { borderColumns: columns, borderWeight: weight, borderDepth, ...range } }) {
    const free = depthFromRaw(tf.squeeze(inputs.raw, [3]), range);
    if (columns === 0) return { depth: free };
    const options = { columns, weight, ...(borderDepth !== undefined && { borderDepth }) };
    return { depth: clampBorderDepth(free, range, options) };
  },
});
