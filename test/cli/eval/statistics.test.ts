import { expect, it } from 'vitest';
import { missingResults } from '../../../cli/eval/evaluation.ts';
import { deviation, mean } from '../../../cli/eval/statistics.ts';
import { evaluationOf } from './sample.ts';

it('mean and sample deviation', () => {
  expect([mean([2, 4, 9]), mean([])]).toEqual([5, null]);
  // Squares 9, 1, 16 of the distances from 5, over 3 − 1.
  expect(deviation([2, 4, 9])).toBeCloseTo(Math.sqrt(13), 14);
  expect([deviation([7]), deviation([])]).toEqual([null, null]);
});

it('several seeds: over items of their means over seeds, and over seeds of their means over items', () => {
  const { summary } = evaluationOf([
    { a: [1, 10], b: [3, 20] },
    { a: [2, 10], b: [6, 20] },
    { a: [3, 10], b: [9, 20] },
  ]);
  // Items: a 2, b 6. Seeds: 2, 4, 6.
  expect(summary.SIDE).toEqual({ items: 2, mean: 4, overItems: Math.sqrt(8), overSeeds: 2 });
  expect(summary.MAD).toEqual({ items: 2, mean: 15, overItems: Math.sqrt(50), overSeeds: 0 });
});

it('what has no number is left out and told', () => {
  const evaluation = evaluationOf([
    { a: [1, 10], b: [null, 20], c: 'failed' },
    { a: [3, 10], b: [5, 40], c: 'failed' },
  ]);
  expect(evaluation.summary.SIDE).toMatchObject({ items: 2, mean: 3.5 });
  expect(evaluation.summary.MAD).toMatchObject({
    items: 2,
    mean: 20,
    overSeeds: expect.closeTo(Math.sqrt(50), 12),
  });
  expect(missingResults(evaluation)).toEqual([
    { item: 'b', seed: 0, reason: 'SIDE is not a number' },
    { item: 'c', seed: 0, reason: 'no picture [source-failed]' },
    { item: 'c', seed: 1, reason: 'no picture [source-failed]' },
  ]);
});
