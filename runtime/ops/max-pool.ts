import * as tf from '@tensorflow/tfjs-core';
import { fail, integer, type Shape4, shape4 } from './check.ts';

/** Geometry of maximum pooling over square windows. */
export interface MaxPoolOptions {
  readonly kernel: number;
  /** Default: the kernel's size. */
  readonly stride?: number;
  /** Cells of −∞ around the image, at most half the kernel; default 0. */
  readonly padding?: number;
}

/** Which cell of its image each window's element (i, j) is. */
interface Windows {
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  readonly input: Shape4;
  readonly output: Shape4;
}

/**
 * Maximum pooling (PyTorch's `max_pool2d`, floor mode). The first maximum of a window, in row order, takes its
 * gradient. The gradient is built of strided slices and masks, because ONNX Runtime has none of its own; it is
 * linear in dy and can be differentiated again.
 *
 * @param x [B,H,W,C]
 * @returns [B,H',W',C] with H' = floor((H + 2·padding − kernel) / stride) + 1
 * @throws RangeError on a wrong rank, padding above half the kernel, or an empty output
 */
export function maxPool2d(x: tf.Tensor4D, options: MaxPoolOptions): tf.Tensor4D {
  const op = 'maxPool2d';
  const input = shape4(op, 'x', x);
  const kernel = integer(op, 'kernel', options.kernel, 1);
  const stride = integer(op, 'stride', options.stride ?? kernel, 1);
  const padding = integer(op, 'padding', options.padding ?? 0, 0);
  if (2 * padding > kernel) fail(op, `padding is ${padding}, expected at most half the kernel of ${kernel}`);
  const [batch, height, width, channels] = input;
  const count = (size: number) => Math.floor((size + 2 * padding - kernel) / stride) + 1;
  const output: Shape4 = [batch, count(height), count(width), channels];
  if (output[1] < 1 || output[2] < 1)
    fail(op, `kernel ${kernel} exceeds x [${input}] with padding ${padding}`);
  const windows: Windows = { kernel, stride, padding, input, output };
  const pool = tf.customGrad((image, save) => {
    const value = tf.maxPool(image as tf.Tensor4D, kernel, stride, padding);
    (save as tf.GradSaveFunc)([image as tf.Tensor, value]);
    return {
      value,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [image, value] = saved as [tf.Tensor4D, tf.Tensor4D];
        return scatter(dy as tf.Tensor4D, firstMaxima(image, value, windows), windows);
      },
    };
  });
  return pool(x) as tf.Tensor4D;
}

/** One mask [B,H',W',C] per element of the window: 1 where it is the window's first maximum. */
function firstMaxima(x: tf.Tensor4D, maxima: tf.Tensor4D, windows: Windows): tf.Tensor4D[] {
  let free: tf.Tensor | undefined;
  return elements(x, Number.NEGATIVE_INFINITY, windows).map((element) => {
    const equal = tf.cast(tf.equal(element, maxima), 'float32');
    const mask = free ? tf.mul(equal, free) : equal;
    free = free ? tf.sub(free, mask) : tf.sub(1, mask);
    return mask as tf.Tensor4D;
  });
}

/** Sends dy to the masked elements of each window; the adjoint of `gather`. */
function scatter(dy: tf.Tensor4D, masks: tf.Tensor4D[], windows: Windows): tf.Tensor4D {
  const op = tf.customGrad((input, save) => {
    (save as tf.GradSaveFunc)(masks);
    return {
      value: assemble(
        masks.map((mask) => tf.mul(mask, input as tf.Tensor4D)),
        windows,
      ),
      gradFunc: (ddx: tf.Tensor, saved: tf.Tensor[]) =>
        gather(ddx as tf.Tensor4D, saved as tf.Tensor4D[], windows),
    };
  });
  return op(dy) as tf.Tensor4D;
}

/** The masked element of each window; the adjoint of `scatter`. */
function gather(x: tf.Tensor4D, masks: tf.Tensor4D[], windows: Windows): tf.Tensor4D {
  const op = tf.customGrad((input, save) => {
    (save as tf.GradSaveFunc)(masks);
    const parts = elements(input as tf.Tensor4D, 0, windows).map((element, i) =>
      tf.mul(element, masks[i] as tf.Tensor4D),
    );
    return {
      value: parts.reduce((total, part) => tf.add(total, part)),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
        scatter(dy as tf.Tensor4D, saved as tf.Tensor4D[], windows),
    };
  });
  return op(x) as tf.Tensor4D;
}

/** The elements (0,0), (0,1), … of all windows, each as an image [B,H',W',C]. */
function elements(
  x: tf.Tensor4D,
  border: number,
  { kernel, stride, padding, output }: Windows,
): tf.Tensor4D[] {
  const [batch, rows, columns, channels] = output;
  const reach = (count: number) => (count - 1) * stride + kernel;
  const below = Math.max(reach(rows) - padding - x.shape[1], 0);
  const right = Math.max(reach(columns) - padding - x.shape[2], 0);
  const padded =
    padding + below + right === 0
      ? x
      : tf.pad(
          x,
          [
            [0, 0],
            [padding, below],
            [padding, right],
            [0, 0],
          ],
          border,
        );
  return offsets(kernel).map(([i, j]) => {
    const end = [batch, i + (rows - 1) * stride + 1, j + (columns - 1) * stride + 1, channels];
    return tf.stridedSlice(padded, [0, i, j, 0], end, [1, stride, stride, 1]) as tf.Tensor4D;
  });
}

/**
 * Adds the elements of all windows up to an image. Elements whose offsets lie within one stride tile the plane
 * and are interleaved by one DepthToSpace; overlapping windows add several such planes, shifted by whole strides.
 */
function assemble(parts: tf.Tensor4D[], { kernel, stride, padding, input, output }: Windows): tf.Tensor4D {
  const blocks = Math.ceil(kernel / stride);
  const planes = offsets(blocks).map(([v, h]) => {
    const tiles = offsets(stride).map(([i, j]) => {
      const [row, column] = [v * stride + i, h * stride + j];
      const inside = row < kernel && column < kernel;
      return inside ? (parts[row * kernel + column] as tf.Tensor4D) : tf.zeros<tf.Rank.R4>(output);
    });
    const plane = stride === 1 ? (tiles[0] as tf.Tensor4D) : tf.depthToSpace(tf.concat(tiles, 3), stride);
    return place(plane, v * stride - padding, h * stride - padding, input);
  });
  return planes.reduce((total, plane) => tf.add(total, plane));
}

/** Shifts a plane down and right and fits it to the shape, with zeros where it does not reach. */
function place(plane: tf.Tensor4D, down: number, right: number, [, height, width]: Shape4): tf.Tensor4D {
  const rows = span(plane.shape[1], down, height);
  const columns = span(plane.shape[2], right, width);
  const [batch, , , channels] = plane.shape;
  const cropped = tf.slice(
    plane,
    [0, rows.start, columns.start, 0],
    [batch, rows.length, columns.length, channels],
  );
  return tf.pad(cropped, [[0, 0], rows.ends, columns.ends, [0, 0]]);
}

function span(size: number, shift: number, target: number) {
  const start = Math.max(-shift, 0);
  const before = Math.max(shift, 0);
  const length = Math.min(size - start, target - before);
  return { start, length, ends: [before, target - before - length] as [number, number] };
}

function offsets(count: number): [number, number][] {
  return Array.from({ length: count * count }, (_, i) => [Math.floor(i / count), i % count]);
}
