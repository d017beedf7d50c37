import type * as tf from '@tensorflow/tfjs-core';
import { type HostOp, hostOp } from '../engine/host-op.ts';
import { shape4 } from './check.ts';
import { type LinearProblem, robustLeastSquares } from './least-squares.ts';
import { grown, largestPiece, reachedOver, shrunk, withoutHoles, withoutThinParts } from './regions.ts';

/** How an object is told from its backdrop; lengths in shares of the image's shorter side. */
export interface BackdropOptions {
  /** Least distance of a colour from the backdrop's, in units of the image. */
  readonly threshold: number;
  /** Width of the frame along the edges whose colours are taken for the backdrop. */
  readonly frame: number;
  /** Parts of the object thinner than this are left out. */
  readonly thinnest: number;
  /** Colours that change by less than this from pixel to pixel belong to one surface, in units of the image. */
  readonly step: number;
}

/** Fits until the weights have settled where an object covers half an edge. */
const FITS = 16;
/** Which edges a fit begins without: left, right, top, bottom. An object may cover one or two beside each other. */
const STARTS = [
  [0, 0, 0, 0],
  [0, 0, 0, 1],
  [1, 0, 0, 0],
  [0, 1, 0, 0],
  [1, 0, 0, 1],
  [0, 1, 0, 1],
  [1, 1, 0, 1],
] as const;
/** The share of the frame that shows the backdrop at least, and what makes its quantile of distances a deviation. */
const LEAST_SHARE = 0.3;
const SPREAD = 1.5;
/** How far colours may be off beside noise, as no backdrop is quite a polynomial: at that they count a quarter. */
const LEEWAY = 0.12;
/** The distance of colours that counts as half an agreement. */
const AGREES = 0.05;
/** A surface is as even as this many pixels around: a narrower gap in the outline of an object does not let through. */
const EVEN = 2;
/** A glow is at most this share of what differs; more is an object whose outline was not seen. */
const MOST_GLOW = 0.4;

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
 * The backdrop's colour is a quadratic polynomial of the place, fitted robustly (far colours count nothing) to a frame along the
 * edges, which may cut through the object. Pixels that differ from it belong to the object, and holes in it; thin
 * parts and all but the largest piece do not, nor what the backdrop goes over into without an edge, such as the glow of a
 * lamp. An image that shows nothing but backdrop has an empty mask. Without a gradient.
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

function split(picture: Picture, { threshold, frame, thinnest, step }: BackdropOptions) {
  const { height, width } = picture;
  const side = Math.min(height, width);
  const { backdrop, distance, scatter } = backdropOf(picture, Math.max(1, Math.round(frame * side)));
  const least = Math.max(threshold, 3 * scatter);
  const differs = Uint8Array.from(distance, (value) => (value > least ? 1 : 0));
  const stout = withoutThinParts(withoutHoles(differs, picture), picture, Math.floor((thinnest * side) / 2));
  return { mask: withoutGlow(largestPiece(stout, picture), picture, step), backdrop };
}

/** A mask without what the pixels around it go over into by small steps. */
function withoutGlow(mask: Uint8Array, picture: Picture, step: number): Uint8Array {
  const small = Uint8Array.from(greatestSteps(picture), (change) => (change < step ? 1 : 0));
  const even = shrunk(small, picture, EVEN);
  const outside = mask.map((value) => 1 - value);
  // The border of the mask, wherever it lies, is no obstacle.
  const start = grown(outside, picture, EVEN + 1).map((near, pixel) => near & (even[pixel] as number));
  const surface = reachedOver(start, even, picture).map((value, pixel) => value & (mask[pixel] as number));
  const glow = grown(surface, picture, EVEN);
  const rest = largestPiece(
    withoutHoles(
      mask.map((value, pixel) => value & (1 - (glow[pixel] as number))),
      picture,
    ),
    picture,
  );
  const size = (pixels: Uint8Array) => pixels.reduce((sum, value) => sum + value, 0);
  return size(rest) < (1 - MOST_GLOW) * size(mask) ? mask : rest;
}

