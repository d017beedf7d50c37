import * as tf from '@tensorflow/tfjs-core';
import { convNorm, convNormRelu } from './conv-norm.ts';
import { sequential } from './layers.ts';
import type { Module } from './scope.ts';

// Residual networks (He et al. 2016, "Deep Residual Learning for Image Recognition", figure 5), as torchvision names
// their weights.

export interface BlockOptions {
  readonly in: number;
  /** Channels inside the block. */
  readonly width: number;
  /** Default 1. */
  readonly stride?: number;
  /** Distance of the 3×3 filters' taps; default 1. */
  readonly dilation?: number;
}

/** Two 3×3 convolutions beside a shortcut; gives `width` channels. */
export function basicBlock({ in: inputs, width, stride = 1 }: BlockOptions): Module {
  return residual({ in: inputs, out: width, stride }, [
    convNormRelu({ in: inputs, out: width, kernel: 3, stride, padding: 1, names: ['conv1', 'bn1'] }),
    convNorm({ in: width, out: width, kernel: 3, padding: 1, names: ['conv2', 'bn2'] }),
  ]);
}

/** Convolutions of 1×1, 3×3 and 1×1 beside a shortcut; gives 4·width channels. */
export function bottleneck({ in: inputs, width, stride = 1, dilation = 1 }: BlockOptions): Module {
  const wide = { stride, dilation, padding: dilation };
  return residual({ in: inputs, out: 4 * width, stride }, [
    convNormRelu({ in: inputs, out: width, kernel: 1, names: ['conv1', 'bn1'] }),
    convNormRelu({ in: width, out: width, kernel: 3, ...wide, names: ['conv2', 'bn2'] }),
    convNorm({ in: width, out: 4 * width, kernel: 1, names: ['conv3', 'bn3'] }),
  ]);
}

/** The rectified sum of a branch and a shortcut, which is a 1×1 convolution where the shape changes. */
function residual(
  { in: inputs, out, stride }: { readonly in: number; readonly out: number; readonly stride: number },
  branch: readonly Module[],
): Module {
  const names = ['downsample.0', 'downsample.1'] as const;
  return (scope) => {
    const layers = branch.map((module) => module(scope));
    const shortcut =
      inputs !== out || stride !== 1
        ? convNorm({ in: inputs, out, kernel: 1, stride, names })(scope)
        : undefined;
    return (x) => {
      const changed = layers.reduce((y, layer) => layer(y), x);
      return tf.relu(tf.add(shortcut ? shortcut(x) : x, changed));
    };
  };
}

/** A stage of `count` blocks: the first changes the shape, the others keep it. */
export function stage(
  block: (options: BlockOptions) => Module,
  count: number,
  options: BlockOptions & { readonly out: number },
): Module {
  const rest = { ...options, in: options.out, stride: 1 };
  return sequential(Array.from({ length: count }, (_, i) => block(i === 0 ? options : rest)));
}
