import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { registerGradients } from '../../../runtime/engine/gradients/index.ts';
import { firstOrderError, type GradientCase, secondOrderError } from './finite-differences.ts';

beforeAll(async () => {
  registerGradients();
  await tf.setBackend('cpu');
});

type T4 = tf.Tensor4D;
const ints = (values: number[], shape?: number[]) => tf.tensor(values, shape, 'int32');
const smooth = { range: [0.3, 1.4] as const };

const reductions: GradientCase[] = [
  ...(
    [
      [undefined, false],
      [0, false],
      [1, true],
      [[0, 2], true],
      [[-1, 0], false],
      [-2, false],
    ] as const
  ).flatMap(([axis, keep]) => {
    const at = axis as number | number[] | undefined;
    const name = `axis ${String(axis)}${keep ? ', kept' : ''}`;
    return [
      { name: `sum, ${name}`, op: (x: tf.Tensor) => tf.sum(x, at, keep), shapes: [[2, 3, 2]] },
      { name: `mean, ${name}`, op: (x: tf.Tensor) => tf.mean(x, at, keep), shapes: [[2, 3, 2]] },
      {
        name: `max, ${name}`,
        op: (x: tf.Tensor) => tf.max(x, at, keep),
        shapes: [[2, 3, 2]],
        step: 1e-3,
        second: false,
      },
      {
        name: `min, ${name}`,
        op: (x: tf.Tensor) => tf.min(x, at, keep),
        shapes: [[2, 3, 2]],
        step: 1e-3,
        second: false,
      },
      {
        name: `prod, ${name}`,
        op: (x: tf.Tensor) => tf.prod(x, at as number, keep),
        shapes: [[2, 3, 2]],
        step: 4e-3,
        ...smooth,
      },
      { name: `logSumExp, ${name}`, op: (x: tf.Tensor) => tf.logSumExp(x, at, keep), shapes: [[2, 3, 2]] },
    ];
  }),
  { name: 'max, second', op: (x) => tf.max(tf.square(x as tf.Tensor), 1), shapes: [[2, 3]], step: 3e-3 },
  { name: 'moments', op: (x) => tf.moments(x as tf.Tensor, [0, 1]).variance, shapes: [[2, 3, 2]] },
  { name: 'norm', op: (x) => tf.norm(x as tf.Tensor, 'euclidean', 1), shapes: [[2, 3]] },
  ...[0, 1, 2].flatMap((axis) =>
    [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ].flatMap(([exclusive, reverse]) => [
      {
        name: `cumsum ${axis} ${exclusive} ${reverse}`,
        op: (x: tf.Tensor) => tf.cumsum(x, axis, exclusive, reverse),
        shapes: [[2, 2, 2]],
      },
      {
        name: `cumprod ${axis} ${exclusive} ${reverse}`,
        op: (x: tf.Tensor) => tf.cumprod(x, axis, exclusive, reverse),
        shapes: [[2, 2, 2]],
        ...smooth,
      },
    ]),
  ),
  { name: 'softmax', op: (x) => tf.softmax(x as tf.Tensor), shapes: [[2, 4]] },
  { name: 'logSoftmax', op: (x) => tf.logSoftmax(x as tf.Tensor), shapes: [[2, 4]] },
  { name: 'topk', op: (x) => tf.topk(tf.square(x as tf.Tensor), 2).values, shapes: [[2, 5]], step: 2e-3 },
];

const products: GradientCase[] = [
  ...[false, true].flatMap((ta) =>
    [false, true].flatMap((tb) =>
      (
        [
          [[], []],
          [[2], [2]],
          [[2], [1]],
          [[1], [2]],
          [[2], []],
          [[], [2]],
        ] as number[][][]
      ).map(([a = [], b = []]) => ({
        name: `matMul [${a}]${ta ? 'ᵀ' : ''} × [${b}]${tb ? 'ᵀ' : ''}`,
        op: (x: tf.Tensor, y: tf.Tensor) => tf.matMul(x, y, ta, tb),
        shapes: [
          [...a, ...(ta ? [3, 2] : [2, 3])],
          [...b, ...(tb ? [4, 3] : [3, 4])],
        ],
      })),
    ),
  ),
  ...(
    [
      ['ij,jk->ik', [2, 3], [3, 2]],
      ['bij,bjk->bik', [2, 2, 3], [2, 3, 2]],
      ['bi,bj->bij', [2, 3], [2, 2]],
      ['ij,jk->i', [2, 3], [3, 2]],
      ['bwc,cd->bwd', [1, 2, 3], [3, 2]],
    ] as [string, number[], number[]][]
  ).map(([equation, a, b]) => ({
    name: `einsum ${equation}`,
    op: (x: tf.Tensor, y: tf.Tensor) => tf.einsum(equation, x, y),
    shapes: [a, b],
  })),
  { name: 'einsum ijk->ki', op: (x) => tf.einsum('ijk->ki', x as tf.Tensor), shapes: [[2, 3, 2]] },
];

