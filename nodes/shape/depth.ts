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
    'd ← (1 − w)·d + w·border, so that the surface is closed at both sides. With a base it is the mean of what the ' +
    'network and the base say, d ← (1 − v)·d + v·base: two guesses that err in different ways.',
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
    baseWeight: Type.Number({
      description: 'v: share of the base, where there is one',
      default: 0.5,
      minimum: 0,
      maximum: 1,
    }),
  }),
  inputs: {
    raw: port('float[B,S,S,1]'),
    base: port('depth[B,S,S]', {
      optional: true,
      description: 'Another guess at the shape, such as a prior',
    }),
  },
  outputs: { depth: port('depth[B,S,S]') },
  run({ inputs: { raw, base }, params }) {
    const { borderColumns: columns, borderWeight: weight, borderDepth, baseWeight, ...range } = params;
    const seen = depthFromRaw(tf.squeeze(raw, [3]), range);
    const options = { columns, weight, ...(borderDepth !== undefined && { borderDepth }) };
    const closed = columns === 0 ? seen : clampBorderDepth(seen, range, options);
    return { depth: base ? tf.add(closed, tf.mul(tf.sub(base, closed), baseWeight)) : closed };
  },
});
