import { Type } from 'typebox';
import { defineNode, port } from '../../../../runtime/node.ts';

export const sequence = defineNode({
  type: 'golden/sequence',
  version: 1,
  title: 'Recorded draws',
  description: 'Tensors of one shape, the next one for every pull: what another run drew at random.',
  params: Type.Object({
    shape: Type.Array(Type.Integer({ minimum: 1 }), { description: 'Shape of each' }),
    values: Type.Array(Type.Array(Type.Number()), { description: 'The elements of each, row by row' }),
  }),
  inputs: {},
  outputs: { x: port('float[...]') },
  role: 'source',
  every: 'pull',
  load({ params: { shape, values }, context: { step } }) {
    // Loads run ahead of the pulls, so that more are asked for than pulls take.
    return { x: { shape, data: Float32Array.from(values[Math.min(step, values.length - 1)] as number[]) } };
  },
});
