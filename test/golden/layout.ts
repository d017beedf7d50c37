import type { GoldenArray } from './fixture.ts';

export interface Laid {
  readonly values: GoldenArray;
  readonly shape: [number, number, number, number];
}

/** Values [B,C,H,W] in the order of [B,H,W,C]. */
export function toNhwc(values: GoldenArray, shape: readonly number[], name: string): Laid {
  const [batch, channels, height, width] = rank4(shape, name);
  return reordered(values, {
    batch,
    rows: channels,
    columns: height * width,
    shape: [batch, height, width, channels],
  });
}

/** Values [B,H,W,C] in the order of [B,C,H,W]. */
export function toNchw(values: GoldenArray, shape: readonly number[], name: string): Laid {
  const [batch, height, width, channels] = rank4(shape, name);
  return reordered(values, {
    batch,
    rows: height * width,
    columns: channels,
    shape: [batch, channels, height, width],
  });
}

function rank4(shape: readonly number[], name: string): [number, number, number, number] {
  if (shape.length !== 4) throw new Error(`${name}: expected an image of rank 4, found [${shape}]`);
  return shape as [number, number, number, number];
}

/** Each sample's matrix [rows,columns], transposed. */
function reordered(
  values: GoldenArray,
  { batch, rows, columns, shape }: { batch: number; rows: number; columns: number; shape: Laid['shape'] },
): Laid {
  const out = values.slice();
  for (let b = 0; b < batch; b++) {
    const start = b * rows * columns;
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++)
        out[start + c * rows + r] = values[start + r * columns + c] ?? Number.NaN;
    }
  }
  return { values: out, shape };
}