const strided =
  (begin: number[], end: number[], strides: number[], masks: number[] = []) =>
  (x: tf.Tensor) =>
    tf.stridedSlice(x, begin, end, strides, ...masks);

const shapes: GradientCase[] = [
  { name: 'reshape', op: (x) => tf.reshape(x, [3, 4]), shapes: [[2, 6]] },
  { name: 'transpose', op: (x) => tf.transpose(x, [2, 0, 1]), shapes: [[2, 3, 2]] },
  { name: 'slice', op: (x) => tf.slice(x, [1, 0], [1, 2]), shapes: [[3, 3]] },
  {
    name: 'pad',
    op: (x) =>
      tf.pad(
        x,
        [
          [1, 0],
          [0, 2],
        ],
        0.5,
      ),
    shapes: [[2, 2]],
  },
  {
    name: 'mirrorPad reflect',
    op: (x) =>
      tf.mirrorPad(
        x,
        [
          [2, 1],
          [0, 2],
        ],
        'reflect',
      ),
    shapes: [[3, 4]],
  },
  {
    name: 'mirrorPad symmetric',
    op: (x) =>
      tf.mirrorPad(
        x,
        [
          [2, 3],
          [1, 0],
        ],
        'symmetric',
      ),
    shapes: [[3, 2]],
  },
  {
    name: 'concat',
    op: (a, b) => tf.concat([a, b] as tf.Tensor[], 1),
    shapes: [
      [2, 1],
      [2, 3],
    ],
  },
  {
    name: 'stack',
    op: (a, b) => tf.stack([a, b] as tf.Tensor[], 1),
    shapes: [
      [2, 3],
      [2, 3],
    ],
  },
  { name: 'unstack, one used', op: (x) => tf.square(tf.unstack(x, 1)[1] as tf.Tensor), shapes: [[2, 3]] },
  { name: 'split, one part', op: (x) => tf.square(tf.split(x, 1, 1)[0] as tf.Tensor), shapes: [[2, 3]] },
  { name: 'split, one used', op: (x) => tf.square(tf.split(x, [1, 2], 1)[1] as tf.Tensor), shapes: [[2, 3]] },
  { name: 'reverse', op: (x) => tf.reverse(x, [0]), shapes: [[3, 2]] },
  { name: 'expandDims', op: (x) => tf.expandDims(x, 1), shapes: [[3, 2]] },
  { name: 'broadcastTo', op: (x) => tf.broadcastTo(x, [2, 3, 4]), shapes: [[3, 1]] },
  { name: 'tile, ranks', op: (x) => tf.tile(x, [2, 1, 3, 1, 2]), shapes: [[1, 2, 2, 1, 1]] },
  { name: 'tile, ones', op: (x) => tf.tile(x, [1, 1]), shapes: [[2, 2]] },
  { name: 'depthToSpace', op: (x) => tf.depthToSpace(x as T4, 2), shapes: [[2, 1, 2, 8]] },
  { name: 'flipLeftRight', op: (x) => tf.image.flipLeftRight(x as T4), shapes: [[1, 2, 3, 2]] },
  {
    name: 'spaceToBatchND',
    op: (x) =>
      tf.spaceToBatchND(
        x,
        [2, 2],
        [
          [0, 0],
          [0, 0],
        ],
      ),
    shapes: [[1, 2, 4, 1]],
  },
  { name: 'diag', op: (x) => tf.diag(x), shapes: [[3]] },
  { name: 'stridedSlice', op: strided([0, 1], [4, 5], [2, 3]), shapes: [[4, 5]] },
  { name: 'stridedSlice to the end', op: strided([1, 0], [5, 5], [2, 2]), shapes: [[5, 5]] },
  { name: 'stridedSlice backwards', op: strided([3, 4], [0, 0], [-2, -1]), shapes: [[4, 5]] },
  { name: 'stridedSlice, masks', op: strided([1, 1], [2, 2], [1, 2], [2, 1]), shapes: [[3, 5]] },
];

