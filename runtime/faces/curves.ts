/** 0 up to `low`, 1 from `high` on, smooth between. */
export function smoothstep(low: number, high: number, value: number): number {
  const t = Math.min(Math.max((value - low) / (high - low), 0), 1);
  return t * t * (3 - 2 * t);
}

/** A bump of height 1 at 0 that falls to exp(−1) at ±1. */
export function bump(x: number): number {
  const square = x * x;
  return square > 12 ? 0 : Math.exp(-square);
}

/** A bump in two dimensions, of height 1 at (0, 0). */
export function bump2(x: number, y: number): number {
  const square = x * x + y * y;
  return square > 12 ? 0 : Math.exp(-square);
}

export function mix(a: number, b: number, t: number): number {
  return a + (b - a) * t;
}

/** A piecewise smooth curve through points (x, y) with increasing x, constant beyond the ends. */
export function through(points: readonly (readonly [number, number])[], x: number): number {
  const first = points[0] as readonly [number, number];
  if (x <= first[0]) return first[1];
  for (let i = 1; i < points.length; i++) {
    const [x1, y1] = points[i] as readonly [number, number];
    if (x > x1) continue;
    const [x0, y0] = points[i - 1] as readonly [number, number];
    return mix(y0, y1, smoothstep(x0, x1, x));
  }
  return (points.at(-1) as readonly [number, number])[1];
}

/** Smooth noise in [−1, 1] that repeats nowhere near: values at whole numbers, cubic between them. */
export function noise(x: number, key: number): number {
  const cell = Math.floor(x);
  return mix(lattice(cell, key), lattice(cell + 1, key), smoothstep(0, 1, x - cell));
}

/** Smooth noise in two dimensions, in [−1, 1]. */
export function noise2(x: number, y: number, key: number): number {
  const row = Math.floor(y);
  const at = (r: number) => noise(x, Math.imul(r, 0x27d4eb2f) ^ key);
  return mix(at(row), at(row + 1), smoothstep(0, 1, y - row));
}

/** MurmurHash3's finalizer over a whole number and a key, in [−1, 1). */
function lattice(cell: number, key: number): number {
  let h = (Math.imul(cell, 0x9e3779b1) ^ key) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 31 - 1;
}
