import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { adam, ramp } from '../../../nodes/optimizer/adam.ts';
import { useEngine } from '../../../runtime/engine/index.ts';
import { checkGraph, InvalidGraph, loadDocument } from '../../../runtime/graph/index.ts';
import { loadRegistry } from '../../../runtime/registry.ts';
import { Pulls } from '../../../runtime/run/pulls.ts';

const registry = await loadRegistry();
beforeAll(() => useEngine('cpu'));

/** A run of a small network that is trained in two entries of the schedule. */
function training(restart: boolean) {
  const document = {
    formatVersion: 1,
    nodes: {
      target: { type: 'source/pattern', params: { size: 4 } },
      net: { type: 'network/coordinate-mlp', params: { size: 4, features: 2, width: 3, layers: 1 } },
      error: { type: 'loss/mean-square', in: { a: 'net', b: 'target' } },
      train: { type: 'optimizer/adam', in: { loss: 'error' }, params: { train: ['net'], restart } },
    },
    schedule: [
      { pull: 'train', times: 3 },
      { pull: 'train', times: 2 },
    ],
  };
  const checked = checkGraph(loadDocument(document), registry);
  if (!checked.graph) throw new InvalidGraph(checked.errors);
  const { graph } = checked;
  const pulls = new Pulls({ graph, seed: 1, resolve: (path) => path, onCompiled() {}, onProfiled() {} });
  const item = { index: 0, name: 'all' };
  pulls.sources.goThrough([item]);
  let evaluations = 0;
  const entry = async (index: number) => {
    const step = graph.schedule[index];
    if (!step) throw new Error(`there is no entry ${index}`);
    pulls.beginEntry(step);
    const before = pulls.optimizers.updates().train ?? 0;
    const moments = [...pulls.optimizers.saved()].flatMap(([name]) => [
      ...(tf.engine().registeredVariables[name]?.dataSync() ?? []),
    ]);
    for (let i = 0; i < step.times; i++) {
      await pulls.pull(pulls.plan.pull(step.pull), step, { item, place: 0, evaluations: evaluations++ });
    }
    return { before, moments, after: pulls.optimizers.updates().train };
  };
  return { entry, dispose: () => pulls.dispose() };
}

describe('optimizer/adam', () => {
  it('goes on from one entry of the schedule to the next', async () => {
    const run = training(false);
    expect(await run.entry(0)).toMatchObject({ before: 0, after: 3 });
    const second = await run.entry(1);
    expect(second).toMatchObject({ before: 3, after: 5 });
    expect(second.moments.some((value) => value !== 0)).toBe(true);
    run.dispose();
  });

  it('begins anew with every entry where it is to restart', async () => {
    const run = training(true);
    expect(await run.entry(0)).toMatchObject({ before: 0, after: 3 });
    const second = await run.entry(1);
    expect(second).toMatchObject({ before: 0, after: 2 });
    expect(second.moments.length).toBeGreaterThan(0);
    expect(second.moments.every((value) => value === 0)).toBe(true);
    run.dispose();
  });
});

describe('the step size of optimizer/adam', () => {
  const shares = { steps: 100, rampUp: 0.05, rampDown: 0.25 };

  it('rises linearly, stays, and falls as half a cosine', () => {
    expect(ramp(0, shares)).toBeCloseTo(0.1, 12);
    expect(ramp(2, shares)).toBeCloseTo(0.5, 12);
    expect(ramp(5, shares)).toBe(1);
    expect(ramp(74, shares)).toBe(1);
    expect(ramp(87, shares)).toBeCloseTo(0.5, 12);
    expect(ramp(99, shares)).toBeCloseTo(0.5 - 0.5 * Math.cos(0.02 * Math.PI), 12);
    expect(ramp(100, shares)).toBe(0);
    expect(ramp(5000, shares)).toBe(0);
  });

  it('stays where a ramp has no share', () => {
    expect(ramp(0, { ...shares, rampUp: 0 })).toBe(1);
    expect(ramp(99, { ...shares, rampDown: 0 })).toBe(1);
  });

  it('is what a weight moves by', async () => {
    const start = {
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 0,
      weightDecay: 0,
      epsilonPlacement: 'after',
    } as const;
    const params = { ...start, train: [], lr: 0.01, restart: false, ...shares };
    const weight = tf.variable(tf.tensor1d([1]), true, 'ramped');
    const optimizer = adam.create({ params, name: 'ramp' });
    let before = 1;
    for (let update = 0; update < 8; update++) {
      optimizer.applyGradients({ ramped: tf.tensor1d([2]) });
      const now = weight.dataSync()[0] as number;
      // the gradient is always the same: Adam moves by the step size
      expect(before - now).toBeCloseTo(0.01 * ramp(update, shares), 5);
      before = now;
    }
    optimizer.configure({ ...params, steps: 0 });
    optimizer.applyGradients({ ramped: tf.tensor1d([2]) });
    expect(before - (weight.dataSync()[0] as number)).toBeCloseTo(0.01, 5);
    optimizer.dispose();
    weight.dispose();
  });
});
