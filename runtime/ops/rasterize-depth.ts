import * as tf from '@tensorflow/tfjs-core';
import { type HostOp, hostOp } from '../engine/host-op.ts';
import * as raster from '../engine/wasm/raster.ts';
import { fail, shape4 } from './check.ts';
import type { Camera } from './geometry/camera.ts';

/** What lies between the two depths is drawn; the background has depth `far`. */
export interface RasterizeDepthOptions {
  /** Depth in camera units, > 0; 0.1 unless given. */
  readonly near?: number;
  /** Depth in camera units, > near; 100 unless given. */
  readonly far?: number;
}

export interface DepthMaps {
  /** [B,S,S]: the z-buffer, turned so that row 0 is the top, averaged over 2×2 samples. */
  readonly depth: tf.Tensor3D;
  /** int32 [B,2S,2S]: the face that each sample sees, -1 for none; row 0 is the bottom. */
  readonly faceIndex: tf.Tensor3D;
  /** [B,2S,2S]: the depth of each sample; row 0 is the bottom. */
  readonly supersampled: tf.Tensor3D;
}

interface DepthAttributes extends raster.DepthRange {
  readonly supersampled: boolean;
}

const depthOp: HostOp<DepthAttributes> = {
  name: 'RasterizeDepth',
  outputs([vertices], { supersampled }) {
    const [batch = 0, size = 0] = vertices ?? [];
    const large = [batch, 2 * size, 2 * size];
    return [
      { shape: [batch, size, size], dtype: 'float32' },
      { shape: large, dtype: 'int32' },
      ...(supersampled ? [{ shape: large, dtype: 'float32' } as const] : []),
    ];
  },
  run([vertices], [depth, faces, supersampled], range) {
    if (!vertices || !depth || !faces)
      throw new TypeError('RasterizeDepth takes 1 input and has 2 or 3 outputs');
    raster.rasterizeDepth(meshesOf(vertices), range, {
      depth: depth.data,
      faces: faces.data,
      ...(supersampled && { supersampled: supersampled.data }),
    });
  },
};

const gradientOp: HostOp = {
  name: 'RasterizeDepthGradient',
  outputs: ([vertices]) => [{ shape: vertices ?? [], dtype: 'float32' }],
  run([vertices, faces, upstream], [gradient]) {
    if (!vertices || !faces || !upstream || !gradient) {
      throw new TypeError('RasterizeDepthGradient takes 3 inputs and has 1 output');
    }
    raster.rasterizeDepthGradient(meshesOf(vertices), faces.data, upstream.data, gradient.data);
  },
};

/**
 * The depth of a grid mesh as a camera sees it, by a z-buffer with 2×2 samples a pixel (Kato et al., "Neural 3D Mesh
 * Renderer", CVPR 2018).
 *
 * Vertices [B,S,S,3] hold x, y in normalised device coordinates (-1 to 1 over the outer edges of the image, y
 * upwards) and the camera depth z, see `projectToNdc`. Each cell of the grid is two triangles, visible from both
 * sides; faces with a coordinate that is not finite are left out. The result [B,S,S] is the mean of the four
 * samples of a pixel, of which those that see nothing count as `far`. The gradient flows through the plane of the
 * face that each sample sees: dz_p/dz_k = w_k·z_p²/z_k², and x, y move that plane; the outline of the mesh gives none.
 *
 * Throws a RangeError for other shapes and for depths out of order.
 */
export function rasterizeDepth(vertices: tf.Tensor4D, options: RasterizeDepthOptions = {}): tf.Tensor3D {
  const attributes = { ...depthRange('rasterizeDepth', options), supersampled: false };
  requireMeshes('rasterizeDepth', 'vertices', vertices);
  const custom = tf.customGrad((mesh, save) => {
    const [depth, faces] = hostOp(depthOp, [mesh as tf.Tensor], attributes);
    if (!depth || !faces) throw new TypeError('RasterizeDepth has 2 outputs');
    (save as tf.GradSaveFunc)([mesh as tf.Tensor, faces]);
    const gradFunc = (upstream: tf.Tensor, [saved, index]: tf.Tensor[]) =>
      hostOp(gradientOp, [saved as tf.Tensor, index as tf.Tensor, upstream], undefined);
    return { value: depth, gradFunc };
  });
  return custom(vertices) as tf.Tensor3D;
}

/** `rasterizeDepth` without a gradient, with the face and the depth of every sample. */
export function rasterizeDepthMaps(vertices: tf.Tensor4D, options: RasterizeDepthOptions = {}): DepthMaps {
  const attributes = { ...depthRange('rasterizeDepthMaps', options), supersampled: true };
  requireMeshes('rasterizeDepthMaps', 'vertices', vertices);
  const [depth, faceIndex, supersampled] = hostOp(depthOp, [vertices], attributes) as tf.Tensor3D[];
  if (!depth || !faceIndex || !supersampled) throw new TypeError('RasterizeDepth has 3 outputs');
  return { depth, faceIndex, supersampled };
}

/** Added to the depth before the division, as in the original renderer. */
const DEPTH_EPSILON = 1e-9;

/**
 * Projects points [B,S,S,3] in camera coordinates (x right, y down, z forward) for the rasterizers: with the pixel
 * position u = focal·x/z + centre, v = focal·y/z + centre, the result holds (2u/S - 1, 1 - 2v/S, z).
 * Pixel centres come to lie on the corners of the rasterizer's pixels: the mesh of a depth map is drawn half a pixel
 * to the upper left.
 */
export function projectToNdc(points: tf.Tensor4D, camera: Pick<Camera, 'focal' | 'centre'>): tf.Tensor4D {
  const size = requireMeshes('projectToNdc', 'points', points);
  return tf.tidy(() => {
    const [x, y, z] = tf.split(points, 3, 3) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
    const distance = tf.add(z, DEPTH_EPSILON);
    const place = (coordinate: tf.Tensor4D): tf.Tensor4D => {
      const pixel = tf.add(tf.mul(tf.div(coordinate, distance), camera.focal), camera.centre);
      return tf.sub(tf.mul(pixel, 2 / size), 1);
    };
    return tf.concat([place(x), tf.neg(place(y)), z], 3);
  });
}

/** Checks that these are meshes [B,S,S,3] of a size that can be drawn; returns S. */
export function requireMeshes(op: string, name: string, vertices: tf.Tensor): number {
  const [, height, width, coordinates] = shape4(op, name, vertices, '[B,S,S,3]');
  if (height !== width || height < 2 || coordinates !== 3) {
    fail(op, `${name} has shape [${vertices.shape}], expected [B,S,S,3] with S of at least 2`);
  }
  if (height > raster.MAXIMUM_MESH_SIZE)
    fail(op, `${name} has S = ${height}, expected at most ${raster.MAXIMUM_MESH_SIZE}`);
  if (vertices.dtype !== 'float32') fail(op, `${name} has dtype ${vertices.dtype}, expected float32`);
  return height;
}

/** Fills in the defaults of a depth range and checks its order. */
export function depthRange(op: string, { near = 0.1, far = 100 }: RasterizeDepthOptions): raster.DepthRange {
  if (!(near > 0 && far > near && far < Infinity)) {
    fail(op, `near is ${near} and far is ${far}, expected 0 < near < far`);
  }
  return { near, far };
}

/** The inputs of a host operation as meshes. */
export function meshesOf(vertices: {
  data: Float32Array | Int32Array;
  shape: readonly number[];
}): raster.Meshes {
  const [batch = 0, size = 0] = vertices.shape;
  return { vertices: vertices.data as Float32Array, batch, size };
}
