import { Type } from 'typebox';

/** Sizes of images that networks are built for. */
export const SIZES: readonly number[] = [64, 128, 256, 512, 1024];

/** Parameter: the side of square images that a network takes. */
export function imageSize() {
  return Type.Integer({ description: 'Height and width of the image', default: 64, enum: [...SIZES] });
}

/** Parameter: what follows a network's last layer. */
export function activation(value: 'none' | 'tanh') {
  return Type.Union([Type.Literal('none'), Type.Literal('tanh')], {
    description: 'What follows the last layer; tanh keeps the output within (-1, 1)',
    default: value,
  });
}

/** GAN2Shape's channels of the first layer of networks for an image size: 64 for 64×64, 32 for 128×128, then 16. */
export function widthOfSize(size: number): number {
  return Math.max(Math.floor(4096 / size), 16);
}

/**
 * How often a network halves an image until it has 4×4 pixels.
 * @throws RangeError when the size is no power of two of at least 64
 */
export function halvings(size: number): number {
  const count = Math.log2(size) - 2;
  if (!Number.isInteger(count) || count < 4) {
    throw new RangeError(`size is ${size}, expected a power of two of at least 64`);
  }
  return count;
}
