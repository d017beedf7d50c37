import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { meanSquare } from '../../../nodes/loss/mean-square.ts';
import { psnr } from '../../../nodes/metric/psnr.ts';
import { useEngine as startEngine } from '../../../runtime/engine/index.ts';

it('the mean square difference and its ratio to the range', async () => {
  await startEngine('cpu');
  const a = tf.tensor([1, -1, 0, 0.5], [1, 2, 2, 1]);
  const b = tf.tensor([0, -1, 0.5, 0.5], [1, 2, 2, 1]);
  const call = { inputs: { a, b }, params: {}, context: {} as never };
  expect(meanSquare.run(call).loss.dataSync()[0]).toBeCloseTo(1.25 / 4, 6);
  expect(psnr.run(call).psnr.dataSync()[0]).toBeCloseTo(10 * Math.log10(4 / 0.3125), 4);
});
