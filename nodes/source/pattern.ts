import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { example } from '../_example.ts';

export const pattern = defineNode({
  type: 'source/pattern',
  version: 1,
  title: 'Pattern',
  description:
    'A picture from a formula, for examples and tests: coloured rings, r ↦ cos(2π·f·r) with a phase of one third of a turn between red, green and blue, where r is the distance from the centre in image sides and f the number of rings.',
  example: example(
    {
      rings: { type: 'source/pattern', params: { size: 32, rings: 5 } },
      picture: { type: 'sink/image', in: { image: 'rings' }, params: { name: 'rings' } },
    },
    'picture',
  ),
  params: Type.Object({
    size: Type.Integer({
      description: 'Side of the square image in pixels',
      default: 64,
      minimum: 2,
      maximum: 4096,
    }),
    rings: Type.Number({
      description: 'Rings from the centre to a side',
      default: 3,
      minimum: 0,
      maximum: 100,
    }),
  }),
  inputs: {},
  outputs: { image: port('image[1,$size,$size,3]') },
  role: 'source',
  every: 'item',
  load({ params: { size, rings } }) {
    const data = new Float32Array(size * size * 3);
    const centre = (size - 1) / 2;
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        const turns = (2 * rings * Math.hypot(x - centre, y - centre)) / size;
        for (let c = 0; c < 3; c++) data[(y * size + x) * 3 + c] = Math.cos(2 * Math.PI * (turns + c / 3));
      }
    }
    return { image: { shape: [1, size, size, 3], data } };
  },
});
