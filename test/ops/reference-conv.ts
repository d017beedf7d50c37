/** Convolutions in double precision by their definitions, as PyTorch documents them, on NHWC arrays. */

/** [vertical, horizontal] parameters. */
export interface Geometry {
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly outputPadding: readonly [number, number];
}

type Shape4 = readonly [number, number, number, number];

const PLAIN: Geometry = { stride: [1, 1], padding: [0, 0], dilation: [1, 1], outputPadding: [0, 0] };

/** `filter` is [kh,kw,Ci,Co]. */
export function crossCorrelation(
  x: Float64Array,
  [B, H, W, Ci]: Shape4,
  filter: Float64Array,
  [kh, kw, , Co]: Shape4,
  geometry: Partial<Geometry> = {},
): Float64Array {
  const { stride, padding, dilation } = { ...PLAIN, ...geometry };
  const h = Math.floor((H + 2 * padding[0] - dilation[0] * (kh - 1) - 1) / stride[0]) + 1;
  const w = Math.floor((W + 2 * padding[1] - dilation[1] * (kw - 1) - 1) / stride[1]) + 1;
  const out = new Float64Array(B * h * w * Co);
  for (let b = 0; b < B; b++)
    for (let i = 0; i < h; i++)
      for (let j = 0; j < w; j++)
        for (let u = 0; u < kh; u++)
          for (let v = 0; v < kw; v++) {
            const y = i * stride[0] + u * dilation[0] - padding[0];
            const z = j * stride[1] + v * dilation[1] - padding[1];
            if (y < 0 || y >= H || z < 0 || z >= W) continue;
            for (let p = 0; p < Ci; p++)
              for (let q = 0; q < Co; q++) {
                const to = ((b * h + i) * w + j) * Co + q;
                const tap = filter[((u * kw + v) * Ci + p) * Co + q] as number;
                out[to] = (out[to] as number) + tap * (x[((b * H + y) * W + z) * Ci + p] as number);
              }
          }
  return out;
}

/** `filter` is [kh,kw,Co,Ci]. */
export function transposedCorrelation(
  x: Float64Array,
  [B, H, W, Ci]: Shape4,
  filter: Float64Array,
  [kh, kw, Co]: Shape4,
  geometry: Partial<Geometry> = {},
): Float64Array {
  const { stride, padding, dilation, outputPadding } = { ...PLAIN, ...geometry };
  const h = (H - 1) * stride[0] - 2 * padding[0] + dilation[0] * (kh - 1) + outputPadding[0] + 1;
  const w = (W - 1) * stride[1] - 2 * padding[1] + dilation[1] * (kw - 1) + outputPadding[1] + 1;
  const out = new Float64Array(B * h * w * Co);
  for (let b = 0; b < B; b++)
    for (let i = 0; i < H; i++)
      for (let j = 0; j < W; j++)
        for (let u = 0; u < kh; u++)
          for (let v = 0; v < kw; v++) {
            const y = i * stride[0] + u * dilation[0] - padding[0];
            const z = j * stride[1] + v * dilation[1] - padding[1];
            if (y < 0 || y >= h || z < 0 || z >= w) continue;
            for (let p = 0; p < Ci; p++)
              for (let q = 0; q < Co; q++) {
                const to = ((b * h + y) * w + z) * Co + q;
                const tap = filter[((u * kw + v) * Co + q) * Ci + p] as number;
                out[to] = (out[to] as number) + tap * (x[((b * H + i) * W + j) * Ci + p] as number);
              }
          }
  return out;
}
