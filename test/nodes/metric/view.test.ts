import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { viewMetric } from '../../../nodes/metric/view.ts';
import { useEngine } from '../../../runtime/engine/index.ts';

beforeAll(() => useEngine('cpu'));

const truth = [-0.4, -0.1, 0, 0.2, 0.3];

/** The metrics where yaws are seen as `see` says, and pitches are half the truth. */
function errorsOf(see: (yaw: number) => number) {
  const views = (of: (yaw: number) => readonly [number, number]) =>
    tf.tensor2d(truth.map((yaw) => [...of(yaw), 9, 9, 9, 9]));
  const outputs = viewMetric.run({
    inputs: { view: views((yaw) => [yaw / 2, see(yaw)]), truth: views((yaw) => [yaw, yaw]) },
    params: {},
    context: {} as never,
  });
  return Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => [name, value.dataSync()[0] as number]),
  );
}

it('a pose of its own is an error of views, not of their correlation', () => {
  const { yawError, yawCorrelation, yawSlope, pitchError, pitchCorrelation, pitchSlope } = errorsOf(
    (yaw) => yaw + 0.1,
  );
  expect(yawError).toBeCloseTo((0.1 * 180) / Math.PI, 4);
  expect([yawCorrelation, yawSlope, pitchCorrelation].map((x) => x?.toFixed(5))).toEqual([
    '1.00000',
    '1.00000',
    '1.00000',
  ]);
  expect(pitchSlope).toBeCloseTo(0.5, 5);
  expect(pitchError).toBeCloseTo((0.1 * 180) / Math.PI, 4);
});

it('turns that are not seen have slope and correlation 0, those of the other way −1', () => {
  expect(errorsOf(() => 0.3)).toMatchObject({ yawCorrelation: 0, yawSlope: 0 });
  const inverted = errorsOf((yaw) => -yaw);
  expect(inverted.yawCorrelation).toBeCloseTo(-1, 4);
  expect(inverted.yawSlope).toBeCloseTo(-1, 4);
});
