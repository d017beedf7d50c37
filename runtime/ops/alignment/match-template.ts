import type * as tf from '@tensorflow/tfjs-core';
import { type HostOp, hostOp } from '../../engine/host-op.ts';
import { expectShape, fail, shape4 } from '../check.ts';

/** Where a template is looked for; lengths in samples. */
export interface MatchOptions {
  /** How far it may be to the right and left, and up and down. */
  readonly across: number;
  readonly along: number;
  /** How large it may be, as shares of its own size. */
  readonly sizes: readonly number[];
  /** How wide it may be for its size: a face that turns is seen narrower. */
  readonly widths: readonly number[];
  /** What a sample's distance from where it is expected costs, in cosines. */
  readonly tether: number;
}

const matchOp: HostOp<MatchOptions> = {
  name: 'MatchTemplate',
  outputs: ([shape = []]) => [{ shape: [shape[0] ?? 0, 4], dtype: 'float32' }],
  run([images, template, window, expected], [places], options) {
    if (!images || !template || !window || !expected || !places)
      throw new TypeError('MatchTemplate takes 4 inputs and has 1 output');
    const side = images.shape[1] ?? 0;
    const variants = options.sizes.flatMap((high) =>
      options.widths.map((width) => scaled(template.data, window.data, { side, high, wide: high * width })),
    );
    for (let i = 0; i < expected.data.length; i++) {
      const image = images.data.subarray(i * side * side, (i + 1) * side * side);
      places.data.set(
        matched({ image, side, expected: expected.data[i] as number }, variants, options),
        4 * i,
      );
    }
  },
};

/**
 * Where a template [1,G,G,1] with a window [1,G,G,1] is in images [N,G,G,1], [N,4]: how many samples to the right and
 * down, and how wide and high as shares of its own size, where its cosine with the image, less what the distance from (expected [N], 0) costs, is greatest.
 * Without a gradient. Throws a RangeError for other shapes.
 */
export function matchTemplate(
  images: tf.Tensor4D,
  template: tf.Tensor4D,
  window: tf.Tensor4D,
  expected: tf.Tensor1D,
  options: MatchOptions,
): tf.Tensor2D {
  const [count, height, width, channels] = shape4('matchTemplate', 'images', images, '[N,G,G,1]');
  if (height !== width || channels !== 1)
    fail('matchTemplate', `images are [${images.shape}], expected [N,G,G,1]`);
  expectShape('matchTemplate', 'template', template, [1, height, width, 1]);
  expectShape('matchTemplate', 'window', window, [1, height, width, 1]);
  expectShape('matchTemplate', 'expected', expected, [count]);
  return hostOp(matchOp, [images, template, window, expected], options)[0] as tf.Tensor2D;
}

/** A template of some size: its samples within its window. */
interface Variant {
  readonly wide: number;
  readonly high: number;
  readonly rows: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float64Array;
  readonly length: number;
}

function scaled(
  template: ArrayLike<number>,
  window: ArrayLike<number>,
  { side, wide, high }: { readonly side: number; readonly wide: number; readonly high: number },
): Variant {
  const [rows, columns, values]: [number[], number[], number[]] = [[], [], []];
  const middle = (side - 1) / 2;
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const [down, right] = [(row - middle) / high + middle, (column - middle) / wide + middle];
      const [top, left] = [Math.floor(down), Math.floor(right)];
      if (top < 0 || top + 1 >= side || left < 0 || left + 1 >= side) continue;
      if (!((window[Math.round(down) * side + Math.round(right)] as number) > 0)) continue;
      const at = (y: number, x: number) => template[(top + y) * side + left + x] as number;
      const [v, u] = [down - top, right - left];
      rows.push(row);
      columns.push(column);
      values.push((1 - v) * ((1 - u) * at(0, 0) + u * at(0, 1)) + v * ((1 - u) * at(1, 0) + u * at(1, 1)));
    }
  }
  return {
    wide,
    high,
    rows: Int32Array.from(rows),
    columns: Int32Array.from(columns),
    values: Float64Array.from(values),
    length: Math.hypot(...values) || 1,
  };
}

interface Sought {
  readonly image: ArrayLike<number>;
  readonly side: number;
  readonly expected: number;
}

function matched(
  { image, side, expected }: Sought,
  variants: readonly Variant[],
  { across, along, tether }: MatchOptions,
): [right: number, down: number, wide: number, high: number] {
  // Nothing surrounds the image, so wherever the template is, all of it is on something.
  const pitch = side + 2 * across;
  const padded = new Float32Array(pitch * (side + 2 * along));
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      padded[(row + along) * pitch + column + across] = image[row * side + column] as number;
    }
  }
  let best = Number.NEGATIVE_INFINITY;
  let place: [number, number, number, number] = [0, 0, 1, 1];
  for (const { wide, high, rows, columns, values, length } of variants) {
    const offsets = rows.map((row, k) => (row + along) * pitch + (columns[k] as number) + across);
    for (let down = -along; down <= along; down++) {
      for (let right = -across; right <= across; right++) {
        const shift = down * pitch + right;
        let [product, power] = [0, 1];
        for (let k = 0; k < values.length; k++) {
          const value = padded[(offsets[k] as number) + shift] as number;
          product += value * (values[k] as number);
          power += value * value;
        }
        const cost = tether * (Math.abs(right - expected) + Math.abs(down));
        const score = product / (length * Math.sqrt(power)) - cost;
        if (score <= best) continue;
        best = score;
        place = [right, down, wide, high];
      }
    }
  }
  return place;
}
