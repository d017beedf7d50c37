import { Type } from 'typebox';
import { BLUR_TAPS } from '../ops/fir.ts';
import { officialWidths, resolutionsAbove4, type Widths } from './stylegan2-widths.ts';

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

/** Parameters: channels of a GAN that no checkpoint tells. */
export function channels() {
  return {
    channelMultiplier: Type.Number({
      description: 'Factor on the channels above 32×32: 2 is config-f, 1 config-e. A checkpoint overrules it',
      default: 2,
      exclusiveMinimum: 0,
    }),
    maxChannels: Type.Integer({
      description: 'Channels up to 32×32, and the most anywhere. A checkpoint overrules it',
      default: 512,
      minimum: 1,
    }),
    widths: Type.Array(Type.Integer({ minimum: 1 }), {
      description:
        'Channels at 4×4, 8×8, …, to the size of the images, instead of the official ones; empty for these. A checkpoint ' +
        'overrules it',
      default: [],
    }),
  };
}

/**
 * The channels that these parameters state.
 * @throws RangeError where widths are listed, but not one for each resolution
 */
export function statedWidths(params: {
  readonly size: number;
  readonly channelMultiplier: number;
  readonly maxChannels: number;
  readonly widths: readonly number[];
}): Widths {
  const { size, widths, channelMultiplier, maxChannels } = params;
  if (widths.length === 0) return officialWidths({ multiplier: channelMultiplier, most: maxChannels });
  const expected = resolutionsAbove4(size).length + 1;
  if (widths.length !== expected) {
    throw new RangeError(`${widths.length} widths, expected ${expected}: of 4×4 to ${size}×${size}`);
  }
  return (resolution) => widths[Math.log2(resolution) - 2] as number;
}

/** Parameter: the blur of resampling. */
export function blurTaps() {
  return Type.Array(Type.Number(), {
    description: 'One row of the blur that goes with resampling',
    default: [...BLUR_TAPS],
    minItems: 2,
  });
}
