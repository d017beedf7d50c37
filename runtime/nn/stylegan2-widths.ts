import type { ShapeOf } from './scope.ts';

/** Channels of StyleGAN2's feature maps, by their height. */
export type Widths = (resolution: number) => number;

/** Channels of a GAN that no checkpoint tells. */
export interface WidthOptions {
  /** Factor on the channels above 32×32: 2 is config-f, 1 config-e (Karras et al. 2020, table 1). Default 2. */
  readonly multiplier?: number;
  /** Channels up to 32×32, and the most anywhere. Default 512. */
  readonly most?: number;
}

/** The official channels: 512 up to 32×32, then 256, 128, 64, … times the multiplier. */
export function officialWidths({ multiplier = 2, most = 512 }: WidthOptions = {}): Widths {
  return (resolution) =>
    resolution <= 32 ? most : Math.max(1, Math.min(most, Math.round((16384 / resolution) * multiplier)));
}

/** The channels of a generator with known weights; of `otherwise` where they are not known. */
export function generatorWidths(shapeOf: ShapeOf, otherwise: Widths): Widths {
  return (resolution) => {
    const shape =
      resolution === 4
        ? shapeOf('input.input')?.[2]
        : shapeOf(`convs.${2 * (Math.log2(resolution) - 3)}.conv.weight`)?.[3];
    return shape ?? otherwise(resolution);
  };
}

/** The channels of a discriminator of images of `size` with known weights; of `otherwise` where they are not known. */
export function discriminatorWidths(size: number, shapeOf: ShapeOf, otherwise: Widths): Widths {
  return (resolution) => {
    const block = Math.log2(size) - Math.log2(resolution);
    const shape = block === 0 ? shapeOf('convs.0.0.weight') : shapeOf(`convs.${block}.conv2.1.weight`);
    return shape?.[3] ?? otherwise(resolution);
  };
}

/** The resolutions of StyleGAN2 above 4×4, up to the image's: 8, 16, …, size. */
export function resolutionsAbove4(size: number): number[] {
  const count = Math.log2(size) - 2;
  if (!Number.isInteger(count) || count < 1 || size > 1024) {
    throw new RangeError(`size is ${size}, expected a power of two from 8 to 1024`);
  }
  return Array.from({ length: count }, (_, i) => 8 * 2 ** i);
}
