/** Kernels that move blocks of pixels between space, batch and channels. */
import * as tf from '@tensorflow/tfjs-core';
import type { Sym } from '../sym.ts';
import { type Call, defineKernels, relabel, reshape } from './define.ts';
import { pad, slice } from './shape.ts';

function spaceToBatch({ in: input, attrs }: Call): Sym {
  const x = input('x');
  const blocks = attrs.blockShape as number[];
  const inner = x.shape.length - 1 - blocks.length;
  const paddings: [number, number][] = [
    [0, 0],
    ...(attrs.paddings as [number, number][]),
    ...new Array<[number, number]>(inner).fill([0, 0]),
  ];
  const padded = pad(x, paddings);
  const shape = [...padded.shape];
  const b = tf.backend_util;
  const product = blocks.reduce((a, c) => a * c, 1);
  const split = reshape(padded, b.getReshaped(shape, blocks, product, false));
  const moved = relabel(split, b.getPermuted(split.shape.length, blocks.length, false));
  return reshape(moved, b.getReshapedPermuted(shape, blocks, product, false));
}

function batchToSpace({ in: input, attrs }: Call): Sym {
  const x = input('x');
  const blocks = attrs.blockShape as number[];
  const crops = attrs.crops as number[][];
  const product = blocks.reduce((a, c) => a * c, 1);
  const shape = [...x.shape];
  const b = tf.backend_util;
  const split = reshape(x, b.getReshaped(shape, blocks, product));
  const moved = relabel(split, b.getPermuted(split.shape.length, blocks.length));
  const whole = reshape(moved, b.getReshapedPermuted(shape, blocks, product));
  const begin = whole.shape.map((_, axis) => crops[axis - 1]?.[0] ?? 0);
  const end = whole.shape.map((extent, axis) => extent - (crops[axis - 1]?.[1] ?? 0));
  return slice(
    whole,
    begin,
    end,
    whole.shape.map(() => 1),
  );
}

function depthToSpace({ in: input, attrs }: Call): Sym {
  const block: number = attrs.blockSize;
  const nhwc = attrs.dataFormat === 'NCHW' ? relabel(input('x'), [0, 2, 3, 1]) : input('x');
  const [n, h, w, c] = nhwc.shape as [number, number, number, number];
  const split = reshape(nhwc, [n, h, w, block, block, c / (block * block)]);
  const out = reshape(relabel(split, [0, 1, 3, 2, 4, 5]), [n, h * block, w * block, c / (block * block)]);
  return attrs.dataFormat === 'NCHW' ? relabel(out, [0, 3, 1, 2]) : out;
}

defineKernels({
  SpaceToBatchND: spaceToBatch,
  BatchToSpaceND: batchToSpace,
  DepthToSpace: depthToSpace,
});
