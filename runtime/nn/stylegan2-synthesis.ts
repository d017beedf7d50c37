import * as tf from '@tensorflow/tfjs-core';
import { initial } from '../node-context.ts';
import type { Scope } from './scope.ts';
import { styledConv, toRgb } from './stylegan2-layers.ts';
import { resolutionsAbove4, type Widths } from './stylegan2-widths.ts';

export interface SynthesisOptions {
  /** Height and width of the image: a power of two from 8 to 1024. */
  readonly size: number;
  /** Length of latents. */
  readonly latent: number;
  readonly widths: Widths;
  /** One row of the blur that goes with resampling. */
  readonly taps: readonly number[];
  /** `fixed`: the network's own, part of its weights. `given`: an argument of every call. */
  readonly noise: 'fixed' | 'given';
}

export interface Synthesis {
  /** [B,S,S,3], about in [-1, 1]. */
  readonly image: tf.Tensor4D;
  /** What each resolution above 4×4 ends with, [B,R,R,C]. */
  readonly features: readonly tf.Tensor4D[];
}

/** How many latents W+ has: two for every resolution. */
export function latentCount(size: number): number {
  return 2 * resolutionsAbove4(size).length + 2;
}

/** The resolution of each noise image: 4, 8, 8, 16, 16, … */
export function noiseResolutions(size: number): number[] {
  return [4, ...resolutionsAbove4(size).flatMap((resolution) => [resolution, resolution])];
}

/**
 * StyleGAN2's synthesis network (Karras et al. 2020, figure 7b): a learnt constant of 4×4 pixels, doubled again and
 * again, each layer modulated by a latent.
 *
 * The function takes W [B,L] or W+ [B,N,L] (see `latentCount`) and, unless it is fixed, noise [B or 1,R,R,1].
 */
export function synthesis({ size, latent, widths, taps, noise }: SynthesisOptions) {
  const resolutions = resolutionsAbove4(size);
  return (scope: Scope): ((w: tf.Tensor, given?: readonly tf.Tensor4D[]) => Synthesis) => {
    const deepest = widths(4);
    const constant = scope.get<tf.Rank.R4>('input.input', [4, 4, deepest, 1], initial.normal(1));
    const first = {
      conv: styledConv({ in: deepest, out: deepest, latent, kernel: 3, taps })(scope.at('conv1')),
      rgb: toRgb({ in: deepest, latent, taps })(scope.at('to_rgb1')),
    };
    const blocks = resolutions.map((resolution, i) => {
      const [inputs, out] = [widths(resolution / 2), widths(resolution)];
      const up = { in: inputs, out, latent, kernel: 3, up: true, taps };
      return {
        up: styledConv(up)(scope.at(`convs.${2 * i}`)),
        conv: styledConv({ in: out, out, latent, kernel: 3, taps })(scope.at(`convs.${2 * i + 1}`)),
        rgb: toRgb({ in: out, latent, taps })(scope.at(`to_rgbs.${i}`)),
      };
    });
    const fixed = noise === 'fixed' ? fixedNoise(size, scope.at('noises')) : undefined;

    return (w, given) => {
      const style = stylesOf(w, { size, latent });
      const noises = fixed?.() ?? given ?? [];
      const noiseAt = (i: number) => {
        const image = noises[i];
        if (image) return image;
        throw new RangeError(`noise ${i} is missing, expected ${2 * resolutions.length + 1} noise images`);
      };
      const start = tf.reshape(constant, [1, 4, 4, deepest]);
      let x = tf.tile(start, [w.shape[0] as number, 1, 1, 1]) as tf.Tensor4D;
      x = first.conv(x, style(0), noiseAt(0));
      let image = first.rgb(x, style(1));
      const features: tf.Tensor4D[] = [];
      for (const [i, { up, conv, rgb }] of blocks.entries()) {
        // A resolution's colours use the latent of the next one's first layer.
        x = up(x, style(2 * i + 1), noiseAt(2 * i + 1));
        x = conv(x, style(2 * i + 2), noiseAt(2 * i + 2));
        image = rgb(x, style(2 * i + 3), image);
        features.push(x);
      }
      return { image, features };
    };
  };
}

function fixedNoise(size: number, scope: Scope): () => tf.Tensor4D[] {
  const noises = noiseResolutions(size).map((resolution, i) => {
    const shape: [number, number, number, number] = [resolution, resolution, 1, 1];
    return scope.get<tf.Rank.R4>(`noise_${i}`, shape, initial.normal(1), { trainable: false });
  });
  return () => noises.map((noise) => tf.reshape(noise, [1, noise.shape[0], noise.shape[1], 1]));
}

/** The latent of the i-th modulation: of W the only one. */
function stylesOf(w: tf.Tensor, { size, latent }: { size: number; latent: number }) {
  const count = latentCount(size);
  const [batch = 0] = w.shape;
  if (w.rank === 2 && w.shape[1] === latent) return () => w as tf.Tensor2D;
  if (w.rank === 3 && w.shape[1] === count && w.shape[2] === latent) {
    return (i: number) =>
      tf.reshape(tf.slice(w, [0, i, 0], [batch, 1, latent]), [batch, latent]) as tf.Tensor2D;
  }
  throw new RangeError(`w has shape [${w.shape}], expected [B,${latent}] or [B,${count},${latent}]`);
}
