import type * as tf from '@tensorflow/tfjs-core';
import { type HostOp, hostOp } from '../../engine/host-op.ts';
import { expectShape, fail, shape4 } from '../check.ts';
import { shrunk } from '../regions.ts';

/** How the surfaces of an object are told apart. */
export interface ColourSegmentsOptions {
  /** Surfaces of one colour, such as skin and hair. */
  readonly count: number;
  /** Pixels along the border of the object that belong to none. */
  readonly border: number;
}

/** A colour's share of the three counts this many times its brightness, as light changes brightness most. */
const SHARES = 8;
/** Keeps the shares of dark pixels, which are noise, near one another. */
const DARK = 0.05;
const ROUNDS = 20;

const segmentsOp: HostOp<ColourSegmentsOptions> = {
  name: 'ColourSegments',
  outputs: ([shape = []], { count }) => [{ shape: [...shape.slice(0, 3), count], dtype: 'float32' }],
  run([images, masks], [segments], { count, border }) {
    if (!images || !masks || !segments) throw new TypeError('ColourSegments takes 2 inputs and has 1 output');
    const [batch = 0, height = 0, width = 0, channels = 0] = images.shape;
    const pixels = height * width;
    segments.data.fill(0);
    for (let i = 0; i < batch; i++) {
      const mask = Uint8Array.from(masks.data.subarray(i * pixels, (i + 1) * pixels), (m) => Number(m > 0.5));
      const inside = shrunk(mask, { width, height }, border);
      const places = Array.from({ length: pixels }, (_, pixel) => pixel).filter((pixel) => inside[pixel]);
      const colours = places.map((pixel) => {
        const at = (i * pixels + pixel) * channels;
        return appearance(images.data.subarray(at, at + channels));
      });
      nearestMeans(colours, count).forEach((segment, place) => {
        segments.data[(i * pixels + (places[place] as number)) * count + segment] = 1;
      });
    }
  },
};

/**
 * Surfaces of one colour of objects in images [B,H,W,C] in [−1, 1], with masks [B,H,W,1]: 1 for the segment that a pixel
 * belongs to and else 0, [B,H,W,count]. Colours are told apart by k-means, mostly by their hue. Without a gradient.
 */
export function colourSegments(
  images: tf.Tensor4D,
  masks: tf.Tensor4D,
  options: ColourSegmentsOptions,
): tf.Tensor4D {
  const [batch, height, width] = shape4('colourSegments', 'images', images);
  expectShape('colourSegments', 'masks', masks, [batch, height, width, 1]);
  if (!(options.count >= 1)) fail('colourSegments', `count is ${options.count}, expected 1 or more`);
  return hostOp(segmentsOp, [images, masks], options)[0] as tf.Tensor4D;
}

/** The shares of a colour's channels and its brightness. */
function appearance(colour: ArrayLike<number>): number[] {
  const light = Array.from(colour, (value) => (value + 1) / 2);
  const sum = light.reduce((total, value) => total + value, 0);
  return [...light.map((value) => (SHARES * value) / (sum + DARK)), sum / light.length];
}

/** k-means (Lloyd) that begins with as many equal parts, from dark to bright: the number of each point's mean. */
function nearestMeans(points: readonly (readonly number[])[], count: number): number[] {
  const brightness = (point: readonly number[]) => point.at(-1) as number;
  const order = points.map((_, i) => i).sort((a, b) => brightness(at(points, a)) - brightness(at(points, b)));
  const nearest = new Array<number>(points.length).fill(0);
  order.forEach((point, rank) => {
    nearest[point] = Math.floor((rank * count) / points.length);
  });
  let means: (readonly number[] | undefined)[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    means = Array.from({ length: count }, (_, segment) =>
      meanOf(points.filter((_, i) => nearest[i] === segment)),
    );
    points.forEach((point, i) => {
      let least = Number.POSITIVE_INFINITY;
      means.forEach((mean, segment) => {
        const distance = mean ? squaredDistance(point, mean) : Number.POSITIVE_INFINITY;
        if (distance < least) [least, nearest[i]] = [distance, segment];
      });
    });
  }
  return nearest;
}

const at = <T>(list: readonly T[], i: number) => list[i] as T;

function meanOf(points: readonly (readonly number[])[]): readonly number[] | undefined {
  const [first] = points;
  return first?.map((_, axis) => points.reduce((sum, point) => sum + at(point, axis), 0) / points.length);
}

function squaredDistance(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, axis) => sum + (value - at(b, axis)) ** 2, 0);
}
