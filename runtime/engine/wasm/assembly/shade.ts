import { gatherX, gatherY, gatherZ, locateFace, VERTEX_BYTES, vertex0, vertex1, vertex2 } from './mesh';
import { depthOf, determinant, offsets, slopesX, slopesY, sum3, toPixels, weightsAt } from './plane';

/** Turns a 2S×2S z-buffer upside down (image rows run downwards) and averages 2×2 pixels. */
export function averageDepth(size: u32, depth: usize, output: usize): void {
  const pitch = <usize>size * 2 * 4;
  for (let row: u32 = 0; row < size; row++) {
    const upper = depth + <usize>(2 * (size - 1 - row) + 1) * pitch;
    const lower = upper - pitch;
    for (let column: u32 = 0; column < size; column++) {
      const at = <usize>column << 3;
      const sum = load<f32>(upper + at) + load<f32>(upper + at, 4) + load<f32>(lower + at) + load<f32>(lower + at, 4);
      store<f32>(output + (<usize>(row * size + column) << 2), sum * <f32>0.25);
    }
  }
}

// @ts-ignore: decorator
@inline
function accumulate(at: usize, weight: f32, slopeX: f32, slopeY: f32, depth: f32): void {
  store<f32>(at, load<f32>(at) + weight * slopeX);
  store<f32>(at, load<f32>(at, 4) + weight * slopeY, 4);
  store<f32>(at, load<f32>(at, 8) + depth, 8);
}

/**
 * The gradient of the averaged depth with respect to the vertices: 1/z is affine in the pixel position on the
 * plane of the visible face, so moving vertex k by δ moves the plane by w_k·δ. Edges of the mesh give none.
 */
export function depthGradient(size: u32, vertices: usize, faces: usize, upstream: usize, gradient: usize): void {
  memory.fill(gradient, 0, <usize>(size * size) * VERTEX_BYTES);
  const extent = size * 2;
  const scale = <f32>size;
  const offset = gradient - vertices;
  const count: u32 = 4 * (size - 1) * (size - 1);
  for (let y: u32 = 0; y < extent; y++) {
    const row = size - 1 - (y >> 1);
    for (let x: u32 = 0; x < extent; x++) {
      const face = load<u32>(faces + (<usize>(y * extent + x) << 2));
      if (face >= count) continue;
      const g = load<f32>(upstream + (<usize>(row * size + (x >> 1)) << 2)) * <f32>0.25;
      if (g == 0) continue;
      locateFace(vertices, size, face);
      const px = toPixels(gatherX(vertex0, vertex1, vertex2), <f32>extent);
      const py = toPixels(gatherY(vertex0, vertex1, vertex2), <f32>extent);
      const det = determinant(px, py);
      const slopeX = slopesX(py, det);
      const slopeY = slopesY(px, det);
      const weights = weightsAt(<f32>x, <f32>y, slopeX, slopeY, offsets(px, py, det));
      const inverse = f32x4.div(f32x4.splat(1), gatherZ(vertex0, vertex1, vertex2));
      const z = <f32>1 / sum3(f32x4.mul(weights, inverse));
      const factor = g * z * z;
      const planeX = sum3(f32x4.mul(slopeX, inverse)) * scale * factor;
      const planeY = sum3(f32x4.mul(slopeY, inverse)) * scale * factor;
      const depths = f32x4.mul(f32x4.mul(weights, f32x4.splat(factor)), f32x4.mul(inverse, inverse));
      accumulate(vertex0 + offset, f32x4.extract_lane(weights, 0), planeX, planeY, f32x4.extract_lane(depths, 0));
      accumulate(vertex1 + offset, f32x4.extract_lane(weights, 1), planeX, planeY, f32x4.extract_lane(depths, 1));
      accumulate(vertex2 + offset, f32x4.extract_lane(weights, 2), planeX, planeY, f32x4.extract_lane(depths, 2));
    }
  }
}

/**
 * Colours S×S pixels with the mean of 2×2 samples. A sample interpolates the colours of its face's corners
 * linearly on the surface, with barycentric coordinates of at most 1 - eps. As in the original renderer, the two
 * corners on the edge that the triangles of a cell share have each other's colour.
 */
export function shadeColours(
  size: u32,
  vertices: usize,
  faces: usize,
  colours: usize,
  channels: u32,
  background: usize,
  eps: f32,
  output: usize,
): void {
  const extent = size * 2;
  const pixelBytes = <usize>channels << 2;
  const cells = (size - 1) * (size - 1);
  const limit = <f32>1 - eps;
  memory.fill(output, 0, <usize>(size * size) * pixelBytes);
  for (let y: u32 = 0; y < extent; y++) {
    const row = size - 1 - (y >> 1);
    for (let x: u32 = 0; x < extent; x++) {
      const face = load<i32>(faces + (<usize>(y * extent + x) << 2));
      const pixel = output + <usize>(row * size + (x >> 1)) * pixelBytes;
      if (face < 0) {
        for (let c: usize = 0; c < pixelBytes; c += 4) {
          store<f32>(pixel + c, load<f32>(pixel + c) + load<f32>(background + c) * <f32>0.25);
        }
        continue;
      }
      locateFace(vertices, size, face);
      const px = toPixels(gatherX(vertex0, vertex1, vertex2), <f32>extent);
      const py = toPixels(gatherY(vertex0, vertex1, vertex2), <f32>extent);
      const depths = gatherZ(vertex0, vertex1, vertex2);
      const det = determinant(px, py);
      const weights = weightsAt(<f32>x, <f32>y, slopesX(py, det), slopesY(px, det), offsets(px, py, det));
      const ratios = f32x4.div(f32x4.splat(depthOf(weights, depths)), depths);
      const shares = f32x4.min(f32x4.max(f32x4.mul(weights, ratios), f32x4.splat(0)), f32x4.splat(limit));
      const total = sum3(shares);
      // The affine function of the shares t that is 1 at one corner, 0 at the other two: (1 + 2·t_k - Σt) / 2.
      const corners = f32x4.mul(
        f32x4.splat(0.125),
        f32x4.add(f32x4.splat(<f32>1 - total), f32x4.add(shares, shares)),
      );
      const w0 = f32x4.extract_lane(corners, 0);
      const w1 = f32x4.extract_lane(corners, 1);
      const w2 = f32x4.extract_lane(corners, 2);
      const group = <u32>face / cells;
      const lower = (group & 1) != 0;
      const reversed = group >= 2;
      const first = reversed ? vertex2 : vertex0;
      const third = reversed ? vertex0 : vertex2;
      const a = colours + ((lower ? vertex1 : first) - vertices) / VERTEX_BYTES * pixelBytes;
      const b = colours + ((lower ? first : third) - vertices) / VERTEX_BYTES * pixelBytes;
      const d = colours + ((lower ? third : vertex1) - vertices) / VERTEX_BYTES * pixelBytes;
      const wa = reversed ? w2 : w0;
      const wd = reversed ? w0 : w2;
      for (let c: usize = 0; c < pixelBytes; c += 4) {
        const value = wa * load<f32>(a + c) + w1 * load<f32>(b + c) + wd * load<f32>(d + c);
        store<f32>(pixel + c, load<f32>(pixel + c) + value);
      }
    }
  }
}
