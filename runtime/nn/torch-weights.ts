import type { HostTensor } from '../engine/host-op.ts';

/**
 * The layout of weights: PyTorch's names, but spatial axes first, then inputs before outputs, as tensors are NHWC:
 *
 * | weight | PyTorch | here |
 * | --- | --- | --- |
 * | linear | [out, in] | [in, out] |
 * | convolution | [out, in, kh, kw] | [kh, kw, in, out] |
 * | transposed convolution | [in, out, kh, kw] | [kh, kw, out, in] |
 * | image of one channel, offsets of a convolution | [1, C, H, W] | [H, W, C, 1] |
 * | StyleGAN2's modulated convolution | [1, out, in, kh, kw] | [kh, kw, in, out, 1] |
 * | scale, offset, running average | [C] | [C] |
 *
 * It is one rule: the last two axes of an image or a filter go to the front, all others are reversed.
 */
function axesFromTorch(rank: number): number[] {
  const spatial = rank >= 4 ? 2 : 0;
  const others = Array.from({ length: rank - spatial }, (_, i) => rank - spatial - 1 - i);
  return spatial === 0 ? others : [rank - 2, rank - 1, ...others];
}

/** A weight of PyTorch in the layout of this project. */
export function fromTorch(tensor: HostTensor): HostTensor {
  return permuted(tensor, axesFromTorch(tensor.shape.length));
}

/** The inverse of {@link fromTorch}. */
export function toTorch(tensor: HostTensor): HostTensor {
  const axes = axesFromTorch(tensor.shape.length);
  return permuted(
    tensor,
    axes.map((_, i) => axes.indexOf(i)),
  );
}

/** The shape that {@link fromTorch} gives. */
export function shapeFromTorch(shape: readonly number[]): number[] {
  return axesFromTorch(shape.length).map((axis) => shape[axis] as number);
}

/** The shape that {@link toTorch} gives. */
export function shapeToTorch(shape: readonly number[]): number[] {
  const axes = axesFromTorch(shape.length);
  return axes.map((_, i) => shape[axes.indexOf(i)] as number);
}

/** Reorders axes: axis i of the result is axis axes[i] of the tensor. */
function permuted({ data, shape }: HostTensor, axes: readonly number[]): HostTensor {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((size, length) => size * length, 1));
  const lengths = axes.map((axis) => shape[axis] as number);
  const steps = axes.map((axis) => strides[axis] as number);
  const out = data.slice();
  if (axes.every((axis, i) => axis === i)) return { data: out, shape: lengths };
  const last = axes.length - 1;
  const [length, step] = [lengths[last] as number, steps[last] as number];
  const index = new Array<number>(axes.length).fill(0);
  for (let to = 0, from = 0; to < out.length; ) {
    for (let i = 0; i < length; i++) out[to++] = data[from + i * step] as number;
    for (let axis = last - 1; axis >= 0; axis--) {
      from += steps[axis] as number;
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (lengths[axis] as number)) break;
      from -= (steps[axis] as number) * (lengths[axis] as number);
      index[axis] = 0;
    }
  }
  return { data: out, shape: lengths };
}
