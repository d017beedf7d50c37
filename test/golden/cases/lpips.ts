import * as tf from '@tensorflow/tfjs-core';
import { lpips, standardised, vgg16 } from '../../../nodes/loss/lpips.ts';
import type { HostTensor } from '../../../runtime/engine/index.ts';
import { hostScope } from '../../../runtime/nn/host-weights.ts';
import { weightShapes } from '../../../runtime/nn/scope.ts';
import { fromTorch, shapeToTorch } from '../../../runtime/nn/torch-weights.ts';
import type { GoldenCase } from '../fixture.ts';
import { headOf } from '../head.ts';
import { numberOf, recordOf } from '../network.ts';
import { filled, modelFill } from '../state.ts';
import type { CaseHandler } from './handler.ts';

/** LPIPS with a hash-filled VGG16 and the learnt heads. */
export const perceptual: CaseHandler = {
  family: 'lpips',
  matches: (golden) => /\bPerceptualLoss\b/.test(golden.reference) && golden.has('pred', 'lpips'),

  async run(golden, check) {
    const scope = hostScope(hashedLpips(golden));
    const distance = lpips(scope);
    const [image, target] = [golden.image('pred'), golden.image('target')];
    const terms = distance(image, target);
    await check.tensor('lpips', tf.addN(terms));
    for (const [i, term] of terms.entries()) await check.tensor(`layer_value_${i}`, term);
    const loss = (x: tf.Tensor) => tf.mean(tf.addN(distance(x as tf.Tensor4D, target)));
    await check.gradients(loss, [image], { names: ['grad_pred'], layout: 'image' });

    for (const [i, feature] of vgg16(scope)(standardised(image)).entries()) {
      const name = `pred_feature_${i}_head`;
      if (golden.has(name)) await check.image(name, headOf(feature, golden.entry(name).shape));
    }
  },
};

/** The heads of a case, and VGG16 filled by hash: k counts its convolutions' weights and offsets. */
export function hashedLpips(golden: GoldenCase): Map<string, HostTensor> {
  const fill = modelFill(numberOf(recordOf(golden.args, 'vgg_weights'), 'gain'));
  const weights = new Map<string, HostTensor>();
  for (const [k, [name, shape]] of [...weightShapes(vgg16)].entries()) {
    const stored = shapeToTorch(shape);
    const value = fill(name, k, stored);
    if (value) weights.set(name, fromTorch({ data: filled(stored, value), shape: stored }));
  }
  for (const [{ name, shape }, match] of golden.matching(/^lin:(.+)$/)) {
    weights.set(match[1] ?? '', fromTorch({ data: golden.array(name), shape }));
  }
  return weights;
}
