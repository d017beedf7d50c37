import { expect, it } from 'vitest';
import { fuzz } from './fuzz.ts';

// A million inputs by hand: npm run bench -- fuzz --count 1000000
it('reads 3,000 mutated files, or says what is wrong with them', async () => {
  const report = await fuzz({ inputs: 3000, seed: 4 });
  expect(report.accepted).toBeGreaterThan(100);
  expect(report.codes.size).toBeGreaterThan(12);
  // Time on the clock of a busy machine: a hang, not slowness, is what this would catch.
  expect(report.slowestMs).toBeLessThan(10_000);
}, 60_000);

it('gives the same files for the same seed', async () => {
  const [a, b] = [await fuzz({ inputs: 200, seed: 9 }), await fuzz({ inputs: 200, seed: 9 })];
  expect(Object.fromEntries(a.codes)).toEqual(Object.fromEntries(b.codes));
  expect(a.accepted).toBe(b.accepted);
});
