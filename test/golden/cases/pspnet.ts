import * as tf from '@tensorflow/tfjs-core';
import { type PspNetOptions, pspNet } from '../../../nodes/segmentation/pspnet.ts';
import { hostScope } from '../../../runtime/nn/host-weights.ts';
import { everyNth, headOf } from '../head.ts';
import { numberOf, recordOf } from '../network.ts';
import { hashedState, modelFill } from '../state.ts';
import type { CaseHandler } from './handler.ts';

/** PSPNet with hash-filled weights. */
export const pspNetScores: CaseHandler = {
  family: 'pspnet',
  matches: (golden) => /\bPSPNet\b/.test(golden.reference) && golden.has('input', 'argmax'),

  async run(golden, check) {
    const state = hashedState(golden, modelFill(numberOf(recordOf(golden.args, 'weights'), 'gain')));
    const network = pspNet({
      layers: golden.number('layers') as PspNetOptions['layers'],
      classes: golden.number('classes'),
      bins: golden.args.use_ppm === false ? [] : (golden.args.bins as readonly number[]),
      zoom: golden.number('zoom_factor'),
    });
    const { features, scores } = network(hostScope(state))(golden.image('input'));
    for (const [{ name }, [, step]] of golden.matching(/^logits_every_(\d+)th_pixel$/)) {
      await check.image(name, everyNth(scores, Number(step)));
    }
    await check.tensor('argmax', tf.argMax(scores, 3));
    for (const [{ name, shape }, [, level]] of golden.matching(/^layer(\d)_head$/)) {
      const feature = features[Number(level)];
      if (feature) await check.image(name, headOf(feature, shape));
    }
  },
};