/** By how much the colour of a pixel differs from that of a neighbour, at most. */
function greatestSteps({ image, height, width, channels }: Picture): Float32Array {
  const steps = new Float32Array(height * width);
  const compare = (pixel: number, other: number) => {
    let square = 0;
    for (let c = 0; c < channels; c++)
      square += ((image[pixel * channels + c] as number) - (image[other * channels + c] as number)) ** 2;
    const distance = Math.sqrt(square);
    for (const at of [pixel, other]) steps[at] = Math.max(steps[at] as number, distance);
  };
  for (let pixel = 0; pixel < steps.length; pixel++) {
    if (pixel % width < width - 1) compare(pixel, pixel + 1);
    if (pixel + width < steps.length) compare(pixel, pixel + width);
  }
  return steps;
}

/** The colours of the backdrop, how far each pixel is from them, and what of that is noise. */
function backdropOf(picture: Picture, frame: number) {
  const { image, height, width, channels } = picture;
  const edge = frameOf(picture, frame);
  const along = problemOf(picture, edge);
  const fits = STARTS.map(([left, right, top, bottom]) => {
    const weights = Float64Array.from(edge, (pixel) => {
      const [row, column] = [Math.floor(pixel / width), pixel % width];
      const leftOut =
        column < left * frame ||
        column >= width - right * frame ||
        row < top * frame ||
        row >= height - bottom * frame;
      return leftOut ? 0 : 1;
    });
    const fit = robustLeastSquares(along, {
      fits: FITS,
      weights,
      scale: (errors) => 3 * noiseOf(errors) + LEEWAY,
    });
    return { ...fit, agreement: agreementOf(fit.errors, edge, picture) };
  });
  const { coefficients, errors } = fits.reduce((best, fit) => (fit.agreement > best.agreement ? fit : best));
  const backdrop = new Float64Array(image.length);
  const distance = new Float64Array(height * width);
  for (let pixel = 0; pixel < height * width; pixel++) {
    const terms = termsAt(pixel, picture);
    let square = 0;
    for (let c = 0; c < channels; c++) {
      const colour = terms.reduce(
        (sum, term, t) => sum + term * (coefficients[t * channels + c] as number),
        0,
      );
      backdrop[pixel * channels + c] = colour;
      square += ((image[pixel * channels + c] as number) - colour) ** 2;
    }
    distance[pixel] = Math.sqrt(square);
  }
  return { backdrop, distance, scatter: noiseOf(errors.slice().sort()) };
}

/** The pixels that are less than so many from an edge. */
function frameOf({ height, width }: Picture, frame: number): number[] {
  const pixels = Array.from({ length: height * width }, (_, pixel) => pixel);
  return pixels.filter((pixel) => {
    const [row, column] = [Math.floor(pixel / width), pixel % width];
    return Math.min(row, column, height - 1 - row, width - 1 - column) < frame;
  });
}

/** A polynomial of the place: 1, x, y, x², y², x·y, with the picture in [−1, 1]. */
function termsAt(pixel: number, { height, width }: Picture): number[] {
  const [x, y] = [(2 * (pixel % width) + 1) / width - 1, (2 * Math.floor(pixel / width) + 1) / height - 1];
  return [1, x, y, x * x, y * y, x * y];
}

function problemOf(picture: Picture, pixels: readonly number[]): LinearProblem {
  const { image, channels } = picture;
  const values = new Float64Array(pixels.length * channels);
  pixels.forEach((pixel, i) => {
    for (let c = 0; c < channels; c++) values[i * channels + c] = image[pixel * channels + c] as number;
  });
  return { terms: Float64Array.from(pixels.flatMap((pixel) => termsAt(pixel, picture))), values, channels };
}

/** The deviation of colours that belong to the backdrop, from the distances of the frame in rising order. */
function noiseOf(errors: Float64Array): number {
  return SPREAD * (errors[Math.floor(errors.length * LEAST_SHARE)] as number);
}

/** How many pixels of the frame a fit explains; those of the lower half, where a body may stand, count half. */
function agreementOf(errors: Float64Array, edge: readonly number[], { height, width }: Picture): number {
  return errors.reduce((sum, error, i) => {
    const low = Math.floor((edge[i] as number) / width) > height / 2;
    return sum + (low ? 0.5 : 1) / (1 + (error / AGREES) ** 2);
  }, 0);
}
