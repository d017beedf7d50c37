import type * as tf from '@tensorflow/tfjs-core';
import { type HostOp, hostOp } from '../../engine/host-op.ts';
import { expectShape, fail, shape4 } from '../check.ts';
import { robustLeastSquares } from '../least-squares.ts';

/** A surface that many images show under unknown lights. */
export interface ShadedMean {
  /** How bright it is head on, in units of each image's own light, [1,G,G,1]. */
  readonly brightness: tf.Tensor4D;
  /** x and y of its normals, symmetric left to right, [1,G,G,2]; 0 where too few images show it. */
  readonly normals: tf.Tensor4D;
}

const stereoOp: HostOp<undefined> = {
  name: 'PhotometricStereo',
  outputs: ([shape = []]) => [
    { shape: [1, ...shape.slice(1)], dtype: 'float32' },
    { shape: [1, shape[1] ?? 0, shape[2] ?? 0, 2], dtype: 'float32' },
  ],
  run([images, masks, guess, skin], [brightness, normals]) {
    if (!images || !masks || !guess || !skin || !brightness || !normals)
      throw new TypeError('PhotometricStereo takes 4 inputs and has 2 outputs');
    const found = surfaceOf({
      count: images.shape[0] ?? 0,
      width: images.shape[2] ?? 0,
      images: images.data,
      masks: masks.data,
      guess: guess.data,
      skin: skin.data,
    });
    brightness.data.set(found.brightness);
    normals.data.set(found.normals);
  },
};

/**
 * The mean surface of what aligned images [N,G,G,1] show, where their masks [N,G,G,1] are, from how their shading goes
 * with their light (photometric stereo, Woodham 1980, here over a population). A first guess at the normals [N,G,G,3]
 * of each tells its light: I = c·(1 + a·n_x + b·n_y), fitted where `skin` [1,G,G,1] says that albedo is even. Then I/c at
 * each place, over all images, is a plane over (a, b): its slopes, by its height, are the normal there, and its height is the
 * albedo. Both fits are robust and made twice, the second time with what was found. Intensities begin at 0. Without a
 * gradient. Throws a RangeError for other shapes, and where fewer than 24 images tell their light.
 */
export function photometricStereo(
  images: tf.Tensor4D,
  masks: tf.Tensor4D,
  guess: tf.Tensor4D,
  skin: tf.Tensor4D,
): ShadedMean {
  const [count, height, width] = shape4('photometricStereo', 'images', images, '[N,G,G,1]');
  expectShape('photometricStereo', 'images', images, [count, height, width, 1]);
  expectShape('photometricStereo', 'masks', masks, [count, height, width, 1]);
  expectShape('photometricStereo', 'guess', guess, [count, height, width, 3]);
  expectShape('photometricStereo', 'skin', skin, [1, height, width, 1]);
  const [brightness, normals] = hostOp(stereoOp, [images, masks, guess, skin], undefined);
  return { brightness: brightness as tf.Tensor4D, normals: normals as tf.Tensor4D };
}

interface Population {
  readonly images: ArrayLike<number>;
  readonly masks: ArrayLike<number>;
  readonly guess: ArrayLike<number>;
  readonly skin: ArrayLike<number>;
  readonly count: number;
  readonly width: number;
}

interface Surface {
  /** [pixels] */
  readonly brightness: Float64Array;
  /** [pixels,2] */
  readonly normals: Float64Array;
}

/** The light of an image: c, and a and b by c. */
interface Light {
  readonly image: number;
  readonly level: number;
  readonly a: number;
  readonly b: number;
}

/** A light needs so many samples of skin, and a place so many images. */
const LEAST_ROWS = 24;
const FITS = 6;
/** The least level and albedo, and the steepest light, that something is made of. */
const LEAST_LEVEL = 0.02;
const LEAST_ALBEDO = 0.15;
const STEEPEST = 2;

function surfaceOf(population: Population): Surface {
  const expectEnough = (lights: readonly Light[]) => {
    if (lights.length >= LEAST_ROWS) return;
    const found = `found ${lights.length} of ${population.count}`;
    fail(
      'photometricStereo',
      `expected at least ${LEAST_ROWS} images whose skin tells their light, ${found}`,
    );
  };
  const first = lightsOf(population, (image, at) => {
    const from = (image * population.skin.length + at) * 3;
    return [1, population.guess[from] as number, population.guess[from + 1] as number];
  });
  expectEnough(first);
  const { brightness, normals } = shadedUnder(first, population);
  const second = lightsOf(population, (_, at) => {
    const albedo = brightness[at] as number;
    return [albedo, albedo * (normals[2 * at] as number), albedo * (normals[2 * at + 1] as number)];
  });
  expectEnough(second);
  return shadedUnder(second, population);
}

/** The lights of images, from a surface whose terms (1, n_x, n_y), times the albedo, are given. */
function lightsOf(
  { images, masks, skin, count }: Population,
  termsAt: (image: number, at: number) => readonly number[],
): Light[] {
  const pixels = skin.length;
  const even = Array.from({ length: pixels }, (_, at) => at).filter((at) => (skin[at] as number) > 0.5);
  return Array.from({ length: count }, (_, image) => image).flatMap((image) => {
    const seen = even.filter((at) => (masks[image * pixels + at] as number) > 0.5);
    const line = robustPlane(
      seen.map((at) => termsAt(image, at)),
      seen.map((at) => images[image * pixels + at] as number),
    );
    if (!line) return [];
    const level = Math.max(line[0], LEAST_LEVEL);
    const [a, b] = [line[1] / level, line[2] / level];
    return Math.max(Math.abs(a), Math.abs(b)) < STEEPEST ? [{ image, level, a, b }] : [];
  });
}

/** The surface that images show under their lights. */
function shadedUnder(lights: readonly Light[], { images, masks, skin, width }: Population): Surface {
  const pixels = skin.length;
  const brightness = new Float64Array(pixels);
  const normals = new Float64Array(2 * pixels);
  for (let at = 0; at < pixels; at++) {
    const seen = lights.filter(({ image }) => (masks[image * pixels + at] as number) > 0.5);
    const line = robustPlane(
      seen.map(({ a, b }) => [1, a, b]),
      seen.map(({ image, level }) => (images[image * pixels + at] as number) / level),
    );
    if (!line) continue;
    const albedo = Math.max(line[0], LEAST_ALBEDO);
    brightness[at] = line[0];
    normals.set([line[1] / albedo, line[2] / albedo], 2 * at);
  }
  return symmetric({ brightness, normals }, width);
}

/** The three coefficients that give the values best; undefined where there are too few. */
function robustPlane(
  terms: readonly (readonly number[])[],
  values: readonly number[],
): readonly [number, number, number] | undefined {
  if (values.length < LEAST_ROWS) return undefined;
  const { coefficients } = robustLeastSquares(
    { terms: Float64Array.from(terms.flat()), values: Float64Array.from(values), channels: 1 },
    { fits: FITS, scale: (errors) => 2.5 * (errors[errors.length >> 1] as number) + 1e-4 },
  );
  return [...coefficients] as [number, number, number];
}

/** The same on both sides: brightness and n_y alike, n_x opposite. */
function symmetric({ brightness, normals }: Surface, width: number): Surface {
  const other = (at: number) => at - (at % width) + (width - 1 - (at % width));
  return {
    brightness: brightness.map((value, at) => (value + (brightness[other(at)] as number)) / 2),
    normals: normals.map((value, i) => {
      const across = i % 2 === 0;
      const mirrored = normals[2 * other(i >> 1) + (i % 2)] as number;
      return (value + (across ? -mirrored : mirrored)) / 2;
    }),
  };
}
