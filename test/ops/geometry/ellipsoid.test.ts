import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import { ELLIPSOID_FITS, ellipsoidDepth, maskRange } from '../../../runtime/ops/geometry/ellipsoid.ts';

beforeAll(() => tf.setBackend('cpu'));

function boxMask(size: number, [top, bottom, left, right]: [number, number, number, number]): tf.Tensor4D {
  const inside = (y: number, x: number) => y >= top && y <= bottom && x >= left && x <= right;
  const values = Array.from({ length: size * size }, (_, i) =>
    Number(inside(Math.floor(i / size), i % size)),
  );
  return tf.tensor4d(values, [1, size, size, 1]);
}

const numbers = (range: ReturnType<typeof maskRange>) =>
  [range.minY, range.maxY, range.minX, range.maxX].map((value) => value.dataSync()[0]);

describe('maskRange', () => {
  it('finds the outermost rows and columns', () => {
    expect(numbers(maskRange(boxMask(16, [2, 9, 4, 13])))).toEqual([2, 9, 4, 13]);
  });

  it('counts from the threshold on', () => {
    const mask = tf.tensor4d([0.69, 0.7, 0, 1], [1, 2, 2, 1]);
    expect(numbers(maskRange(mask))).toEqual([0, 1, 1, 1]);
    expect(numbers(maskRange(mask, { threshold: 0.5 }))).toEqual([0, 1, 0, 1]);
  });

  it('has no range for an empty mask', () => {
    expect(numbers(maskRange(tf.zeros([1, 4, 4, 1])))).toEqual([Infinity, -Infinity, Infinity, -Infinity]);
  });

  it('refuses a batch', () => {
    expect(() => maskRange(tf.ones([2, 4, 4, 1]))).toThrow(
      'maskRange: mask has shape [2,4,4,1], expected [1,H,W,1]',
    );
  });
});

describe('ellipsoidDepth', () => {
  it('is a cap from near to far over a centred mask', () => {
    // Rows and columns 4 to 12 of 16: the centre is pixel (8, 8), half the width is 4.
    const depth = ellipsoidDepth(boxMask(16, [4, 12, 4, 12]), { near: 0.91, far: 1.02, radius: 0.4 });
    const at = (y: number, x: number) => depth.dataSync()[y * 16 + x] as number;
    expect(at(8, 8)).toBeCloseTo(0.91, 6);
    expect(at(0, 0)).toBeCloseTo(1.02, 6);
    expect(at(8, 12)).toBeCloseTo(1.02, 6);
    // Halfway out on a sphere whose rim is at depth far: 0.4 − √(0.4² − (r/2)²) + 0.91.
    const rim = Math.sqrt(0.4 ** 2 - (0.4 - 0.11) ** 2);
    expect(at(8, 10)).toBeCloseTo(0.4 - Math.sqrt(0.16 - (rim / 2) ** 2) + 0.91, 6);
    expect(at(6, 8)).toBeCloseTo(at(8, 10), 6);
  });

  it('stretches rows by the ratio of height to width', () => {
    const depth = ellipsoidDepth(boxMask(16, [2, 14, 5, 11]), {});
    const at = (y: number, x: number) => depth.dataSync()[y * 16 + x] as number;
    expect(at(12, 8)).toBeCloseTo(at(8, 10), 6);
  });

  it('fits each category its own way', () => {
    const mask = boxMask(32, [10, 22, 10, 22]);
    const base = ellipsoidDepth(mask).dataSync();
    for (const fit of Object.values(ELLIPSOID_FITS)) {
      expect(ellipsoidDepth(mask, fit).dataSync()).not.toEqual(base);
    }
  });

  it('refuses a mask that is not square', () => {
    expect(() => ellipsoidDepth(tf.ones([1, 4, 6, 1]))).toThrow(
      'ellipsoidDepth: mask has shape [1,4,6,1], expected [1,4,4,1]',
    );
  });
});
