import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';

const share = (description: string, fallback: number) =>
  Type.Number({ description, default: fallback, minimum: 0, maximum: 1 });

export const box = defineNode({
  type: 'source/box',
  version: 1,
  title: 'Box',
  description:
    'A mask that is 1 in a box and 0 beside it: where the objects of a category usually are, when no network finds them. ' +
    'Pixels belong to the box when their centres do; a box without a pixel is refused.',
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
  }),
  inputs: {},
  outputs: { mask: port('mask[1,$size,$size,1]') },
  role: 'source',
  every: 'item',
  load({ params: { size, left, right, top, bottom } }) {
    const inside = (from: number, to: number) =>
      Array.from({ length: size }, (_, i) => (i + 0.5) / size >= from && (i + 0.5) / size <= to);
    const [columns, rows] = [inside(left, right), inside(top, bottom)];
    if (!columns.includes(true) || !rows.includes(true)) {
      throw new RangeError(
        `a box from ${left} to ${right} and from ${top} to ${bottom} holds no pixel of ${size}×${size}`,
      );
    }
    const data = Float32Array.from({ length: size * size }, (_, i) =>
      columns[i % size] && rows[Math.floor(i / size)] ? 1 : 0,
    );
    return { mask: { shape: [1, size, size, 1], data } };
  },
});
