import type * as tf from '@tensorflow/tfjs-core';
import { type HostOp, hostOp } from '../engine/host-op.ts';
import { shape4 } from './check.ts';

/** How an object is told from its backdrop; lengths in shares of the image's shorter side. */
export interface BackdropOptions {
  /** Least distance of a colour from the backdrop's, in units of the image. */
  readonly threshold: number;
  /** Width of the frame along the edges whose colours are taken for the backdrop. */
  readonly frame: number;
  /** Parts of the object thinner than this are left out. */
  readonly thinnest: number;
}

/** Colour as a polynomial of the place: 1, x, y, x², y², x·y. */
const TERMS = 6;
/** Fits until the weights have settled where an object covers half an edge. */
const FITS = 16;

const backdropOp: HostOp<BackdropOptions> = {
  name: 'Backdrop',
  outputs: ([shape = []]) => [
    { shape: [...shape.slice(0, 3), 1], dtype: 'float32' },
    { shape, dtype: 'float32' },
  ],
  run([images], [masks, backdrops], options) {
    if (!images || !masks || !backdrops) throw new TypeError('Backdrop takes 1 input and has 2 outputs');
    const [batch = 0, height = 0, width = 0, channels = 0] = images.shape;
    const pixels = height * width;
    for (let i = 0; i < batch; i++) {
      const image = images.data.subarray(i * pixels * channels, (i + 1) * pixels * channels);
      const found = split({ image, height, width, channels }, options);
      masks.data.set(found.mask, i * pixels);
      backdrops.data.set(found.backdrop, i * pixels * channels);
    }
  },
};

/** An object and what is behind it. */
export interface BeforeBackdrop {
  /** 1 for the object and else 0, [B,H,W,1]. */
  readonly mask: tf.Tensor4D;
  /** The backdrop as if the object were not there, [B,H,W,C]. */
  readonly backdrop: tf.Tensor4D;
}

/**
 * What stands in front of a plain backdrop in images [B,H,W,C].
 *
 * The backdrop's colour is a quadratic polynomial of the place, fitted robustly (Cauchy weights) to a frame along the
 * edges, which may cut through the object. Pixels that differ from it belong to the object, and holes in it; thin
 * parts and all but the largest piece do not. An image that shows nothing but backdrop has an empty mask. Without a
 * gradient.
 */
export function beforeBackdrop(images: tf.Tensor4D, options: BackdropOptions): BeforeBackdrop {
  shape4('beforeBackdrop', 'images', images);
  const [mask, backdrop] = hostOp(backdropOp, [images], options) as [tf.Tensor4D, tf.Tensor4D];
  return { mask, backdrop };
}

interface Picture {
  readonly image: ArrayLike<number>;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

function split(picture: Picture, { threshold, frame, thinnest }: BackdropOptions) {
  const { height, width } = picture;
  const side = Math.min(height, width);
  const { backdrop, distance, scatter } = backdropOf(picture, Math.max(1, Math.round(frame * side)));
  const least = Math.max(threshold, 3 * scatter);
  const differs = Uint8Array.from(distance, (value) => (value > least ? 1 : 0));
  const grid = { height, width };
  const radius = Math.floor((thinnest * side) / 2);
  const solid = withoutHoles(differs, grid);
  const stout = spread(spread(solid, grid, radius, Math.min), grid, radius, Math.max);
  return { mask: largestPiece(stout, grid), backdrop };
}

/** The colours of the backdrop, how far each pixel is from them, and the median of that along the edges. */
function backdropOf({ image, height, width, channels }: Picture, frame: number) {
  const terms = new Float64Array(height * width * TERMS);
  const edge: number[] = [];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const [x, y] = [(2 * column + 1) / width - 1, (2 * row + 1) / height - 1];
      const pixel = row * width + column;
      terms.set([1, x, y, x * x, y * y, x * y], pixel * TERMS);
      if (Math.min(row, column, height - 1 - row, width - 1 - column) < frame) edge.push(pixel);
    }
  }
  let colours: Float64Array = new Float64Array();
  let weights = new Float64Array(edge.length).fill(1);
  let scatter = 0;
  const colourAt = (pixel: number, channel: number) => {
    let colour = 0;
    for (let t = 0; t < TERMS; t++)
      colour += (terms[pixel * TERMS + t] as number) * (colours[t * channels + channel] as number);
    return colour;
  };
  const distanceAt = (pixel: number) => {
    let sum = 0;
    for (let c = 0; c < channels; c++)
      sum += ((image[pixel * channels + c] as number) - colourAt(pixel, c)) ** 2;
    return Math.sqrt(sum);
  };
  for (let fit = 0; fit < FITS; fit++) {
    colours = fitted({ image, channels }, terms, edge, weights);
    const along = Float64Array.from(edge, distanceAt);
    scatter = along.slice().sort()[along.length >> 1] as number;
    weights = along.map((value) => 1 / (1 + (value / (3 * scatter + 0.01)) ** 2));
  }
  const distance = Float64Array.from({ length: height * width }, (_, pixel) => distanceAt(pixel));
  const backdrop = Float64Array.from({ length: height * width * channels }, (_, i) =>
    colourAt(Math.floor(i / channels), i % channels),
  );
  return { backdrop, distance, scatter };
}

