import type * as tf from '@tensorflow/tfjs-core';
import { type HostOp, hostOp } from '../../engine/host-op.ts';
import { expectShape, shape4 } from '../check.ts';
import { leastSquares } from '../least-squares.ts';
import { DARKEST, LEAST_SHADING } from './shading-error.ts';

/** What is known of a light before a picture is seen, and how far the picture is trusted. */
export interface LightOfShadingOptions {
  /** Expected light and how far lights deviate from it, as (a, b, dx, dy); see `lightingFromVector`. */
  readonly mean: readonly [number, number, number, number];
  readonly deviation: readonly [number, number, number, number];
  /** By how much brightness differs from what a light explains, in logarithms; larger differences count less. */
  readonly noise: number;
  /** As many pixels that differ independently the picture counts for. */
  readonly pixels: number;
}

/** Gauss and Newton; from the mean it has settled by then. */
const ROUNDS = 20;
/** No number of a light changes by more deviations than this at once. */
const STRIDE = 1;

const lightOp: HostOp<LightOfShadingOptions> = {
  name: 'LightOfShading',
  outputs: ([shape = []]) => [{ shape: [shape[0] ?? 0, 4], dtype: 'float32' }],
  run([images, normals, segments], [lights], options) {
    if (!images || !normals || !segments || !lights) {
      throw new TypeError('LightOfShading takes 3 inputs and has 1 output');
    }
    const [batch = 0] = images.shape;
    const part = ({ data }: { data: ArrayLike<number> }, i: number) => {
      const size = data.length / batch;
      return (data as Float32Array).subarray(i * size, (i + 1) * size);
    };
    for (let i = 0; i < batch; i++) {
      const seen = seenPixels(part(images, i), part(normals, i), part(segments, i));
      lights.data.set(lightOf(seen, options), 4 * i);
    }
  },
};

/**
 * The light [B,4] that explains how bright the surfaces of images [B,H,W,C] in [−1, 1] are, whose normals [B,H,W,3] are
 * known roughly: the least robust error of log(brightness) = log(albedo) + log(k_a + k_d·max(0, n·l)), where each segment of
 * [B,H,W,K] (see `colourSegments`) has one albedo, and of the light itself, normally distributed. No segments give the
 * mean. Without a gradient.
 */
export function lightOfShading(
  images: tf.Tensor4D,
  normals: tf.Tensor4D,
  segments: tf.Tensor4D,
  options: LightOfShadingOptions,
): tf.Tensor2D {
  const [batch, height, width] = shape4('lightOfShading', 'images', images);
  const [, , , count] = shape4('lightOfShading', 'segments', segments);
  expectShape('lightOfShading', 'normals', normals, [batch, height, width, 3]);
  expectShape('lightOfShading', 'segments', segments, [batch, height, width, count]);
  return hostOp(lightOp, [images, normals, segments], options)[0] as tf.Tensor2D;
}

/** A pixel that belongs to a segment. */
interface Seen {
  readonly segment: number;
  /** The logarithm of its brightness. */
  readonly bright: number;
  readonly normal: ArrayLike<number>;
}

function seenPixels(image: Float32Array, normals: Float32Array, segments: Float32Array): Seen[] {
  const pixels = normals.length / 3;
  const [channels, count] = [image.length / pixels, segments.length / pixels];
  const slice = (data: Float32Array, pixel: number, size: number) =>
    data.subarray(pixel * size, (pixel + 1) * size);
  return Array.from({ length: pixels }, (_, pixel) => {
    const colour = slice(image, pixel, channels);
    const brightness = colour.reduce((sum, value) => sum + (value + 1) / 2, 0) / channels;
    return {
      segment: slice(segments, pixel, count).findIndex((share) => share > 0.5),
      bright: Math.log(brightness + DARKEST),
      normal: slice(normals, pixel, 3),
    };
  }).filter(({ segment }) => segment >= 0);
}

function lightOf(seen: readonly Seen[], { mean, deviation, noise, pixels }: LightOfShadingOptions): number[] {
  const light = [...mean];
  const count = 1 + seen.reduce((last, { segment }) => Math.max(last, segment), -1);
  for (let round = 0; round < ROUNDS; round++) {
    const rows = seen.map((pixel) => ({ ...pixel, ...explained(pixel.normal, light) }));
    const errors = withoutMeans(
      seen,
      rows.map(({ bright, shade }) => bright - shade),
      count,
    );
    // What a robust error weighs: 1 / sqrt(1 + (r / noise)²), that of pseudo-Huber.
    const weights = errors.map(
      (error) => pixels / (seen.length * noise ** 2 * Math.sqrt(1 + (error / noise) ** 2)),
    );
    const slopes = mean.map((_, axis) =>
      withoutMeans(
        seen,
        rows.map(({ gradient }) => gradient[axis] as number),
        count,
        weights,
      ),
    );
    const terms = [
      ...errors.flatMap((_, i) => slopes.map((slope) => slope[i] as number)),
      ...deviation.flatMap((own, axis) => deviation.map((_, other) => (other === axis ? 1 / own : 0))),
    ];
    const values = [
      ...withoutMeans(seen, errors, count, weights),
      ...deviation.map((own, axis) => ((mean[axis] as number) - (light[axis] as number)) / own),
    ];
    const step = leastSquares(
      { terms: Float64Array.from(terms), values: Float64Array.from(values), channels: 1 },
      [...weights, 1, 1, 1, 1],
    );
    step.forEach((change, axis) => {
      const most = STRIDE * (deviation[axis] as number);
      light[axis] = (light[axis] as number) + Math.max(-most, Math.min(most, change));
    });
  }
  return light;
}

/** Values of pixels less their mean over the segment of each: what no albedo explains. */
function withoutMeans(
  seen: readonly Seen[],
  values: readonly number[],
  count: number,
  weights?: readonly number[],
): number[] {
  const sums = new Float64Array(count);
  const shares = new Float64Array(count);
  seen.forEach(({ segment }, i) => {
    const weight = weights?.[i] ?? 1;
    sums[segment] = (sums[segment] as number) + weight * (values[i] as number);
    shares[segment] = (shares[segment] as number) + weight;
  });
  return seen.map(
    ({ segment }, i) => (values[i] as number) - (sums[segment] as number) / (shares[segment] as number),
  );
}

/** log(k_a + k_d·max(0, n·l)), and its derivatives by the four numbers of a light. */
function explained(normal: ArrayLike<number>, [a = 0, b = 0, dx = 0, dy = 0]: readonly number[]) {
  const [nx = 0, ny = 0, nz = 0] = Array.from(normal);
  const length = Math.hypot(dx, dy, 1);
  const cosine = (nx * dx + ny * dy + nz) / length;
  const lit = Math.max(0, cosine);
  const diffuse = b / 2 + 0.5;
  const shading = a / 2 + 0.5 + diffuse * lit;
  if (shading < LEAST_SHADING) return { shade: Math.log(LEAST_SHADING), gradient: [0, 0, 0, 0] };
  const along = (n: number, d: number) =>
    cosine > 0 ? (diffuse * (n / length - (cosine * d) / length ** 2)) / shading : 0;
  return {
    shade: Math.log(shading),
    gradient: [0.5 / shading, lit / (2 * shading), along(nx, dx), along(ny, dy)],
  };
}
