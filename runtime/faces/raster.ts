import type { Mesh } from './mesh.ts';

/** Vertices as the camera sees them: sample column and row, and one over the depth, [n,3]. */
export type Projected = Float64Array;

/** For every sample of a square picture, what is nearest there. */
export class Fragments {
  /** One over the depth; where there is nothing, of the farthest that is seen. */
  readonly nearness: Float64Array;
  /** The mesh, by its place in the list (−1 where there is none), and its triangle. */
  readonly mesh: Int8Array;
  readonly triangle: Int32Array;
  /** Shares of the second and third corner, corrected for perspective. */
  readonly second: Float32Array;
  readonly third: Float32Array;
  /** Red, green and blue, for whoever shades the samples. */
  readonly colours: Float32Array;

  constructor(
    /** Samples along a side. */
    readonly size: number,
  ) {
    const count = size * size;
    this.nearness = new Float64Array(count);
    this.mesh = new Int8Array(count);
    this.triangle = new Int32Array(count);
    this.second = new Float32Array(count);
    this.third = new Float32Array(count);
    this.colours = new Float32Array(count * 3);
  }

  /** Takes everything away; what will be drawn farther than `far` is not seen. */
  clear(far: number): void {
    this.nearness.fill(1 / far);
    this.mesh.fill(-1);
    this.colours.fill(0);
  }

  /** Draws the triangles of a mesh, nearer ones over others; of closed ones, the outside. */
  draw(index: number, { triangles, closed, kept }: Mesh, projected: Projected): void {
    const { size, nearness } = this;
    for (let t = 0; t < triangles.length; t += 3) {
      const a = triangles[t] as number;
      const b = triangles[t + 1] as number;
      const c = triangles[t + 2] as number;
      if (kept && (kept[a] as number) < 0 && (kept[b] as number) < 0 && (kept[c] as number) < 0) continue;
      const ax = projected[a * 3] as number;
      const ay = projected[a * 3 + 1] as number;
      const bx = projected[b * 3] as number;
      const by = projected[b * 3 + 1] as number;
      const cx = projected[c * 3] as number;
      const cy = projected[c * 3 + 1] as number;
      const area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
      // seen from outside, corners run clockwise in the image, where y is down
      if (area === 0 || (closed && area < 0)) continue;
      const left = Math.max(Math.ceil(Math.min(ax, bx, cx)), 0);
      const right = Math.min(Math.floor(Math.max(ax, bx, cx)), size - 1);
      const top = Math.max(Math.ceil(Math.min(ay, by, cy)), 0);
      const bottom = Math.min(Math.floor(Math.max(ay, by, cy)), size - 1);
      if (left > right || top > bottom) continue;
      const na = projected[a * 3 + 2] as number;
      const nb = projected[b * 3 + 2] as number;
      const nc = projected[c * 3 + 2] as number;
      for (let y = top; y <= bottom; y++) {
        for (let x = left; x <= right; x++) {
          const u = ((x - ax) * (cy - ay) - (y - ay) * (cx - ax)) / area;
          const v = ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / area;
          if (u < 0 || v < 0 || u + v > 1) continue;
          const w = 1 - u - v;
          const near = w * na + u * nb + v * nc;
          const at = y * size + x;
          if (near <= (nearness[at] as number)) continue;
          const second = (u * nb) / near;
          const third = (v * nc) / near;
          if (kept) {
            const first = 1 - second - third;
            const value =
              first * (kept[a] as number) + second * (kept[b] as number) + third * (kept[c] as number);
            if (value < 0) continue;
          }
          nearness[at] = near;
          this.mesh[at] = index;
          this.triangle[at] = t;
          this.second[at] = second;
          this.third[at] = third;
        }
      }
    }
  }
}
