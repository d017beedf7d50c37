import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { savedTensor, writeTorch } from '../../../runtime/formats/index.ts';
import { stateDict } from '../../../runtime/nn/state-dict.ts';
import { discriminator } from '../../../runtime/nn/stylegan2-discriminator.ts';
import { mapping } from '../../../runtime/nn/stylegan2-mapping.ts';
import { synthesis } from '../../../runtime/nn/stylegan2-synthesis.ts';
import type { Widths } from '../../../runtime/nn/stylegan2-widths.ts';
import { BLUR_TAPS } from '../../../runtime/ops/fir.ts';
import { randomWeights } from '../../nn/random-weights.ts';

export interface MadeGan {
  /** Side of its images. */
  readonly size: number;
  /** Length of latents. */
  readonly latent: number;
  readonly widths: Widths;
}

/** Writes a GAN of made-up weights as its training does. */
export async function writeGan(file: string, { size, latent, widths }: MadeGan): Promise<void> {
  const taps = BLUR_TAPS;
  const generator = [
    ...randomWeights(mapping({ latent, layers: 8 }), 1),
    ...randomWeights(synthesis({ size, latent, widths, taps, noise: 'fixed' }), 2),
  ];
  const judge = randomWeights(discriminator({ size, widths, taps, group: 4 }), 3);
  await writeTorch(file, { g_ema: stateDict(new Map(generator)), d: stateDict(judge) });
}

export interface MadeImages {
  readonly names: readonly string[];
  readonly size: number;
  readonly latent: number;
}

/** Writes pictures of a shaded ball, depth maps of it, and latents: images/, depth/ and latents/ in a folder. */
export async function writeImages(folder: string, { names, size, latent }: MadeImages): Promise<void> {
  for (const part of ['images', 'depth', 'latents']) mkdirSync(join(folder, part), { recursive: true });
  for (const [i, name] of names.entries()) {
    const picture = Buffer.alloc(size * size * 3);
    const depth = Buffer.alloc(size * size);
    for (let pixel = 0; pixel < size * size; pixel++) {
      const [x, y] = [((pixel % size) / size) * 2 - 1, (Math.floor(pixel / size) / size) * 2 - 1];
      const height = Math.sqrt(Math.max(0, 0.6 - x * x - y * y));
      const light = height > 0 ? 60 + 150 * Math.max(0, height + 0.3 * x - 0.2 * y) : 40;
      for (let c = 0; c < 3; c++) picture[pixel * 3 + c] = Math.min(255, light * (1 - 0.2 * ((c + i) % 3)));
      depth[pixel] = Math.round(40 + 200 * height);
    }
    const channels = { raw: { width: size, height: size, channels: 3 as const } };
    await sharp(picture, channels)
      .png()
      .toFile(join(folder, 'images', `${name}.png`));
    await sharp(depth, { raw: { width: size, height: size, channels: 1 } })
      .png()
      .toFile(join(folder, 'depth', `${name}.png`));
    const data = Float32Array.from({ length: latent }, (_, k) => Math.sin(k * (i + 1)));
    await writeTorch(
      join(folder, 'latents', `${name}.pt`),
      savedTensor({ dtype: 'float32', shape: [latent], data: () => data }),
    );
  }
}
