import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';

const share = (description: string, fallback: number) =>
  Type.Number({ description, default: fallback, minimum: 0, maximum: 1 });

export const box = defineNode({
  type: 'source/box',
  version: 1,
  title: 'Box',
  description:
    'A mask that is 1 in a box, or in the ellipse that touches its sides, and 0 beside it: where the objects of a category ' +
    'usually are, when no network finds them. Pixels belong to it when their centres do; a mask without a pixel is refused.',
  example: {
    formatVersion: 1,
    nodes: {
      box: { type: 'source/box', params: { size: 16, left: 0.2, right: 0.8 } },
      depth: { type: 'prior/ellipsoid', in: { mask: 'box' } },
    },
    schedule: [{ pull: 'depth' }],
  },
  params: Type.Object({
    size: Type.Integer({ description: 'Side of the mask in pixels', default: 64, minimum: 2, maximum: 4096 }),
    left: share('Left edge, as a share of the width from the left', 0),
    right: share('Right edge, as a share of the width from the left', 1),
    top: share('Upper edge, as a share of the height from the top', 0),
    bottom: share('Lower edge, as a share of the height from the top', 1),
    round: Type.Boolean({ description: 'Whether it is the ellipse', default: false }),
  }),
  inputs: {},
  outputs: { mask: port('mask[1,$size,$size,1]') },
  role: 'source',
  every: 'item',
  load({ params: { size, left, right, top, bottom, round } }) {
    const data = Float32Array.from({ length: size * size }, (_, i) => {
      const [x, y] = [((i % size) + 0.5) / size, (Math.floor(i / size) + 0.5) / size];
      const boxed = x >= left && x <= right && y >= top && y <= bottom;
      return boxed && (!round || across(x, left, right) ** 2 + across(y, top, bottom) ** 2 <= 1) ? 1 : 0;
    });
    if (!data.includes(1)) {
      throw new RangeError(
        `a box from ${left} to ${right} and from ${top} to ${bottom} holds no pixel of ${size}×${size}`,
      );
    }
    return { mask: { shape: [1, size, size, 1], data } };
  },
});

/** A place between two edges: −1 at the first, 1 at the second. */
function across(place: number, from: number, to: number): number {
  return from === to ? 0 : (2 * place - from - to) / (to - from);
}
