import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { constant } from '../_example.ts';

export const maskBuffer = defineNode({
  type: 'buffer/mask',
  version: 1,
  title: 'Object mask',
  description:
    'Remembers an object mask, so that it is computed once for an image, and refuses one that shows no object before ' +
    'anything is trained with it.',
  example: {
    formatVersion: 1,
    nodes: {
      found: constant([1, 16, 16, 1], 1),
      mask: { type: 'buffer/mask', in: { mask: 'found' } },
      depth: { type: 'prior/ellipsoid', in: { mask: 'mask' } },
    },
    schedule: [{ pull: 'mask' }, { pull: 'depth' }],
  },
  params: Type.Object({
    threshold: Type.Number({ description: 'Least value of a pixel that shows the object', default: 0.7 }),
    leastShare: Type.Number({
      description: 'Least share of the pixels that must show the object; 0 for none',
      default: 0.001,
      minimum: 0,
      maximum: 1,
    }),
  }),
  inputs: { mask: port('mask[1,H,W,1]') },
  outputs: { mask: port('mask[1,H,W,1]') },
  role: 'buffer',
  write({ inputs: { mask }, params, context }) {
    const { data } = mask;
    const { leastShare } = params;
    const threshold = Math.fround(params.threshold);
    let shown = 0;
    for (const value of data) if (value >= threshold) shown++;
    if (shown < leastShare * data.length) {
      throw new Error(
        `the mask is empty: ${shown} of ${data.length} pixels reach ${params.threshold}, at least ` +
          `${Math.ceil(leastShare * data.length)} are needed; does the image show an object of this category?`,
      );
    }
    context.memory.set('mask', mask);
  },
  read({ context }) {
    const mask = context.memory.get('mask');
    if (!mask) throw new Error('there is no mask yet: pull this buffer before what reads it');
    return { mask };
  },
});
