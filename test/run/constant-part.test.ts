import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadRegistry } from '../../runtime/registry.ts';
import { graphOf } from '../graph/toys.ts';
import { all, of, run, temporaryFolder } from './support.ts';

const registry = await loadRegistry();
const base = temporaryFolder();
let count = 0;

const size = 8;
const net = { type: 'network/coordinate-mlp', params: { size, features: 4, width: 8 } };
/** Two networks whose sum is to be an image, and an optimizer for each. */
const nodes = {
  target: { type: 'source/pattern', params: { size } },
  a: net,
  b: net,
  sum: { type: 'math/add', in: { a: 'a', b: 'b' } },
  error: { type: 'loss/mean-square', in: { a: 'sum', b: 'target' } },
  apart: { type: 'loss/mean-square', in: { a: 'b', b: 'target' } },
  both: { type: 'loss/weighted-sum', in: { losses: { error: 'error', apart: 'apart' } } },
  trainA: { type: 'optimizer/adam', in: { loss: 'both' }, params: { train: ['a'], lr: 0.01 } },
  trainB: { type: 'optimizer/adam', in: { loss: 'both' }, params: { train: ['b'], lr: 0.01 } },
  trainBoth: { type: 'optimizer/adam', in: { loss: 'both' }, params: { train: ['a', 'b'], lr: 0.01 } },
};

async function events(schedule: readonly object[]) {
  const graph = graphOf(registry, { formatVersion: 1, nodes, schedule });
  return all(run(graph, join(base, String(count++))));
}

type Events = Awaited<ReturnType<typeof events>>;

const names = (some: Events) => of(some, 'compiled').map(({ node }) => node);
const last = (some: Events) => of(some, 'pull').at(-1)?.values as Record<string, number>;

describe('what stays the same while a pull is repeated', () => {
  it('is computed once in an entry of the schedule, to the same numbers', async () => {
    const entry = (pull: string, times: number) => ({ pull, times });
    const repeat = (steps: readonly object[]) => [{ stage: 'round', repeat: 3, steps }];
    const once = await events(repeat([entry('trainA', 10), entry('trainB', 10)]));
    // entries that are too short for it
    const [a, b] = [entry('trainA', 5), entry('trainB', 5)];
    const always = await events(repeat([a, a, b, b]));
    expect(names(once).sort()).toEqual(['trainA', 'trainA, once', 'trainB', 'trainB, once']);
    expect(names(always).sort()).toEqual(['trainA', 'trainB']);
    for (const [name, value] of Object.entries(last(always))) expect(last(once)[name]).toBeCloseTo(value, 5);
    // the rounds did train both
    const seen = of(once, 'pull').map(({ values }) => values as Record<string, number>);
    expect(last(once).apart).not.toBeCloseTo(seen[0]?.apart as number, 3);
    expect(last(once).error).toBeLessThan(seen[0]?.error as number);
  });

  it('is nothing where all networks are trained, or by what accompanies the pull', async () => {
    expect(names(await events([{ pull: 'trainBoth', times: 10 }]))).toEqual(['trainBoth']);
    const also = [{ pull: 'trainB', every: 2 }];
    expect(names(await events([{ pull: 'trainA', times: 10, also }]))).toEqual(['trainA', 'trainB']);
  });

  it('is nothing where nothing would be left to repeat', async () => {
    const schedule = [{ pull: 'trainBoth' }, { pull: 'error', times: 10 }];
    expect(names(await events(schedule))).toEqual(['trainBoth', 'error']);
  });
});
