import { gatherX, gatherY, gatherZ, locate, locateFace, next, vertex0, vertex1, vertex2 } from './mesh';
import { depthOf, determinant, offsets, slopesX, slopesY, toPixels, weightsAt } from './plane';

// Pixel centres this close to a face's bounding box are still tested, so that the box never decides by rounding.
const SLACK: f32 = 1e-3;

/**
 * Draws one grid mesh into a z-buffer of 2S×2S pixels, row 0 at the bottom (y = -1).
 * `centres` holds the normalised centres of 2S pixels and four numbers more, `back` has room for 2(S-1)² face
 * numbers. A pixel on an edge belongs to both faces; of equal depths the first face in index order stays.
 */
export function zbuffer(
  size: u32,
  near: f32,
  far: f32,
  vertices: usize,
  centres: usize,
  depth: usize,
  faces: usize,
  back: usize,
): void {
  const extent = size * 2;
  const pixels = extent * extent;
  for (let i: u32 = 0; i < pixels; i += 4) {
    v128.store(depth + (<usize>i << 2), f32x4.splat(far));
    v128.store(faces + (<usize>i << 2), i32x4.splat(-1));
  }
  const cells = (size - 1) * (size - 1);
  let face: u32 = 0;
  let turned: u32 = 0;
  for (let lower = 0; lower < 2; lower++) {
    for (let row: u32 = 0; row < size - 1; row++) {
      for (let column: u32 = 0; column < size - 1; column++, face++) {
        locate(vertices, size, row, column, lower != 0);
        const x = gatherX(vertex0, vertex1, vertex2);
        const y = gatherY(vertex0, vertex1, vertex2);
        const z = gatherZ(vertex0, vertex1, vertex2);
        const sum = f32x4.add(f32x4.add(x, y), z);
        if (!i32x4.all_true(f32x4.eq(f32x4.sub(sum, sum), f32x4.splat(0)))) continue;
        const dx = f32x4.sub(next(x), x);
        const dy = f32x4.sub(next(y), y);
        const dx2 = f32x4.extract_lane(dx, 2);
        const dy2 = f32x4.extract_lane(dy, 2);
        // Seen from the front: (y2 - y0)(x1 - x0) ≥ (y1 - y0)(x2 - x0); then the same for the reverse order.
        if (dy2 * f32x4.extract_lane(dx, 0) <= f32x4.extract_lane(dy, 0) * dx2) {
          draw(x, y, z, face, extent, near, far, centres, depth, faces);
        }
        if (dy2 * f32x4.extract_lane(dx, 1) <= f32x4.extract_lane(dy, 1) * dx2) {
          store<u32>(back + (<usize>turned << 2), face + 2 * cells);
          turned++;
        }
      }
    }
  }
  for (let i: u32 = 0; i < turned; i++) {
    const index = load<u32>(back + (<usize>i << 2));
    locateFace(vertices, size, index);
    const x = gatherX(vertex0, vertex1, vertex2);
    const y = gatherY(vertex0, vertex1, vertex2);
    draw(x, y, gatherZ(vertex0, vertex1, vertex2), index, extent, near, far, centres, depth, faces);
  }
}

/** The pixels that a face can cover: (first column, first row, -last column, -last row). */
// @ts-ignore: decorator
@inline
function boundingBox(px: v128, py: v128, last: f32): v128 {
  const signs = f32x4(1, 1, -1, -1);
  const corner0 = f32x4.mul(v128.shuffle<f32>(px, py, 0, 4, 0, 4), signs);
  const corner1 = f32x4.mul(v128.shuffle<f32>(px, py, 1, 5, 1, 5), signs);
  const corner2 = f32x4.mul(v128.shuffle<f32>(px, py, 2, 6, 2, 6), signs);
  const least = f32x4.pmin(corner0, f32x4.pmin(corner1, corner2));
  const image = f32x4.mul(f32x4(0, 0, -1, -1), f32x4.splat(last));
  const cut = f32x4.pmax(f32x4.ceil(f32x4.sub(least, f32x4.splat(SLACK))), image);
  return i32x4.trunc_sat_f32x4_s(cut);
}

// @ts-ignore: decorator
@inline
function outside(side: v128, xp: v128, x: v128, dy: v128): v128 {
  return f32x4.lt(side, f32x4.mul(f32x4.sub(xp, x), dy));
}

function draw(
  x: v128,
  y: v128,
  z: v128,
  face: u32,
  extent: u32,
  near: f32,
  far: f32,
  centres: usize,
  depth: usize,
  faces: usize,
): void {
  const width = <f32>extent;
  const px = toPixels(x, width);
  const py = toPixels(y, width);
  const box = boundingBox(px, py, width - 1);
  const fromX = i32x4.extract_lane(box, 0);
  const toX = -i32x4.extract_lane(box, 2);
  const fromY = i32x4.extract_lane(box, 1);
  const toY = -i32x4.extract_lane(box, 3);
  if (fromX > toX || fromY > toY) return;

  const det = determinant(px, py);
  const slopeX = slopesX(py, det);
  const slopeY = slopesY(px, det);
  const offset = offsets(px, py, det);
  const dx = f32x4.sub(next(x), x);
  const dy = f32x4.sub(next(y), y);
  const x0 = v128.shuffle<f32>(x, x, 0, 0, 0, 0);
  const x1 = v128.shuffle<f32>(x, x, 1, 1, 1, 1);
  const x2 = v128.shuffle<f32>(x, x, 2, 2, 2, 2);
  const dy0 = v128.shuffle<f32>(dy, dy, 0, 0, 0, 0);
  const dy1 = v128.shuffle<f32>(dy, dy, 1, 1, 1, 1);
  const dy2 = v128.shuffle<f32>(dy, dy, 2, 2, 2, 2);
  for (let row = fromY; row <= toY; row++) {
    const sides = f32x4.mul(f32x4.sub(v128.load32_splat(centres + (<usize>row << 2)), y), dx);
    const side0 = v128.shuffle<f32>(sides, sides, 0, 0, 0, 0);
    const side1 = v128.shuffle<f32>(sides, sides, 1, 1, 1, 1);
    const side2 = v128.shuffle<f32>(sides, sides, 2, 2, 2, 2);
    for (let first = fromX; first <= toX; first += 4) {
      const xp = v128.load(centres + (<usize>first << 2));
      const out = v128.or(
        v128.or(outside(side0, xp, x0, dy0), outside(side1, xp, x1, dy1)),
        outside(side2, xp, x2, dy2),
      );
      let inside = ~i32x4.bitmask(out) & 15;
      const past = first + 3 - toX;
      if (past > 0) inside &= 15 >> past;
      while (inside != 0) {
        const column = first + ctz(inside);
        inside &= inside - 1;
        const depthHere = depthOf(weightsAt(<f32>column, <f32>row, slopeX, slopeY, offset), z);
        const at = <usize>(row * <i32>extent + column) << 2;
        if (depthHere > near && depthHere < far && depthHere < load<f32>(depth + at)) {
          store<f32>(depth + at, depthHere);
          store<u32>(faces + at, face);
        }
      }
    }
  }
}
