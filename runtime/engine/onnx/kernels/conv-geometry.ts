import type * as tf from '@tensorflow/tfjs-core';

/** Geometry of a 2D convolution, in pixels. */
export interface ConvGeometry {
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  /** top, left, bottom, right, as ONNX orders them. */
  readonly pads: readonly [number, number, number, number];
  readonly kernel: readonly [number, number];
  /** Height and width of the input. */
  readonly input: readonly [number, number];
  /** Height and width of the output. */
  readonly output: readonly [number, number];
}

/** What TensorFlow.js computed for a convolution or a pooling. */
export function geometry(info: tf.backend_util.Conv2DInfo): ConvGeometry {
  const { top, left, bottom, right } = info.padInfo;
  return {
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
    pads: [top, left, bottom, right],
    kernel: [info.filterHeight, info.filterWidth],
    input: [info.inHeight, info.inWidth],
    output: [info.outHeight, info.outWidth],
  };
}

/** The same as attributes of ONNX' Conv and ConvTranspose. */
export function convAttributes(g: ConvGeometry, group = 1) {
  return { kernel_shape: g.kernel, strides: g.strides, dilations: g.dilations, pads: g.pads, group };
}

export function area([height, width]: readonly [number, number]): number {
  return height * width;
}

/** Every pixel is the centre of a window: neither stride nor dilation. */
export function isDense({ strides, dilations, kernel, pads }: ConvGeometry): boolean {
  return (
    [...strides, ...dilations].every((step) => step === 1) &&
    pads.every((pad, i) => pad < (kernel[i % 2] as number))
  );
}

/** The one window is the whole image: the convolution is a matrix product. */
export function isFull({ input, kernel, output, pads }: ConvGeometry): boolean {
  return (
    area(output) === 1 && pads.every((pad) => pad === 0) && input[0] === kernel[0] && input[1] === kernel[1]
  );
}
