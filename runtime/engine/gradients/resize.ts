import * as tf from '@tensorflow/tfjs-core';
import { alias, gradient, sizeAt } from './shared.ts';

interface ResizeAttrs {
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
  readonly size: [number, number];
}

type Taps = (position: number, input: number) => readonly (readonly [index: number, weight: number])[];

export const resizeGradients: tf.GradConfig[] = [
  // The kernel of tfjs-cpu ignores half-pixel centres and swaps width and height.
  gradient<ResizeAttrs>('ResizeBilinear', { inputs: ['images'] }, (dy, [images], attrs) => ({
    images: () => {
      const shift = attrs.halfPixelCenters ? 0.5 : 0;
      return interpolationGradient(dy, images, attrs, shift, shift, bilinearTaps);
    },
  })),

  // The kernel of tfjs-cpu reads the wrong places for more than one image and ignores half-pixel centres.
  gradient<ResizeAttrs>('ResizeNearestNeighbor', { inputs: ['images'] }, (dy, [images], attrs) => ({
    images: () => {
      const shift = attrs.halfPixelCenters ? 0.5 : 0;
      const nearest: Taps = (position, input) => {
        const index = attrs.alignCorners ? Math.round(position) : Math.floor(position);
        return [[Math.max(0, Math.min(input - 1, index)), 1]];
      };
      return blockSums(dy, images, attrs) ?? interpolationGradient(dy, images, attrs, shift, 0, nearest);
    },
  })),
];

const bilinearTaps: Taps = (position, input) => {
  const low = Math.max(0, Math.floor(position));
  const high = Math.min(input - 1, Math.ceil(position));
  const fraction = position - low;
  return [
    [low, 1 - fraction],
    [Math.max(0, high), fraction],
  ];
};

/** Enlargement by whole factors repeats pixels: their gradients are sums over blocks. */
function blockSums(
  dy: tf.Tensor,
  images: tf.Tensor,
  { alignCorners, size }: ResizeAttrs,
): tf.Tensor | undefined {
  const [batch, height, width, channels] = images.shape as [number, number, number, number];
  if (alignCorners || size[0] % height !== 0 || size[1] % width !== 0) return undefined;
  const blocks = tf.reshape(dy, [batch, height, size[0] / height, width, size[1] / width, channels]);
  return tf.sum(blocks, [2, 4]);
}

/**
 * Resizing is linear and separable, y = H x Wᵀ per channel, so its gradient is Hᵀ dy W: two products with
 * constant matrices. An axis that keeps its size needs none.
 */
function interpolationGradient(
  dy: tf.Tensor,
  images: tf.Tensor,
  { alignCorners }: ResizeAttrs,
  before: number,
  after: number,
  taps: Taps,
): tf.Tensor {
  const [batch, height, width, channels] = images.shape as [number, number, number, number];
  const outHeight = sizeAt(dy.shape, 1);
  const outWidth = sizeAt(dy.shape, 2);
  const matrix = (input: number, output: number) => {
    const weights = new Float32Array(output * input);
    const corners = alignCorners && output > 1 ? 1 : 0;
    const ratio = (input - corners) / (output - corners);
    for (let i = 0; i < output; i++) {
      for (const [index, weight] of taps(ratio * (i + before) - after, input)) {
        weights[i * input + index] = (weights[i * input + index] ?? 0) + weight;
      }
    }
    return tf.tensor3d(weights, [1, output, input]);
  };
  let dx = dy;
  if (outHeight !== height) {
    dx = tf.matMul(matrix(height, outHeight), tf.reshape(dx, [batch, outHeight, outWidth * channels]), true);
  }
  if (outWidth !== width) {
    dx = tf.matMul(matrix(width, outWidth), tf.reshape(dx, [batch * height, outWidth, channels]), true);
  }
  return dx === dy ? alias(dy) : tf.reshape(dx, images.shape);
}
