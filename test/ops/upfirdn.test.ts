import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../runtime/engine/index.ts';
import { type Padding, type UpfirdnOptions, upfirdn2d } from '../../runtime/ops/upfirdn.ts';
import { checkOperation, ENGINES } from './numeric.ts';

const shape = [2, 5, 4, 2] as const;

interface Case {
  readonly up: [number, number];
  readonly down: [number, number];
  readonly padding: readonly [number, number, number, number];
  readonly kernel: readonly (readonly number[])[];
}

/** Zero insertion, padding, true convolution, decimation, one after the other. */
function reference(x: Float64Array, { up, down, padding, kernel }: Case): Float64Array {
  const [B, H, W, C] = shape;
  const [top, bottom, left, right] = padding;
  const [kh, kw] = [kernel.length, kernel[0]?.length as number];
  const [rows, columns] = [H * up[0] + top + bottom, W * up[1] + left + right];
  const at = (b: number, y: number, z: number, c: number) => {
    const [i, j] = [(y - top) / up[0], (z - left) / up[1]];
    const inside = Number.isInteger(i) && Number.isInteger(j) && i >= 0 && i < H && j >= 0 && j < W;
    return inside ? (x[((b * H + i) * W + j) * C + c] as number) : 0;
  };
  const out: number[] = [];
  for (let b = 0; b < B; b++)
    for (let y = 0; y + kh <= rows; y += down[0])
      for (let z = 0; z + kw <= columns; z += down[1])
        for (let c = 0; c < C; c++) {
          let sum = 0;
          for (let u = 0; u < kh; u++)
            for (let v = 0; v < kw; v++)
              sum += at(b, y + u, z + v, c) * (kernel[kh - 1 - u]?.[kw - 1 - v] as number);
          out.push(sum);
        }
  return Float64Array.from(out);
}

const ASYMMETRIC = [
  [1, 2, -1],
  [0.5, 3, 0.25],
  [-2, 1, 0],
  [0.75, -0.5, 4],
];

describe.each(ENGINES)('upfirdn2d on %s', (engine) => {
  beforeAll(() => useEngine(engine));
  const cases: [string, Partial<Case>][] = [
    ['filters', {}],
    ['pads unevenly', { padding: [1, 2, 0, 3] }],
    ['crops', { padding: [-1, 0, 1, -1] }],
    ['pads beyond the kernel', { padding: [5, 0, 0, 4] }],
    ['upsamples', { up: [2, 2], padding: [2, 1, 2, 1] }],
    ['upsamples one axis', { up: [1, 3], padding: [1, 1, 2, 2] }],
    ['upsamples without padding', { up: [2, 3] }],
    ['upsamples and crops', { up: [2, 2], padding: [-1, 2, 1, -2] }],
    ['upsamples and pads beyond the kernel', { up: [2, 2], padding: [5, 0, 0, 6] }],
    ['upsamples by more than the kernel', { up: [4, 4], kernel: [[2, 1]], padding: [0, 0, 1, 0] }],
    ['downsamples', { down: [2, 2], padding: [1, 1, 1, 1] }],
    ['downsamples by a factor that does not divide', { down: [3, 2], padding: [2, 1, 0, 1] }],
    ['upsamples and downsamples', { up: [3, 2], down: [2, 3], padding: [2, 2, 1, 2] }],
  ];
  for (const [name, given] of cases) {
    it(`${name}, with gradients of both orders`, () => {
      const setup: Case = { up: [1, 1], down: [1, 1], padding: [0, 0, 0, 0], kernel: ASYMMETRIC, ...given };
      checkOperation({
        shapes: [shape],
        op: (x) => upfirdn2d(x as tf.Tensor4D, setup.kernel, setup),
        formula: (x) => reference(x as Float64Array, setup),
        second: true,
      });
    });
  }

  it('takes a row for its outer product, one padding for both axes, and a gain', () => {
    const options: UpfirdnOptions = { up: 2, padding: [2, 1], gain: 3 };
    const row = [1, 3, -2];
    const kernel = row.map((a) => row.map((b) => 3 * a * b));
    checkOperation({
      shapes: [shape],
      op: (x) => upfirdn2d(x as tf.Tensor4D, row, options),
      formula: (x) =>
        reference(x as Float64Array, { up: [2, 2], down: [1, 1], padding: [2, 1, 2, 1], kernel }),
    });
  });

  it('names what does not fit', () => {
    const x = tf.zeros<tf.Rank.R4>([1, 3, 3, 1]);
    expect(() => upfirdn2d(tf.zeros([3, 3]) as tf.Tensor as tf.Tensor4D, [1])).toThrow(
      'upfirdn2d: x has shape [3,3], expected rank 4 [B,H,W,C]',
    );
    expect(() => upfirdn2d(x, [1, 2, 3, 4])).toThrow(
      'upfirdn2d: x [1,3,3,1], kernel 4×4 and padding [0,0,0,0] leave no output',
    );
    expect(() => upfirdn2d(x, [[1, 2], [3]])).toThrow('kernel is [[1,2],[3]], expected finite taps');
    expect(() => upfirdn2d(x, [])).toThrow('kernel is [], expected finite taps');
    expect(() => upfirdn2d(x, [1], { up: 0 })).toThrow('up is 0, expected an integer of at least 1');
    const half: Padding = [0.5, 0];
    expect(() => upfirdn2d(x, [1], { padding: half })).toThrow('padding is [0.5,0], expected integers');
  });
});
