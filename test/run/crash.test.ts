import { join } from 'node:path';
import { expect, it } from 'vitest';
import { differenceOf, live, outcomeOf } from './crashes.ts';
import { temporaryFolder } from './support.ts';

const base = temporaryFolder();
const PULLS = 150;
const KILLS = 5;

it('a run that is killed again and again ends with the same bytes', { timeout: 300_000 }, async () => {
  const whole = join(base, 'whole');
  const { milliseconds } = await live(whole, PULLS);
  const expected = outcomeOf(whole);
  const folder = join(base, 'killed');
  let kills = 0;
  for (let i = 0; i < KILLS; i++) {
    // moments all over the run, and more of them early, where there may be no checkpoint yet
    const { killed } = await live(folder, PULLS, Math.random() * milliseconds * 0.5);
    if (!killed) break;
    kills++;
  }
  await live(folder, PULLS);
  expect(differenceOf(expected, outcomeOf(folder))).toBeUndefined();
  expect(kills).toBeGreaterThan(0);
});
