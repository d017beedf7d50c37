import { Type } from 'typebox';
import { defineNode, port } from '../../../runtime/node.ts';

export const errors = defineNode({
  type: 'measured/errors',
  version: 1,
  title: 'Errors from a table',
  description:
    'Errors as a depth metric would give them: of item i, sides[i] plus a random part, and 10 + i degrees.',
  params: Type.Object({
    sides: Type.Array(Type.Number(), { description: 'SIDE by item' }),
    spread: Type.Number({ description: 'Greatest random part', default: 0 }),
    fail: Type.Integer({ description: 'Item that cannot be loaded; -1 for none', default: -1 }),
    broken: Type.Integer({ description: 'Item whose SIDE is NaN; -1 for none', default: -1 }),
    first: Type.String({ description: 'Name of the first item', default: 'face-0' }),
  }),
  inputs: {},
  outputs: { side: port('metric[]'), mad: port('metric[]') },
  role: 'source',
  every: 'item',
  items: ({ params: { sides, first } }) => sides.map((_, i) => (i === 0 ? first : `face-${i}`)),
  load({ params: { sides, spread, fail, broken }, context: { item, random } }) {
    const { index } = item;
    if (index === fail) throw new Error('this item was told to fail');
    const side = (sides[index] as number) + spread * (random.uniform(1)[0] as number);
    return {
      side: { shape: [], data: Float32Array.of(index === broken ? Number.NaN : side) },
      mad: { shape: [], data: Float32Array.of(10 + index) },
    };
  },
});