/** The polynomial's coefficients [TERMS,C] that fit the given pixels best, by Gaussian elimination. */
function fitted(
  { image, channels }: Pick<Picture, 'image' | 'channels'>,
  terms: Float64Array,
  pixels: readonly number[],
  weights: Float64Array,
): Float64Array {
  const columns = TERMS + channels;
  const rows = Array.from({ length: TERMS }, (_, t) => {
    const row = new Float64Array(columns);
    row[t] = 1e-4;
    return row;
  });
  pixels.forEach((pixel, i) => {
    for (let t = 0; t < TERMS; t++) {
      const row = rows[t] as Float64Array;
      const share = (weights[i] as number) * (terms[pixel * TERMS + t] as number);
      for (let u = 0; u < TERMS; u++)
        row[u] = (row[u] as number) + share * (terms[pixel * TERMS + u] as number);
      for (let c = 0; c < channels; c++)
        row[TERMS + c] = (row[TERMS + c] as number) + share * (image[pixel * channels + c] as number);
    }
  });
  // The matrix is positive definite, so it needs no pivoting.
  rows.forEach((pivot, t) => {
    const scale = pivot[t] as number;
    for (let u = t; u < columns; u++) pivot[u] = (pivot[u] as number) / scale;
    rows.forEach((row, other) => {
      const factor = row[t] as number;
      if (other !== t)
        for (let u = t; u < columns; u++) row[u] = (row[u] as number) - factor * (pivot[u] as number);
    });
  });
  return Float64Array.from(rows.flatMap((row) => [...row.subarray(TERMS)]));
}

interface Grid {
  readonly height: number;
  readonly width: number;
}

/** The pixels beside a pixel: up, down, left and right. */
function beside(pixel: number, { height, width }: Grid): number[] {
  const [row, column] = [Math.floor(pixel / width), pixel % width];
  const found: number[] = [];
  if (row > 0) found.push(pixel - width);
  if (row < height - 1) found.push(pixel + width);
  if (column > 0) found.push(pixel - 1);
  if (column < width - 1) found.push(pixel + 1);
  return found;
}

/** All pixels that `from` reaches over pixels of the same value, marked in `seen`. */
function reach(mask: Uint8Array, from: number, seen: Uint8Array, grid: Grid): number[] {
  const found = [from];
  seen[from] = 1;
  for (let at = 0; at < found.length; at++) {
    for (const next of beside(found[at] as number, grid)) {
      if (seen[next] || mask[next] !== mask[from]) continue;
      seen[next] = 1;
      found.push(next);
    }
  }
  return found;
}

function withoutHoles(mask: Uint8Array, grid: Grid): Uint8Array {
  const outside = new Uint8Array(mask.length);
  for (let pixel = 0; pixel < mask.length; pixel++) {
    const onEdge = beside(pixel, grid).length < 4;
    if (onEdge && !mask[pixel] && !outside[pixel]) reach(mask, pixel, outside, grid);
  }
  return outside.map((value) => 1 - value);
}

function largestPiece(mask: Uint8Array, grid: Grid): Uint8Array {
  const seen = new Uint8Array(mask.length);
  let largest: number[] = [];
  for (let pixel = 0; pixel < mask.length; pixel++) {
    if (!mask[pixel] || seen[pixel]) continue;
    const piece = reach(mask, pixel, seen, grid);
    if (piece.length > largest.length) largest = piece;
  }
  const only = new Uint8Array(mask.length);
  for (const pixel of largest) only[pixel] = 1;
  return only;
}

/** The least or the greatest value of a square around each pixel, of which only what is in the image counts. */
function spread(
  mask: Uint8Array,
  { height, width }: Grid,
  radius: number,
  of: (...values: number[]) => number,
): Uint8Array {
  const along = (values: Uint8Array, length: number, stride: (pixel: number) => number, step: number) =>
    values.map((_, pixel) => {
      const place = stride(pixel);
      let value = values[pixel] as number;
      for (let d = -radius; d <= radius; d++) {
        if (place + d >= 0 && place + d < length) value = of(value, values[pixel + d * step] as number);
      }
      return value;
    });
  const rows = along(mask, width, (pixel) => pixel % width, 1);
  return along(rows, height, (pixel) => Math.floor(pixel / width), width);
}
