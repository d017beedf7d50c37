import * as tf from '@tensorflow/tfjs-core';
import {
  conv2d,
  convTranspose2d,
  groupNorm,
  leakyRelu,
  leakyReluBias,
  modulatedConv2d,
  resizeNearest,
  upsample2d,
} from '../runtime/ops/index.ts';

/** A network with its weights, as the benchmarks need it. */
export interface Network<Input extends tf.Tensor = tf.Tensor4D> {
  /** The weights that can be trained; frozen ones are plain tensors. */
  readonly variables: readonly tf.Variable[];
  apply(x: Input): tf.Tensor4D;
  dispose(): void;
}

/** kind, input channels, output channels, kernel, stride, padding, groups of the norm, slope of the rectifier. */
type Layer = readonly ['conv' | 'deconv' | 'up', number, number, number, number, number, number?, number?];

/** The encoder–decoder of the depth network at image size 64; `up` doubles the image before its convolution. */
const ENCODER_DECODER: readonly Layer[] = [
  ['conv', 3, 64, 4, 2, 1, 16, 0.2],
  ['conv', 64, 128, 4, 2, 1, 32, 0.2],
  ['conv', 128, 256, 4, 2, 1, 64, 0.2],
  ['conv', 256, 512, 4, 2, 1, undefined, 0.2],
  ['conv', 512, 256, 4, 1, 0, undefined, 0],
  ['deconv', 256, 512, 4, 1, 0, undefined, 0],
  ['conv', 512, 512, 3, 1, 1, undefined, 0],
  ['deconv', 512, 256, 4, 2, 1, 64, 0],
  ['conv', 256, 256, 3, 1, 1, 64, 0],
  ['deconv', 256, 128, 4, 2, 1, 32, 0],
  ['conv', 128, 128, 3, 1, 1, 32, 0],
  ['deconv', 128, 64, 4, 2, 1, 16, 0],
  ['conv', 64, 64, 3, 1, 1, 16, 0],
  ['up', 64, 64, 3, 1, 1, 16, 0],
  ['conv', 64, 64, 5, 1, 2, 16, 0],
  ['conv', 64, 1, 5, 1, 2],
];

/** An image [B,64,64,3] to a map [B,64,64,1]: 12,979,648 parameters. Frozen weights are compiled in as constants. */
export function encoderDecoder({ trainable = true } = {}): Network {
  const variables: tf.Variable[] = [];
  const frozen: tf.Tensor[] = [];
  const weight = (initial: tf.Tensor): tf.Tensor => {
    if (!trainable) {
      frozen.push(initial);
      return initial;
    }
    const variable = tf.variable(initial);
    initial.dispose();
    variables.push(variable);
    return variable;
  };
  const layers = ENCODER_DECODER.map(([kind, cin, cout, kernel, stride, padding, groups, slope]) => {
    const channels = kind === 'deconv' ? [cout, cin] : [cin, cout];
    const filter = weight(
      tf.randomNormal([kernel, kernel, ...channels], 0, Math.sqrt(1 / (cin * kernel ** 2))),
    ) as tf.Tensor4D;
    const affine = groups && {
      groups,
      gamma: weight(tf.ones([cout])) as tf.Tensor1D,
      beta: weight(tf.zeros([cout])) as tf.Tensor1D,
    };
    return (input: tf.Tensor4D): tf.Tensor4D => {
      const [, height, width] = input.shape;
      const x = kind === 'up' ? resizeNearest(input, [2 * height, 2 * width]) : input;
      const convolved = (kind === 'deconv' ? convTranspose2d : conv2d)(x, filter, { stride, padding });
      const normed = affine ? groupNorm(convolved, affine.gamma, affine.beta, affine) : convolved;
      if (slope === undefined) return normed;
      return slope === 0 ? tf.relu(normed) : leakyRelu(normed, { slope });
    };
  });
  return {
    variables,
    apply: (x) => layers.reduce((image, layer) => layer(image), x),
    dispose: () => tf.dispose([...variables, ...frozen]),
  };
}

/** Channels of StyleGAN2 config-e by resolution. */
const WIDTH = { 4: 512, 8: 512, 16: 512, 32: 512, 64: 256, 128: 128 } as const;
const LATENT = 512;

type Modulated = (x: tf.Tensor4D, w: tf.Tensor2D) => tf.Tensor4D;

/**
 * StyleGAN2's synthesis network (Karras et al. 2020): latents w [B,512] to images [B,128,128,3]. Random frozen
 * weights, fixed noise; the arithmetic does not depend on them.
 */
export function generator(): Network<tf.Tensor2D> {
  const weights: tf.Tensor[] = [];
  const frozen = <T extends tf.Tensor>(weight: T): T => {
    weights.push(weight);
    return weight;
  };
  const modulated = (
    kernel: number,
    cin: number,
    cout: number,
    options: { resample?: 'up'; demodulate?: boolean } = {},
  ): Modulated => {
    const weight = frozen(tf.randomNormal([kernel, kernel, cin, cout])) as tf.Tensor4D;
    const affine = frozen(tf.randomNormal([LATENT, cin])) as tf.Tensor2D;
    const bias = frozen(tf.ones([cin]));
    return (x, w) =>
      modulatedConv2d(x, weight, tf.add(tf.matMul(w, tf.mul(affine, 1 / Math.sqrt(LATENT))), bias), options);
  };
  const styled = (resolution: number, cin: number, cout: number, resample?: 'up'): Modulated => {
    const convolution = modulated(3, cin, cout, resample && { resample });
    const noise = frozen(tf.randomNormal([1, resolution, resolution, 1]));
    const strength = frozen(tf.scalar(0.1));
    const bias = frozen(tf.zeros([cout])) as tf.Tensor1D;
    return (x, w) => leakyReluBias(tf.add(convolution(x, w), tf.mul(strength, noise)), bias);
  };
  const toRgb = (cin: number): Modulated => {
    const convolution = modulated(1, cin, 3, { demodulate: false });
    const bias = frozen(tf.zeros([3]));
    return (x, w) => tf.add(convolution(x, w), bias);
  };
  const constant = frozen(tf.randomNormal([1, 4, 4, WIDTH[4]])) as tf.Tensor4D;
  const first = { styled: styled(4, WIDTH[4], WIDTH[4]), rgb: toRgb(WIDTH[4]) };
  const blocks = ([8, 16, 32, 64, 128] as const).map((resolution) => {
    const [cin, cout] = [WIDTH[(resolution / 2) as keyof typeof WIDTH], WIDTH[resolution]];
    return {
      up: styled(resolution, cin, cout, 'up'),
      same: styled(resolution, cout, cout),
      rgb: toRgb(cout),
    };
  });
  return {
    variables: [],
    dispose: () => tf.dispose(weights),
    apply(w) {
      let x = first.styled(tf.tile(constant, [w.shape[0], 1, 1, 1]), w);
      let image = first.rgb(x, w);
      for (const { up, same, rgb } of blocks) {
        x = same(up(x, w), w);
        image = tf.add(upsample2d(image), rgb(x, w));
      }
      return image;
    },
  };
}
