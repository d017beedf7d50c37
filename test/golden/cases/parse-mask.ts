import * as tf from '@tensorflow/tfjs-core';
import { maskFromLabels } from '../../../nodes/prior/object-mask.ts';
import { segmentationInput } from '../../../nodes/prior/segmentation-input.ts';
import type { GoldenCase } from '../fixture.ts';
import type { CaseHandler } from './handler.ts';

/** By category: the labels of its segmentation, and what that takes. */
const SEGMENTATIONS: {
  readonly [category: string]: { classes: number; side: number; standardise: boolean };
} = {
  face: { classes: 19, side: 512, standardise: false },
  synface: { classes: 19, side: 512, standardise: false },
  car: { classes: 21, side: 473, standardise: true },
  cat: { classes: 21, side: 473, standardise: true },
  church: { classes: 150, side: 473, standardise: false },
  horse: { classes: 21, side: 473, standardise: false },
};

/** Object masks from label maps, and the images that segmentations are given, one of each a category. */
export const maskParsing: CaseHandler = {
  family: 'parse-mask',
  matches: (golden) => golden.reference.includes('parse_mask') && golden.matching(/^mask_/).length > 0,

  async run(golden, check) {
    const size = golden.number('image_size');
    for (const [, match] of golden.matching(/^mask_(.+)$/)) {
      const category = match[1] ?? '';
      const segmentation = SEGMENTATIONS[category];
      if (!segmentation) throw new Error(`no segmentation of the category ${category} is known`);
      const { classes, side, standardise } = segmentation;
      const mask = maskFromLabels(labelMap(golden, `labels_${classes}_small`, side), {
        category,
        classes,
        size,
      });
      await check.image(`mask_${category}`, mask);
      const call = { inputs: { image: golden.image('image') }, params: { size: side, standardise } };
      const { image } = segmentationInput.run({ ...call, context: undefined as never });
      const [height, width] = golden.entry(`net_input_corner_${category}`).shape.slice(2) as [number, number];
      await check.image(`net_input_corner_${category}`, tf.slice(image, [0, 0, 0, 0], [1, height, width, 3]));
    }
  },
};

/** The stored labels enlarged by nearest neighbours. */
function labelMap(golden: GoldenCase, name: string, side: number): tf.Tensor {
  const [rows = 0, columns = 0] = golden.entry(name).shape;
  const index = (length: number) =>
    tf.tensor1d(
      Array.from({ length: side }, (_, i) => Math.floor((i * length) / side)),
      'int32',
    );
  return tf.expandDims(tf.gather(tf.gather(golden.tensor(name), index(rows), 0), index(columns), 1), 0);
}
