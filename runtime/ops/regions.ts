/** The shape of a mask: its values are in C order. */
export interface Grid {
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

/** A mask in which whatever the edges of the image do not reach is filled. */
export function withoutHoles(mask: Uint8Array, grid: Grid): Uint8Array {
  const outside = new Uint8Array(mask.length);
  for (let pixel = 0; pixel < mask.length; pixel++) {
    const onEdge = beside(pixel, grid).length < 4;
    if (onEdge && !mask[pixel] && !outside[pixel]) reach(mask, pixel, outside, grid);
  }
  return outside.map((value) => 1 - value);
}

/** The connected part of a mask with the most pixels. */
export function largestPiece(mask: Uint8Array, grid: Grid): Uint8Array {
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

/** A mask and all that it reaches over pixels of another mask. */
export function reachedOver(mask: Uint8Array, over: Uint8Array, grid: Grid): Uint8Array {
  const reached = mask.slice();
  const found = Array.from(reached.keys()).filter((pixel) => reached[pixel]);
  for (let at = 0; at < found.length; at++) {
    for (const next of beside(found[at] as number, grid)) {
      if (reached[next] || !over[next]) continue;
      reached[next] = 1;
      found.push(next);
    }
  }
  return reached;
}

/** A mask without what is within so many pixels, across and along, of anything outside it. */
export function shrunk(mask: Uint8Array, grid: Grid, radius: number): Uint8Array {
  return spread(mask, grid, radius, Math.min);
}

/** A mask with what is within so many pixels, across and along, of it. */
export function grown(mask: Uint8Array, grid: Grid, radius: number): Uint8Array {
  return spread(mask, grid, radius, Math.max);
}

/** A mask without parts that a square of 2·radius + 1 pixels does not fit into: a morphological opening. */
export function withoutThinParts(mask: Uint8Array, grid: Grid, radius: number): Uint8Array {
  return grown(shrunk(mask, grid, radius), grid, radius);
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
