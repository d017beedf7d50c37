// The barycentric coordinates of a face as affine functions of the pixel position, and the depth they give; lanes
// 0 to 2 belong to the vertices. All arithmetic is in single precision and in this order: which of two neighbouring
// faces owns a pixel depends on its rounding.
import { next, previous } from './mesh';

/** Pixel positions of normalised coordinates: -1 and 1 are the outer edges of the first and last pixel. */
// @ts-ignore: decorator
@inline
export function toPixels(coordinates: v128, extent: f32): v128 {
  const width = f32x4.splat(extent);
  const doubled = f32x4.sub(f32x4.add(f32x4.mul(coordinates, width), width), f32x4.splat(1));
  return f32x4.mul(f32x4.splat(0.5), doubled);
}

/** The matrix of pixel positions has this determinant; a face of no area gives infinities or NaN below. */
// @ts-ignore: decorator
@inline
export function determinant(px: v128, py: v128): v128 {
  const products = f32x4.mul(px, f32x4.sub(next(py), previous(py)));
  return f32x4.splat(
    f32x4.extract_lane(products, 2) + f32x4.extract_lane(products, 0) + f32x4.extract_lane(products, 1),
  );
}

/** Change of the coordinates with x, … */
// @ts-ignore: decorator
@inline
export function slopesX(py: v128, det: v128): v128 {
  return f32x4.div(f32x4.sub(next(py), previous(py)), det);
}

/** … with y, … */
// @ts-ignore: decorator
@inline
export function slopesY(px: v128, det: v128): v128 {
  return f32x4.div(f32x4.sub(previous(px), next(px)), det);
}

/** … and their value at pixel (0, 0). */
// @ts-ignore: decorator
@inline
export function offsets(px: v128, py: v128, det: v128): v128 {
  const products = f32x4.sub(f32x4.mul(next(px), previous(py)), f32x4.mul(previous(px), next(py)));
  return f32x4.div(products, det);
}

/** The coordinates at a pixel, clamped to [0, 1] and scaled to sum to one. Pseudo-minimum and -maximum turn NaN to 0. */
// @ts-ignore: decorator
@inline
export function weightsAt(x: f32, y: f32, slopeX: v128, slopeY: v128, offset: v128): v128 {
  const along = f32x4.add(f32x4.mul(slopeX, f32x4.splat(x)), f32x4.mul(slopeY, f32x4.splat(y)));
  const positive = f32x4.pmax(f32x4.splat(0), f32x4.add(along, offset));
  const clamped = f32x4.pmin(f32x4.splat(1), positive);
  return f32x4.div(clamped, f32x4.splat(sum3(clamped)));
}

/** Perspective-correct depth: 1/z is what is affine on the screen. */
// @ts-ignore: decorator
@inline
export function depthOf(weights: v128, z: v128): f32 {
  return <f32>1 / sum3(f32x4.div(weights, z));
}

// @ts-ignore: decorator
@inline
export function sum3(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + f32x4.extract_lane(v, 2);
}
