import { readFile } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { checkpointFile, defineNode, initial, port } from '../../../runtime/node.ts';

export const linear = defineNode({
  type: 'toy/linear',
  version: 1,
  title: 'Linear layer',
  description: 'An affine map of each row: y = x·w + b.',
  params: Type.Object({
    features: Type.Integer({ description: 'Length of a row of the output', default: 1, minimum: 1 }),
    checkpoint: checkpointFile('A JSON file { name: { shape, data } }; empty for none'),
  }),
  inputs: { x: port('float[B,F]') },
  outputs: { y: port('float[B,$features]') },
  role: 'network',
  run({ inputs, params, context }) {
    const w = context.weights.get('w', {
      shape: [inputs.x.shape[1], params.features],
      init: initial.normal(0.1),
    });
    const b = context.weights.get('b', { shape: [params.features], init: initial.zeros });
    return { y: tf.add(tf.matMul(inputs.x, w as tf.Tensor2D), b) };
  },
  async load({ params, context }) {
    const text = await readFile(context.resolve(params.checkpoint), 'utf8');
    const values: { readonly [name: string]: { shape: number[]; data: number[] } } = JSON.parse(text);
    return new Map(
      Object.entries(values).map(([name, { shape, data }]) => [
        name,
        { shape, data: Float32Array.from(data) },
      ]),
    );
  },
});
