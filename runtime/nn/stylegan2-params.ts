import { Type } from 'typebox';
import { BLUR_TAPS } from '../ops/fir.ts';

/** Parameter: the side of a GAN's images. */
export function ganSize() {
  return Type.Integer({
    description: "Height and width of the GAN's images",
    default: 128,
    enum: [8, 16, 32, 64, 128, 256, 512, 1024],
  });
}

/** Parameter: the length of latents. */
export function latentLength() {
  return Type.Integer({ description: 'Length of latents', default: 512, minimum: 1 });
}

/** Parameter: channels of a GAN that no checkpoint tells. */
export function channelMultiplier() {
  return Type.Number({
    description:
      'Factor on the channels above 32×32 without a checkpoint, which tells them: 2 is config-f, 1 config-e',
    default: 2,
    exclusiveMinimum: 0,
  });
}

/** Parameter: the blur of resampling. */
export function blurTaps() {
  return Type.Array(Type.Number(), {
    description: 'One row of the blur that goes with resampling',
    default: [...BLUR_TAPS],
    minItems: 2,
  });
}
