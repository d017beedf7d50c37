import * as tf from '@tensorflow/tfjs-core';
import { biSeNet } from '../../../nodes/segmentation/bisenet.ts';
import { hostScope } from '../../../runtime/nn/host-weights.ts';
import { everyNth, headOf } from '../head.ts';
import { numberOf, recordOf } from '../network.ts';
import { hashedState, modelFill } from '../state.ts';
import type { CaseHandler } from './handler.ts';

/** BiSeNet with hash-filled weights. */
export const biSeNetScores: CaseHandler = {
  family: 'bisenet',
  matches: (golden) => /\bBiSeNet\b/.test(golden.reference) && golden.has('input', 'argmax'),

  async run(golden, check) {
    const state = hashedState(golden, modelFill(numberOf(recordOf(golden.args, 'weights'), 'gain')));
    const { features, scores } = biSeNet(golden.number('n_classes'))(hostScope(state))(golden.image('input'));
    const main = scores.main();
    const coarser = { '': main, 16: scores.sixteenth(), 32: scores.thirtySecond() };
    for (const [{ name }, [, level = '', step]] of golden.matching(/^logits(\d*)_every_(\d+)th_pixel$/)) {
      const tensor = coarser[level as keyof typeof coarser];
      if (tensor) await check.image(name, everyNth(tensor, Number(step)));
    }
    await check.tensor('argmax', tf.argMax(main, 3));
    for (const [name, tensor] of Object.entries({
      feat8_head: features.eighth,
      feat32_head: features.thirtySecond,
    })) {
      if (golden.has(name)) await check.image(name, headOf(tensor, golden.entry(name).shape));
    }
  },
};
