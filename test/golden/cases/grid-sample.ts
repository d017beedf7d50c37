import type * as tf from '@tensorflow/tfjs-core';
import { gridSample } from '../../../runtime/ops/grid-sample.ts';
import type { CaseHandler } from './handler.ts';

/** Grid sampling in every mode and alignment that the case has outputs of. */
export const gridSampling: CaseHandler = {
  family: 'grid-sample',
  matches: (golden) => golden.reference.includes('grid_sample') && golden.has('image', 'grid'),

  async run(golden, check) {
    const padding = golden.args.padding_mode ?? 'zeros';
    if (padding !== 'zeros') throw new Error(`padding_mode ${padding}: gridSample pads with zeros only`);
    const image = golden.image('image');
    const grid = golden.tensor('grid') as tf.Tensor4D;
    for (const [, match] of golden.matching(/^out_((bilinear|nearest)_align_corners_(True|False))$/)) {
      const [name, variant, mode, align] = match as unknown as [
        string,
        string,
        'bilinear' | 'nearest',
        string,
      ];
      const options = { mode, alignCorners: align === 'True' };
      await check.image(name, gridSample(image, grid, options));
      const weights = golden.image('grad_weights');
      const ofImage = (x: tf.Tensor) => gridSample(x as tf.Tensor4D, grid, options);
      await check.gradients(ofImage, [image], {
        names: [`grad_image_${variant}`],
        weights,
        layout: 'image',
      });
      const ofGrid = (x: tf.Tensor) => gridSample(image, x as tf.Tensor4D, options);
      await check.gradients(ofGrid, [grid], { names: [`grad_grid_${variant}`], weights });
    }
  },
};
