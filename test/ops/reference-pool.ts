/** Pooling in double precision by its definition, on one small batch of images. */

const [B, H, W, C] = [2, 7, 6, 2] as const;
/** The shape of the images, as a list of one input. */
export const shapes = [[B, H, W, C]] as const;

/** [vertical, horizontal] parameters. */
export interface Windows {
  readonly kernel: [number, number];
  readonly stride: [number, number];
  readonly padding: [number, number];
}

/** Applies `reduce` to the values of each window that lie within the image. */
export function pool(
  x: Float64Array,
  { kernel, stride, padding }: Windows,
  reduce: (values: number[]) => number,
) {
  const out: number[] = [];
  for (let b = 0; b < B; b++)
    for (let y = -padding[0]; y + kernel[0] <= H + padding[0]; y += stride[0])
      for (let z = -padding[1]; z + kernel[1] <= W + padding[1]; z += stride[1])
        for (let c = 0; c < C; c++) {
          const values: number[] = [];
          for (let i = Math.max(y, 0); i < Math.min(y + kernel[0], H); i++)
            for (let j = Math.max(z, 0); j < Math.min(z + kernel[1], W); j++)
              values.push(x[((b * H + i) * W + j) * C + c] as number);
          out.push(reduce(values));
        }
  return Float64Array.from(out);
}
