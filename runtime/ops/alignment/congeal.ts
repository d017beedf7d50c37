import type * as tf from '@tensorflow/tfjs-core';
import { type HostOp, hostOp } from '../../engine/host-op.ts';
import { expectShape, fail, shape4 } from '../check.ts';

/** How images are laid over each other. */
export interface CongealOptions {
  /** Samples that an image may be moved up, down, left and right. */
  readonly reach: number;
  /** How often all images are laid over their mean. */
  readonly rounds: number;
  /** Which share of the images, those that agree best with the mean, is kept. */
  readonly share: number;
}

/** Images laid over each other. */
export interface Congealed {
  /** By how many samples each is moved, right and down, [N,2]. */
  readonly shifts: tf.Tensor2D;
  /** 1 for the images that agree well with the mean, and else 0, [N]. */
  readonly kept: tf.Tensor1D;
  /** The mean of the images as they are moved, symmetric left to right, [1,G,G,1]. */
  readonly mean: tf.Tensor4D;
}

const congealOp: HostOp<CongealOptions> = {
  name: 'Congeal',
  outputs: ([shape = []]) => [
    { shape: [shape[0] ?? 0, 2], dtype: 'float32' },
    { shape: [shape[0] ?? 0], dtype: 'float32' },
    { shape: [1, ...shape.slice(1)], dtype: 'float32' },
  ],
  run([images, window, used], [shifts, kept, mean], options) {
    if (!images || !window || !used || !shifts || !kept || !mean)
      throw new TypeError('Congeal takes 3 inputs and has 3 outputs');
    const stack = { images: images.data, window: window.data, used: used.data, side: images.shape[1] ?? 0 };
    const found = congealed(stack, options);
    shifts.data.set(found.shifts);
    kept.data.set(found.kept);
    mean.data.set(found.mean);
  },
};

/**
 * Lays images [N,G,G,1] that show the same kind of thing over each other by what they show (Learned-Miller 2006, “Data
 * Driven Image Models through Continuous Joint Alignment”, here for shifts alone): each is moved to where its cosine
 * with the mean of all is greatest, within a window [1,G,G,1], in rounds that begin with the images where they are.
 * Images whose `used` [N] is 0 are left out. Give it features that know no light and are 0 on average, such as a local
 * contrast. Without a gradient. Throws a RangeError for other shapes.
 */
export function congeal(
  images: tf.Tensor4D,
  window: tf.Tensor4D,
  used: tf.Tensor1D,
  options: CongealOptions,
): Congealed {
  const [count, height, width, channels] = shape4('congeal', 'images', images, '[N,G,G,1]');
  if (height !== width || channels !== 1) fail('congeal', `images are [${images.shape}], expected [N,G,G,1]`);
  expectShape('congeal', 'window', window, [1, height, width, 1]);
  expectShape('congeal', 'used', used, [count]);
  const [shifts, kept, mean] = hostOp(congealOp, [images, window, used], options);
  return { shifts: shifts as tf.Tensor2D, kept: kept as tf.Tensor1D, mean: mean as tf.Tensor4D };
}

interface Stack {
  readonly images: ArrayLike<number>;
  readonly window: ArrayLike<number>;
  readonly used: ArrayLike<number>;
  readonly side: number;
}

function congealed({ images, window, used, side }: Stack, { reach, rounds, share }: CongealOptions) {
  const pixels = side * side;
  const count = used.length;
  const members = Array.from({ length: count }, (_, i) => i).filter((i) => (used[i] as number) > 0);
  const shifts = new Int32Array(2 * count);
  const agreement = new Float64Array(count);
  // With a margin of zeros all around, an image can be moved without a look at its edges.
  const wide = side + 2 * reach;
  const padded = new Float32Array(wide * wide);
  const inside: number[] = [];
  for (let at = 0; at < pixels; at++) if ((window[at] as number) > 0) inside.push(at);
  const places = Int32Array.from(
    inside,
    (at) => (Math.floor(at / side) + reach) * wide + (at % side) + reach,
  );

  let mean = meanOf(members);
  for (let round = 0; round < rounds; round++) {
    const template = Float64Array.from(inside, (at) => (mean[at] as number) * (window[at] as number));
    const length = Math.hypot(...template) || 1;
    for (const image of members) {
      for (let row = 0; row < side; row++) {
        for (let column = 0; column < side; column++) {
          const value = images[image * pixels + row * side + column] as number;
          padded[(row + reach) * wide + column + reach] = value;
        }
      }
      agreement[image] = Number.NEGATIVE_INFINITY;
      for (let down = -reach; down <= reach; down++) {
        for (let right = -reach; right <= reach; right++) {
          const cosine = cosineAt(template, down * wide + right) / length;
          if (cosine <= (agreement[image] as number)) continue;
          agreement[image] = cosine;
          shifts.set([right, down], 2 * image);
        }
      }
    }
    mean = meanOf(members);
  }
  const best = [...members].sort((a, b) => (agreement[b] as number) - (agreement[a] as number));
  const kept = new Float32Array(count);
  for (const image of best.slice(0, Math.ceil(share * best.length))) kept[image] = 1;
  return { shifts, kept, mean };

  /** What the moved image shares with the template, by its own length. */
  function cosineAt(template: Float64Array, offset: number): number {
    let [product, power] = [0, 1];
    for (let k = 0; k < places.length; k++) {
      const value = padded[(places[k] as number) - offset] as number;
      product += value * (template[k] as number);
      power += value * value;
    }
    return product / Math.sqrt(power);
  }

  function meanOf(chosen: readonly number[]): Float64Array {
    const sum = new Float64Array(pixels);
    for (const image of chosen) {
      const [right, down] = [shifts[2 * image] as number, shifts[2 * image + 1] as number];
      for (let row = Math.max(0, down); row < side + Math.min(0, down); row++) {
        for (let column = Math.max(0, right); column < side + Math.min(0, right); column++) {
          const at = row * side + column;
          sum[at] =
            (sum[at] as number) + (images[image * pixels + (row - down) * side + column - right] as number);
        }
      }
    }
    return sum.map((value, at) => {
      const mirrored = at - (at % side) + (side - 1 - (at % side));
      return (value + (sum[mirrored] as number)) / (2 * Math.max(1, chosen.length));
    });
  }
}
