import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { relightNode } from '../../../nodes/light/relight.ts';
import { useEngine } from '../../../runtime/engine/index.ts';
import type { NodeContext } from '../../../runtime/node.ts';
import { lightingFromVector } from '../../../runtime/ops/index.ts';

beforeAll(() => useEngine('cpu'));

describe('light/relight', () => {
  it('adds to the diffuse strength, takes off the ambient one, and gives the direction', () => {
    const { light } = relightNode.run({
      inputs: {
        light: tf.tensor2d([[0.2, 0.4, 9, 9]]),
        changes: tf.tensor2d([
          [0.3, -0.5, 0.25],
          [0, 0, -0.1],
        ]),
      },
      params: { ambientShare: -0.6 },
      context: undefined as unknown as NodeContext,
    });
    const { ambient, diffuse, direction } = lightingFromVector(light);
    // ambient 0.2/2 + 0.5 and diffuse 0.4/2 + 0.5 before the change
    const expected = { ambient: [0.6 - 0.15, 0.6 + 0.06], diffuse: [0.7 + 0.25, 0.7 - 0.1] };
    for (const [i, value] of expected.ambient.entries()) expect(ambient.dataSync()[i]).toBeCloseTo(value, 6);
    for (const [i, value] of expected.diffuse.entries()) expect(diffuse.dataSync()[i]).toBeCloseTo(value, 6);
    const length = Math.hypot(0.3, -0.5, 1);
    const wanted = [0.3 / length, -0.5 / length, 1 / length, 0, 0, 1];
    for (const [i, value] of wanted.entries()) expect(direction.dataSync()[i]).toBeCloseTo(value, 6);
  });
});
