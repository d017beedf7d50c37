import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { compile } from '../../runtime/engine/compile.ts';
import { useEngine } from '../../runtime/engine/index.ts';
import { gridSample } from '../../runtime/ops/grid-sample.ts';
import { checkOperation, ENGINES, expectClose, noise, tensor } from './numeric.ts';

const [B, H, W, C, h, w] = [2, 5, 4, 3, 3, 4] as const;

/** grid_sample by its definition: a sum over all pixels of tent (or box) functions. */
function reference(
  mode: 'bilinear' | 'nearest',
  alignCorners: boolean,
  image: Float64Array,
  grid: Float64Array,
) {
  const out = new Float64Array(B * h * w * C);
  for (let p = 0; p < B * h * w; p++) {
    const b = Math.floor(p / (h * w));
    const [gx, gy] = [grid[2 * p] as number, grid[2 * p + 1] as number];
    const px = alignCorners ? ((gx + 1) / 2) * (W - 1) : ((gx + 1) * W - 1) / 2;
    const py = alignCorners ? ((gy + 1) / 2) * (H - 1) : ((gy + 1) * H - 1) / 2;
    for (let y = 0; y < H; y++) {
      for (let x = 0; x < W; x++) {
        const weight =
          mode === 'bilinear'
            ? Math.max(0, 1 - Math.abs(px - x)) * Math.max(0, 1 - Math.abs(py - y))
            : Number(Math.abs(px - x) < 0.5 && Math.abs(py - y) < 0.5);
        for (let c = 0; c < C; c++) {
          out[p * C + c] =
            (out[p * C + c] as number) + weight * (image[((b * H + y) * W + x) * C + c] as number);
        }
      }
    }
  }
  return out;
}

const shapes = [
  [B, H, W, C],
  [B, h, w, 2],
] as const;
const inputs = () => [noise(B * H * W * C, 1), noise(B * h * w * 2, 2).map((v) => 1.3 * v)];

describe.each(ENGINES)('gridSample on %s', (engine) => {
  beforeAll(() => useEngine(engine));
  for (const alignCorners of [true, false]) {
    it(`samples bilinearly with gradients of both orders, alignCorners ${alignCorners}`, () => {
      checkOperation({
        shapes,
        inputs: inputs(),
        op: (image, grid) => gridSample(image as tf.Tensor4D, grid as tf.Tensor4D, { alignCorners }),
        formula: (image, grid) =>
          reference('bilinear', alignCorners, image as Float64Array, grid as Float64Array),
        second: true,
      });
    });
    it(`samples the nearest pixel with a zero gradient by the grid, alignCorners ${alignCorners}`, () => {
      checkOperation({
        shapes,
        inputs: inputs(),
        op: (image, grid) =>
          gridSample(image as tf.Tensor4D, grid as tf.Tensor4D, { mode: 'nearest', alignCorners }),
        formula: (image, grid) =>
          reference('nearest', alignCorners, image as Float64Array, grid as Float64Array),
      });
    });
  }

  it('takes the right-hand derivative at a pixel centre, as PyTorch does', () => {
    const image = tf.tensor4d([0, 1, 5, 7, 9], [1, 1, 5, 1]);
    const grid = tf.tensor4d([0, 0], [1, 1, 1, 2]);
    const slope = tf.grad((g: tf.Tensor) => gridSample(image, g as tf.Tensor4D, { alignCorners: true }))(
      grid,
    );
    expectClose(slope.dataSync(), [(7 - 5) * 2, 0], 1e-5);
  });

  it('rounds half to even in the nearest mode', () => {
    const image = tf.tensor4d([10, 20, 30, 40], [1, 1, 4, 1]);
    const points = [0.5, 1.5, 2.5, -0.5].flatMap((x) => [(2 * (x + 0.5)) / 4 - 1, 0]);
    const out = gridSample(image, tf.tensor4d(points, [1, 1, 4, 2]), {
      mode: 'nearest',
      alignCorners: false,
    });
    expectClose(out.dataSync(), [10, 30, 30, 10]);
  });

  it('gives zeros for points at infinity and NaN for points that are not numbers', () => {
    const image = tf.ones<tf.Rank.R4>([1, 3, 3, 1]);
    const far = [Infinity, -Infinity, 1e30, -1e30, NaN, 0];
    const out = gridSample(image, tf.tensor4d(far, [1, 1, 3, 2]), { alignCorners: true }).dataSync();
    expect(Array.from(out)).toEqual([0, 0, NaN]);
  });

  it('compiles, the scatter of its gradient included', () => {
    const gradients = (image: tf.Tensor, grid: tf.Tensor) =>
      tf.grads((i: tf.Tensor, g: tf.Tensor) =>
        tf.square(gridSample(i as tf.Tensor4D, g as tf.Tensor4D, { alignCorners: true })),
      )([image, grid]);
    const tensors = inputs().map((data, i) => tensor(data, [...(shapes[i] as readonly number[])])) as [
      tf.Tensor,
      tf.Tensor,
    ];
    const expected = gradients(...tensors);
    const step = compile(gradients);
    for (let run = 0; run < 2; run++) {
      step(...tensors).forEach((gradient, i) => {
        expectClose(gradient.dataSync(), (expected[i] as tf.Tensor).dataSync(), 1e-6);
      });
    }
    step.dispose();
  });

  it('names what does not fit', () => {
    const grid = tf.zeros<tf.Rank.R4>([2, 4, 4, 2]);
    const image = tf.zeros<tf.Rank.R4>([1, 4, 4, 3]);
    const options = { alignCorners: true };
    expect(() => gridSample(tf.zeros([4, 4, 3]) as tf.Tensor as tf.Tensor4D, grid, options)).toThrow(
      'gridSample: image has shape [4,4,3], expected rank 4 [B,H,W,C]',
    );
    expect(() => gridSample(image, grid, options)).toThrow(
      'gridSample: grid [2,4,4,2] has 2 samples, image [1,4,4,3] has 1',
    );
    expect(() => gridSample(image, tensor(noise(48, 1), [1, 4, 4, 3]), options)).toThrow(
      'gridSample: grid [1,4,4,3] has points of 3 coordinates, expected 2',
    );
  });
});
