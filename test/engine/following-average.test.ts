import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { compile, FollowingAverage, useEngine } from '../../runtime/engine/index.ts';
import { ENGINES, expectClose } from '../ops/numeric.ts';

describe.each(ENGINES)('a following average on %s', (engine) => {
  beforeAll(() => useEngine(engine));
  const name = (text: string) => `${engine}-${text}`;

  it('begins as a copy, and then follows with a half-life that grows', () => {
    const value = tf.variable(tf.tensor1d([1, -2, 3]), true, name('net/w'));
    const average = tf.variable(tf.tensor1d([7, 7, 7]), true, name('average/w'));
    const rule = new FollowingAverage({
      source: (own) => own.replace('average', 'net'),
      halfLife: 2,
      rampUp: 0.5,
    });
    rule.prepare([average]);
    const step = compile(() => {
      rule.applyGradients();
      return [];
    });
    let expected = [7, 7, 7];
    for (let update = 0; update < 8; update++) {
      const decay = 0.5 ** (1 / Math.min(2, 0.5 * update));
      const now = [1, -2, 3].map((x) => x * (update + 1));
      value.assign(tf.tensor1d(now));
      expected = expected.map((x, i) => decay * x + (1 - decay) * (now[i] as number));
      expect(rule.decay).toBeCloseTo(decay, 12);
      step();
      expectClose(average.dataSync(), expected);
    }
    expect(rule.updates).toBe(8);
    step.dispose();
    for (const variable of [value, average]) variable.dispose();
  });

  it('says what it has nothing to follow', () => {
    const value = tf.variable(tf.zeros([2]), true, name('other/w'));
    const average = tf.variable(tf.zeros([3]), true, name('its/w'));
    const following = (source: string) =>
      new FollowingAverage({ source: () => name(source), halfLife: 1, rampUp: 1 });
    expect(() => following('other/w').prepare([average])).toThrow(
      /its\/w \[3\] follows .*other\/w, which has/,
    );
    expect(() => following('nothing/w').prepare([average])).toThrow(/nothing\/w, which does not exist/);
    for (const variable of [value, average]) variable.dispose();
  });
});
