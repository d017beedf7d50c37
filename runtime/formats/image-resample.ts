import type { Raster } from './image.ts';

/** The middle of a picture, `size` pixels square. Where nothing is cut off evenly, the odd pixel goes as PyTorch's `CenterCrop` has it. */
export function cropRaster(raster: Raster, size: number): Raster {
  const { width, height, channels, data } = raster;
  if (size > width || size > height) {
    throw new RangeError(`the crop of ${size}×${size} exceeds the image of ${width}×${height} pixels`);
  }
  const top = roundHalfEven((height - size) / 2);
  const left = roundHalfEven((width - size) / 2);
  const cropped = emptyLike(raster, size * size * channels);
  for (let row = 0; row < size; row++) {
    const start = ((top + row) * width + left) * channels;
    cropped.set(data.subarray(start, start + size * channels), row * size * channels);
  }
  return { ...raster, width: size, height: size, data: cropped };
}

/**
 * Resizes a picture as the original's image library does (Pillow's bilinear filter): each target pixel weighs the pixels
 * it covers by a triangle, twice as wide as itself and no narrower than two source pixels; rows first, rounded in
 * between.
 */
export function resizeRaster(raster: Raster, size: { width: number; height: number }): Raster {
  const wide = size.width === raster.width ? raster : resampleRows(raster, size.width);
  if (size.height === raster.height) return wide;
  return transposed(resampleRows(transposed(wide), size.height));
}

function resampleRows(raster: Raster, length: number): Raster {
  const { width, height, channels, white, data } = raster;
  const taps = triangles(width, length);
  const result = emptyLike(raster, height * length * channels);
  for (let row = 0; row < height; row++) {
    for (let x = 0; x < length; x++) {
      const { first, weights } = taps[x] as Taps;
      for (let c = 0; c < channels; c++) {
        let sum = 0.5;
        for (let k = 0; k < weights.length; k++) {
          sum += (weights[k] as number) * (data[(row * width + first + k) * channels + c] as number);
        }
        result[(row * length + x) * channels + c] = Math.min(Math.floor(sum), white);
      }
    }
  }
  return { ...raster, width: length, data: result };
}

interface Taps {
  readonly first: number;
  readonly weights: readonly number[];
}

/** For every target pixel, the source pixels that it is made of and their shares. */
function triangles(from: number, to: number): Taps[] {
  const scale = from / to;
  const reach = Math.max(scale, 1);
  return Array.from({ length: to }, (_, x) => {
    const centre = (x + 0.5) * scale;
    const first = Math.max(Math.floor(centre - reach + 0.5), 0);
    const end = Math.min(Math.floor(centre + reach + 0.5), from);
    const raw = Array.from({ length: end - first }, (_, k) =>
      Math.max(1 - Math.abs(first + k + 0.5 - centre) / reach, 0),
    );
    const total = raw.reduce((sum, weight) => sum + weight, 0);
    return { first, weights: raw.map((weight) => weight / total) };
  });
}

function transposed(raster: Raster): Raster {
  const { width, height, channels, data } = raster;
  const result = emptyLike(raster, data.length);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      for (let c = 0; c < channels; c++) {
        result[(column * height + row) * channels + c] = data[
          (row * width + column) * channels + c
        ] as number;
      }
    }
  }
  return { ...raster, width: height, height: width, data: result };
}

function emptyLike({ white }: Raster, length: number): Uint8Array | Uint16Array {
  return white === 255 ? new Uint8Array(length) : new Uint16Array(length);
}

/** 0.5 to 0, 1.5 to 2, 2.5 to 2: the rounding of Python, in which the original computes where a crop begins. */
function roundHalfEven(value: number): number {
  const down = Math.floor(value);
  return value - down === 0.5 ? down + (down % 2) : Math.round(value);
}
