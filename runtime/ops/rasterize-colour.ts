import * as tf from '@tensorflow/tfjs-core';
import { type HostOp, hostOp } from '../engine/host-op.ts';
import * as raster from '../engine/wasm/raster.ts';
import { expectShape, fail, shape4 } from './check.ts';
import { depthRange, meshesOf, type RasterizeDepthOptions, requireMeshes } from './rasterize-depth.ts';

export interface RasterizeColourOptions extends RasterizeDepthOptions {
  /** What is seen where there is no mesh: one value for all channels or one each; 1 (white) unless given. */
  readonly background?: number | readonly number[];
  /** Barycentric coordinates are kept below 1 - eps, in [0, 1); 0.001 unless given. */
  readonly eps?: number;
}

interface ColourAttributes extends raster.DepthRange {
  readonly background: readonly number[];
  readonly eps: number;
}

const colourOp: HostOp<ColourAttributes> = {
  name: 'RasterizeColour',
  outputs: ([, image]) => [{ shape: image ?? [], dtype: 'float32' }],
  run([vertices, image], [output], { background, eps, ...range }) {
    if (!vertices || !image || !output)
      throw new TypeError('RasterizeColour takes 2 inputs and has 1 output');
    const shading = { background: Float32Array.from(background), eps };
    raster.rasterizeColour(meshesOf(vertices), range, image.data, shading, output.data);
  },
};

/**
 * The picture of a grid mesh whose vertices are the pixels of an image: pixel (h, w) of `image` [B,S,S,C] gives
 * vertex (h, w) of `vertices` [B,S,S,3] (see `projectToNdc`) its colour, colours run linearly over each triangle, unlit, and
 * each pixel of the result [B,S,S,C] averages 2×2 samples. `near` is 0.1 and `far` 10 unless given. Without a
 * gradient.
 *
 * As in the original renderer, the two corners on the edge that a cell's triangles share carry each other's
 * colour, and coordinates above 1 - eps are cut, by which values may leave the image's range by about eps: clamp
 * the result where that matters.
 *
 * Throws a RangeError for other shapes and for options out of range.
 */
export function rasterizeColour(
  vertices: tf.Tensor4D,
  image: tf.Tensor4D,
  options: RasterizeColourOptions = {},
): tf.Tensor4D {
  const op = 'rasterizeColour';
  requireMeshes(op, 'vertices', vertices);
  const channels = shape4(op, 'image', image)[3];
  const [batch, size] = vertices.shape;
  if (image.dtype !== 'float32') fail(op, `image has dtype ${image.dtype}, expected float32`);
  expectShape(op, 'image', image, [batch, size, size, channels]);
  const { near = 0.1, far = 10, background = 1, eps = 1e-3 } = options;
  const colours = typeof background === 'number' ? Array<number>(channels).fill(background) : background;
  if (colours.length !== channels) {
    fail(op, `background has ${colours.length} values, expected ${channels}, one per channel`);
  }
  if (!(eps >= 0 && eps < 1)) fail(op, `eps is ${eps}, expected a number in [0, 1)`);
  const attributes = { ...depthRange(op, { near, far }), background: colours, eps };
  return tf.tidy(() => hostOp(colourOp, [vertices, image], attributes)[0] as tf.Tensor4D);
}
