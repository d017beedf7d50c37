import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { registerGradients } from '../../../runtime/engine/gradients/index.ts';
import { firstOrderError, type GradientCase, secondOrderError } from './finite-differences.ts';

beforeAll(async () => {
  registerGradients();
  await tf.setBackend('cpu');
});

type T3 = tf.Tensor3D;
type T4 = tf.Tensor4D;
type T5 = tf.Tensor5D;
type Pad = 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;

const uneven: Pad = [
  [0, 0],
  [1, 0],
  [2, 1],
  [0, 0],
];

const convolutions: GradientCase[] = (
  [
    ['valid', 1, 1],
    ['same', 1, 1],
    ['same', 2, 1],
    ['valid', 2, 1],
    ['same', [2, 1], 1],
    [1, 1, 1],
    [uneven, 1, 1],
    [uneven, 2, 1],
    ['same', 1, 2],
    ['valid', 1, [1, 2]],
    [3, 1, 2],
    [uneven, 1, 2],
  ] as [Pad, number | [number, number], number | [number, number]][]
).flatMap(([pad, strides, dilations]) => {
  const how = `pad ${String(pad)}, stride ${strides}, dilation ${dilations}`;
  return [
    {
      name: `conv2d, ${how}`,
      op: (x: tf.Tensor, w: tf.Tensor) => tf.conv2d(x as T4, w as T4, strides, pad, 'NHWC', dilations),
      shapes: [
        [2, 5, 4, 2],
        [2, 2, 2, 2],
      ],
    },
    ...(typeof strides === 'number'
      ? [
          {
            name: `depthwiseConv2d, ${how}`,
            op: (x: tf.Tensor, w: tf.Tensor) =>
              tf.depthwiseConv2d(x as T4, w as T4, strides, pad, 'NHWC', dilations),
            shapes: [
              [2, 5, 4, 2],
              [2, 2, 2, 2],
            ],
          },
        ]
      : []),
  ];
});

