import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';

/** A constant of more elements is a mistake. */
const MOST_ELEMENTS = 2 ** 26;

export const constantNode = defineNode({
  type: 'source/constant',
  version: 1,
  title: 'Constant',
  description: 'A tensor of one value, or of given values.',
  example: {
    formatVersion: 1,
    nodes: {
      view: { type: 'source/constant', params: { shape: [1, 6], values: [0, 0.1, 0, 0, 0, 0] } },
      scaled: { type: 'view/view', in: { raw: 'view' } },
    },
    schedule: [{ pull: 'scaled' }],
  },
  params: Type.Object({
    shape: Type.Array(Type.Integer({ minimum: 1 }), { description: 'Shape', default: [1], maxItems: 6 }),
    value: Type.Number({ description: 'Value of every element', default: 0 }),
    values: Type.Array(Type.Number(), {
      description: 'All elements, row by row; empty for one value',
      default: [],
    }),
  }),
  inputs: {},
  outputs: { x: port('float[...]') },
  role: 'source',
  every: 'item',
  load({ params: { shape, value, values } }) {
    const count = shape.reduce((product, length) => product * length, 1);
    if (count > MOST_ELEMENTS)
      throw new RangeError(`a constant [${shape}] has more than ${MOST_ELEMENTS} elements`);
    if (values.length > 0 && values.length !== count) {
      throw new RangeError(`${values.length} values do not fill the shape [${shape}]`);
    }
    const data = values.length > 0 ? Float32Array.from(values) : new Float32Array(count).fill(value);
    return { x: { shape, data } };
  },
});
