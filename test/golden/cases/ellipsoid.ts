import * as tf from '@tensorflow/tfjs-core';
import { ELLIPSOID_FITS, ellipsoidDepth, maskRange } from '../../../runtime/ops/geometry/ellipsoid.ts';
import type { CaseHandler } from './handler.ts';

/** The ellipsoid prior and the mask range it is fitted to, one set of tensors a category. */
export const ellipsoid: CaseHandler = {
  family: 'ellipsoid',
  matches: (golden) =>
    golden.reference.includes('init_ellipsoid') && golden.matching(/^ellipsoid_/).length > 0,

  async run(golden, check) {
    const threshold = golden.number('mask_threshold', 0.7);
    for (const [{ note }, match] of golden.matching(/^ellipsoid_(.+)$/)) {
      const category = match[1] ?? '';
      const mask = golden.image(`mask_${category}`);
      const { maxY, minY, maxX, minX } = maskRange(mask, { threshold });
      await check.tensor(`range_${category}`, tf.stack([maxY, minY, maxX, minX]));
      // The note states near/far of the category's configuration.
      const stated = /(\d+\.\d+)\/(\d+\.\d+)/.exec(note ?? '');
      const prior = ellipsoidDepth(mask, {
        ...ELLIPSOID_FITS[category],
        radius: golden.number('radius', 0.4),
        near: stated ? Number(stated[1]) : golden.number('prior_near', 0.91),
        far: stated ? Number(stated[2]) : golden.number('prior_far', 1.02),
        threshold,
      });
      await check.tensor(`ellipsoid_${category}`, prior);
    }
  },
};
