import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { offset } from '../../../nodes/shape/offset.ts';
import { useEngine } from '../../../runtime/engine/index.ts';
import type { NetworkContext } from '../../../runtime/node.ts';
import { createCamera, normalsFromDepth } from '../../../runtime/ops/index.ts';
import { loadRegistry } from '../../../runtime/registry.ts';
import { graphOf } from '../../graph/toys.ts';
import { expectClose } from '../../ops/numeric.ts';

beforeAll(() => useEngine('cpu'));

const S = 9;
const base = tf.ones<tf.Rank.R3>([1, S, S]);

function found(weight: tf.Tensor) {
  const weights: NetworkContext['weights'] = {
    get(_, { shape, init }) {
      expect(shape).toEqual([1, S, S]);
      expect(init(shape, {} as never).every((value) => value === 0)).toBe(true);
      return weight;
    },
  };
  const context = { weights } as unknown as NetworkContext;
  return offset.run({ inputs: { base }, params: { fov: 10, size: S }, context });
}

describe('shape/offset', () => {
  it('begins as its base', () => {
    expectClose(found(tf.zeros([1, S, S])).depth.dataSync(), base.dataSync());
  });

  it('counts in pixels: neighbours that differ by one make a slope of 45 degrees', () => {
    const ramp = tf.tensor3d([Array.from({ length: S }, () => Array.from({ length: S }, (_, x) => x - 4))]);
    const { depth, offset } = found(ramp);
    const normals = normalsFromDepth(depth, createCamera({ size: S, fov: 10 })).arraySync() as number[][][][];
    const [x = 0, y = 0, z = 0] = normals[0]?.[4]?.[4] ?? [];
    expect((Math.atan2(Math.hypot(x, y), z) * 180) / Math.PI).toBeCloseTo(45, 0);
    expectClose(offset.dataSync(), ramp.dataSync());
  });

  it('may stay untrained, as it is its base then', async () => {
    const graph = graphOf(await loadRegistry(), {
      formatVersion: 1,
      nodes: {
        base: { type: 'source/constant', params: { shape: [1, S, S], value: 1 } },
        found: { type: 'shape/offset', in: { base: 'base' }, params: { size: S } },
        map: { type: 'sink/depth', in: { depth: 'found.depth' } },
      },
      schedule: [{ pull: 'map' }],
    });
    expect(graph.nodes.get('found')?.role).toBe('network');
  });
});
