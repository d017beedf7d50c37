import type { Graph } from '../../runtime/graph/index.ts';
import type { Registry } from '../../runtime/registry.ts';
import { graphOf } from '../graph/toys.ts';

/** Everything that a run has to remember: random batches, momentum, states, buffers, stages, two optimizers. */
export function everything(registry: Registry, times = 40): Graph {
  return graphOf(registry, {
    formatVersion: 1,
    settings: { lr: 0.05 },
    nodes: {
      data: { type: 'toy/batch', params: { noise: 0.1 } },
      host: { type: 'toy/noise', params: { rows: 8 } },
      mixed: { type: 'toy/add', in: { a: 'data.x', b: 'host' } },
      net: { type: 'toy/linear', in: { x: 'mixed' } },
      error: { type: 'toy/square-error', in: { a: 'net', b: 'data.y' } },
      mean: { type: 'toy/mean', in: { x: 'error' } },
      first: { type: 'toy/sgd', in: { loss: 'error' }, params: { train: ['net'], lr: '$lr', momentum: 0.5 } },
      kept: { type: 'toy/replay', in: { x: 'net' } },
      other: { type: 'toy/linear', in: { x: 'mixed' } },
      distance: { type: 'toy/square-error', in: { a: 'other', b: 'kept' } },
      second: { type: 'toy/sgd', in: { loss: 'distance' }, params: { train: ['other'], lr: '$lr' } },
      rec: { type: 'toy/record', in: { x: 'mean' } },
    },
    schedule: [
      { pull: 'kept' },
      {
        stage: 'round',
        repeat: 2,
        steps: [
          { pull: 'first', times, also: [{ pull: 'rec', every: 1 }] },
          { pull: 'kept', times: 3 },
          { pull: 'second', times },
        ],
      },
      {
        stage: 'slow',
        settings: { lr: 0.01 },
        steps: [{ pull: ['first', 'second'], times, also: [{ pull: 'rec', every: 1 }] }],
      },
    ],
  });
}