const others: GradientCase[] = [
  ...([1, 2] as const).flatMap((strides) => [
    {
      name: `conv2dTranspose, stride ${strides}`,
      op: (x: tf.Tensor, w: tf.Tensor) =>
        tf.conv2dTranspose(x as T4, w as T4, [1, 3 * strides, 2 * strides, 2], strides, 'same'),
      shapes: [
        [1, 3, 2, 2],
        [3, 3, 2, 2],
      ],
    },
  ]),
  {
    name: 'conv2d, rank 3, floor',
    op: (x, w) => tf.conv2d(x as T3, w as T4, 2, 0, 'NHWC', 1, 'floor'),
    shapes: [
      [4, 5, 1],
      [3, 3, 1, 2],
    ],
  },
  {
    name: 'conv2d, NCHW, dilated',
    op: (x, w) => tf.conv2d(x as T4, w as T4, 1, 'same', 'NCHW', 2),
    shapes: [
      [1, 2, 4, 5],
      [2, 3, 2, 2],
    ],
  },
  {
    name: 'separableConv2d',
    op: (x, d, p) => tf.separableConv2d(x as T4, d as T4, p as T4, 1, 'same'),
    shapes: [
      [1, 3, 3, 2],
      [2, 2, 2, 1],
      [1, 1, 2, 3],
    ],
  },
  {
    name: 'conv3d',
    op: (x, w) => tf.conv3d(x as T5, w as T5, 1, 'same'),
    shapes: [
      [1, 2, 3, 2, 1],
      [2, 2, 2, 1, 2],
    ],
  },
  ...(
    [
      [2, 2, 'valid'],
      [2, 2, 'same'],
      [3, 2, 'same'],
      [3, 1, 'same'],
      [3, 2, 1],
      [2, 3, 'valid'],
    ] as [number | [number, number], number | [number, number], 'valid' | 'same' | number][]
  ).flatMap(([window, stride, pad]) => [
    {
      name: `avgPool ${window}, stride ${stride}, ${pad}`,
      op: (x: tf.Tensor) => tf.avgPool(x as T4, window, stride, pad),
      shapes: [[2, 4, 6, 2]],
    },
    {
      name: `maxPool ${window}, stride ${stride}, ${pad}`,
      op: (x: tf.Tensor) => tf.maxPool(x as T4, window, stride, pad),
      shapes: [[1, 4, 6, 1]],
      step: 2e-3,
    },
  ]),
  {
    name: 'avgPool, explicit padding',
    op: (x) => tf.avgPool(x as T4, 3, 1, uneven as unknown as number),
    shapes: [[1, 4, 3, 2]],
  },
  { name: 'avgPool, odd', op: (x) => tf.avgPool(x as T4, 2, 2, 'same'), shapes: [[1, 5, 3, 2]] },
  { name: 'avgPool, ceil', op: (x) => tf.avgPool(x as T4, 2, 2, 0, 'ceil'), shapes: [[1, 5, 5, 1]] },
  { name: 'avgPool3d', op: (x) => tf.avgPool3d(x as T5, 2, 1, 'same'), shapes: [[1, 2, 3, 2, 1]] },
  { name: 'avgPool3d, tiling', op: (x) => tf.avgPool3d(x as T5, 2, 2, 'valid'), shapes: [[1, 2, 4, 2, 1]] },
  {
    name: 'maxPool3d',
    op: (x) => tf.maxPool3d(x as T5, 2, 1, 'valid'),
    shapes: [[1, 2, 3, 3, 1]],
    step: 2e-3,
    second: false,
  },
  {
    name: 'maxPoolWithArgmax',
    op: (x) => tf.maxPoolWithArgmax(x as T4, 2, 2, 'same').result as tf.Tensor,
    shapes: [[2, 4, 5, 1]],
    step: 2e-3,
  },
  ...[false, true].flatMap((corners) =>
    [false, true]
      .filter((half) => !(corners && half))
      .flatMap((half) =>
        (
          [
            [6, 4],
            [3, 5],
            [2, 1],
            [7, 2],
          ] as [number, number][]
        ).flatMap((size) => [
          {
            name: `resizeBilinear ${size}, ${corners ? 'corners' : half ? 'half pixels' : 'plain'}`,
            op: (x: tf.Tensor) => tf.image.resizeBilinear(x as T4, size, corners, half),
            shapes: [[2, 3, 2, 2]],
          },
          {
            name: `resizeNearestNeighbor ${size}, ${corners ? 'corners' : half ? 'half pixels' : 'plain'}`,
            op: (x: tf.Tensor) => tf.image.resizeNearestNeighbor(x as T4, size, corners, half),
            shapes: [[2, 3, 2, 2]],
          },
        ]),
      ),
  ),
  ...[0, 1, 2, 3].map((given) => ({
    name: `batchNorm, ${['bare', 'offset', 'scale', 'offset and scale'][given]}`,
    op: (x: tf.Tensor, m: tf.Tensor, v: tf.Tensor, o: tf.Tensor, s: tf.Tensor) => {
      const offset = given & 1 ? (o as tf.Tensor1D) : undefined;
      const scale = given & 2 ? (s as tf.Tensor1D) : undefined;
      const y = tf.batchNorm(x, m as tf.Tensor1D, v as tf.Tensor1D, offset, scale, 0.1);
      // All inputs must reach the result.
      return tf.add(y, tf.mul(0, tf.add(o, s)));
    },
    shapes: [[2, 2, 3, 2], [2], [2], [2], [2]],
  })),
  {
    name: 'batchNorm of its own statistics',
    op: (x) => {
      const { mean, variance } = tf.moments(x as tf.Tensor, [0, 1]);
      return tf.batchNorm(
        x as tf.Tensor,
        mean as tf.Tensor1D,
        variance as tf.Tensor1D,
        undefined,
        undefined,
        0.1,
      );
    },
    shapes: [[4, 2, 2]],
  },
  {
    name: 'batchNorm by full-size statistics',
    op: (x, m, v) => tf.batchNorm2d(x as tf.Tensor2D, m as tf.Tensor2D, v as tf.Tensor2D),
    shapes: [
      [2, 3],
      [2, 3],
      [2, 3],
    ],
  },
  {
    name: 'localResponseNormalization',
    op: (x) => tf.localResponseNormalization(x as T4, 1),
    shapes: [[1, 1, 2, 4]],
    second: false,
  },
];

const cases = [...convolutions, ...others];

describe('image gradients against central differences', () => {
  it.each(cases)('$name, first order', (test) => {
    expect(firstOrderError(test)).toBeLessThan(2e-3);
  });
  it.each(cases.filter(({ second }) => second !== false))('$name, second order', (test) => {
    expect(secondOrderError(test)).toBeLessThan(4e-3);
  });
});

describe('gradient penalties', () => {
  it('trains a small discriminator by its R1 penalty', () => {
    const x = tf.tensor4d(
      Array.from({ length: 32 }, (_, i) => Math.sin(i)),
      [2, 4, 4, 1],
    );
    const penalty = (w: tf.Tensor, u: tf.Tensor) => {
      const score = (image: tf.Tensor) => {
        const h = tf.leakyRelu(tf.conv2d(image as T4, w as T4, 1, 'same'), 0.2);
        const pooled = tf.avgPool(tf.tanh(h) as T4, 2, 2, 'same');
        return tf.sum(tf.softplus(tf.matMul(tf.reshape(pooled, [2, 8]), u)));
      };
      return tf.sum(tf.square(tf.grad(score)(x)));
    };
    const test: GradientCase = {
      name: 'R1',
      op: penalty as GradientCase['op'],
      shapes: [
        [3, 3, 1, 2],
        [8, 1],
      ],
      range: [-0.5, 0.5],
      step: 3e-3,
    };
    expect(firstOrderError(test)).toBeLessThan(2e-3);
  });
});