const indexing: GradientCase[] = [
  ...[0, 1, 2, -1].flatMap((axis) => [
    {
      name: `gather axis ${axis}`,
      op: (x: tf.Tensor) => tf.gather(x, ints([1, 0, 1, 1]), axis),
      shapes: [[2, 3, 2]],
    },
    {
      name: `gather axis ${axis}, indices of rank 2`,
      op: (x: tf.Tensor) => tf.gather(x, ints([1, 0, 1, 1, 0, 0], [3, 2]), axis),
      shapes: [[2, 3, 2]],
    },
  ]),
  {
    name: 'gather, batch 1, axis 1',
    op: (x) => tf.gather(x, ints([1, 0, 2, 2], [2, 2]), 1, 1),
    shapes: [[2, 3, 2]],
  },
  {
    name: 'gather, batch 1, axis 2',
    op: (x) => tf.gather(x, ints([1, 0, 1, 1], [2, 2]), 2, 1),
    shapes: [[2, 3, 2]],
  },
  {
    name: 'gather by computed indices',
    op: (x) => tf.gather(tf.square(x), tf.cast(tf.floor(tf.mul(x, 1.5)), 'int32') as tf.Tensor1D),
    shapes: [[4]],
    step: 1e-3,
    second: false,
  },
  { name: 'gatherND', op: (x) => tf.gatherND(x, ints([0, 1, 1, 2, 0, 1], [3, 2])), shapes: [[2, 3, 2]] },
  {
    name: 'scatterND, repeated',
    op: (x) => tf.scatterND(ints([1, 3, 1], [3, 1]), x, [4, 2]),
    shapes: [[3, 2]],
  },
  {
    name: 'tensorScatterUpdate',
    op: (x, u) => tf.tensorScatterUpdate(tf.add(x, 0), ints([1, 3], [2, 1]), u as tf.Tensor),
    shapes: [
      [4, 2],
      [2, 2],
    ],
  },
  {
    name: 'unsortedSegmentSum',
    op: (x) => tf.unsortedSegmentSum(x, ints([0, 2, 0]) as tf.Tensor1D, 3),
    shapes: [[3, 2]],
  },
];

const cases = [...reductions, ...products, ...shapes, ...indexing];

describe('array gradients against central differences', () => {
  it.each(cases)('$name, first order', (test) => {
    expect(firstOrderError(test)).toBeLessThan(2e-3);
  });
  it.each(cases.filter(({ second }) => second !== false))('$name, second order', (test) => {
    expect(secondOrderError(test)).toBeLessThan(4e-3);
  });
});

describe('array gradients at the edges', () => {
  it('is right for a product with zeros', () => {
    const dx = tf.grad((x: tf.Tensor) => tf.prod(x))(tf.tensor1d([2, 0, 3]));
    expect(Array.from(dx.dataSync())).toEqual([0, 6, 0]);
  });
  it('drops the gradient of negative segments', () => {
    const f = (x: tf.Tensor) => tf.sum(tf.unsortedSegmentSum(x, ints([1, -1]) as tf.Tensor1D, 2));
    expect(
      Array.from(
        tf
          .grad(f)(tf.tensor1d([5, 6]))
          .dataSync(),
      ),
    ).toEqual([1, 0]);
  });
  it('puts the gradient of a strided slice with new and shrunk axes in place', () => {
    const slice = strided([0, 1, 0], [0, 2, 4], [1, 1, 2], [0, 0, 0, 1, 2]);
    const dx = tf.grad(slice)(tf.ones([3, 4]), tf.tensor2d([[5, 7]]));
    expect(Array.from(dx.dataSync())).toEqual([0, 0, 0, 0, 5, 0, 7, 0, 0, 0, 0, 0]);
  });
  it('is zero where nothing was gathered', () => {
    const f = (x: tf.Tensor) => tf.sum(tf.gather(x, ints([], [0])));
    expect(
      Array.from(
        tf
          .grad(f)(tf.ones([2, 2]))
          .dataSync(),
      ),
    ).toEqual([0, 0, 0, 0]);
  });
  it('is empty for empty tensors', () => {
    for (const f of [
      tf.sum,
      tf.mean,
      (x: tf.Tensor) => tf.sum(tf.tile(x, [2, 1])),
      (x: tf.Tensor) => tf.sum(tf.slice(x, [0, 0], [0, 2])),
    ]) {
      expect(tf.grad((x: tf.Tensor) => f(x) as tf.Tensor)(tf.zeros([0, 3])).shape).toEqual([0, 3]);
    }
  });
});
