import * as tf from '@tensorflow/tfjs-core';
import { Type } from 'typebox';
import { defineNode, port } from '../../runtime/node.ts';
import { resize } from '../../runtime/ops/index.ts';
import { constant, example } from '../_example.ts';

/** Labels from a to b. */
const labels = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

/** What of each category belongs to the object: labels, and how much. BiSeNet's labels for faces, VOC's or ADE20K's else. */
export const OBJECT_LABELS: {
  readonly [category: string]: readonly (readonly [weight: number, labels: number[]])[];
} = {
  // Hair, neck, ears' rings and hat count half: they move with the head but are no good guide to its shape.
  face: [
    [1, labels(1, 13)],
    [0.5, [14, 15, 17, 18]],
  ],
  synface: [[1, labels(1, 14)]],
  car: [[1, [7]]],
  cat: [[1, [8]]],
  church: [[1, [1]]],
  horse: [[1, [13]]],
};

/** What a mask is made of. */
export interface MaskOptions {
  readonly category: string;
  /** Classes of the segmentation. */
  readonly classes: number;
  /** Side of the mask in pixels. */
  readonly size: number;
}

/** The mask [B,size,size,1] of a category from label maps [B,H,W], int32. */
export function maskFromLabels(map: tf.Tensor, { category, classes, size }: MaskOptions): tf.Tensor4D {
  const weights = new Float32Array(classes);
  for (const [weight, of] of OBJECT_LABELS[category] ?? []) for (const label of of) weights[label] = weight;
  const full: tf.Tensor = tf.gather(tf.tensor1d(weights), tf.cast(map, 'int32'));
  return resize(tf.expandDims(full, 3) as tf.Tensor4D, [size, size]);
}

export const objectMask = defineNode({
  type: 'prior/object-mask',
  version: 1,
  title: 'Object mask',
  description:
    'The mask of the object from the scores of a segmentation: the best label of every pixel, its weight for the ' +
    'category, resized. Of faces (BiSeNet, 19 classes), skin and features count 1, hair, neck and clothes ½; of the ' +
    'others one label counts (PSPNet: Pascal VOC’s 21 classes for car, cat and horse, ADE20K’s 150 for church). Keep it ' +
    'with buffer/mask.',
  example: example(
    {
      scores: constant([1, 16, 16, 21]),
      mask: { type: 'prior/object-mask', in: { scores: 'scores' }, params: { category: 'car', size: 8 } },
    },
    'mask',
  ),
  params: Type.Object({
    category: Type.Union(
      Object.keys(OBJECT_LABELS).map((name) => Type.Literal(name)),
      { description: 'What the object is' },
    ),
    size: Type.Integer({
      description: 'Side of the mask in pixels',
      default: 128,
      minimum: 1,
      maximum: 4096,
    }),
  }),
  inputs: { scores: port('float[B,H,W,C]') },
  outputs: { mask: port('mask[B,$size,$size,1]') },
  run: ({ inputs: { scores }, params: { category, size } }) => ({
    mask: maskFromLabels(tf.argMax(scores, 3), { category, classes: scores.shape[3], size }),
  }),
});
