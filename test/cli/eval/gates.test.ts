import { describe, expect, it } from 'vitest';
import { checkGates, judge } from '../../../cli/eval/gates.ts';
import { evaluationOf } from './sample.ts';

const CORRELATION = [
  { name: 'SIDE', better: 'lower' },
  { name: 'correlation', better: 'higher' },
] as const;
const found = evaluationOf([{ a: [0.008, 15], b: [0.01, 17] }]);
const plan = {
  metrics: { names: ['SIDE', 'MAD'], open: false },
  items: ['a', 'b'],
  options: { graph: 'faces.json' },
};

describe('limits', () => {
  it('hold up to the limit, and say by how much they are missed, all of them', () => {
    expect(judge({ maxSide: 0.9, maxMad: 16 }, found).gates.map(({ held }) => held)).toEqual([true, true]);
    const { gates } = judge({ maxSide: 0.8, maxMad: 12.8 }, found);
    expect(gates.map(({ held, text }) => [held, text])).toEqual([
      [false, 'SIDE ×10² at most 0.800: is 0.900; missed by 0.100, 13 %'],
      [false, 'MAD ° at most 12.80: is 16.00; missed by 3.20, 25 %'],
    ]);
    expect(gates[0]).toMatchObject({ metric: 'SIDE', limit: 0.8, found: expect.closeTo(0.9, 10) });
  });

  it('show a miss that is smaller than the digits of the table', () => {
    const [gate] = judge({ maxSide: 0.8999 }, found).gates;
    expect(gate?.text).toBe('SIDE ×10² at most 0.8999: is 0.9; missed by 0.0001, 0.011 %');
  });

  it('do not hold where items have no result', () => {
    const lacking = evaluationOf([{ a: [0.001, 1], b: 'failed', c: [null, 1] }]);
    expect(judge({ maxSide: 0.9 }, lacking).gates).toMatchObject([
      { held: false, text: expect.stringContaining('is 0.100; cannot hold without the results of 2 items') },
    ]);
    expect(judge({ maxSide: 0.9 }, evaluationOf([{ a: 'failed' }])).gates).toMatchObject([
      { held: false, found: null, text: expect.stringContaining('there is no number') },
    ]);
  });
});

describe('baselines', () => {
  it('hold within the tolerance, 5 % where none is given', () => {
    const better = evaluationOf([{ a: [0.0077, 15], b: [0.0096, 17] }]);
    const { gates } = judge({ baseline: better }, found);
    expect(gates.map(({ metric, held }) => [metric, held])).toEqual([
      ['SIDE', true],
      ['MAD', true],
    ]);
    expect(judge({ baseline: better, tolerance: 0.01 }, found).gates[0]).toMatchObject({
      held: false,
      text: 'SIDE ×10² at most 0.874 (the baseline has 0.865, tolerance 1 %): is 0.900; missed by 0.026, 3 %',
    });
    expect(judge({ baseline: found, tolerance: 0 }, found).gates.every(({ held }) => held)).toBe(true);
  });

  it('knows that more correlation is better', () => {
    const before = evaluationOf([{ a: [0.01, 0.8] }], CORRELATION);
    const less = evaluationOf([{ a: [0.001, 0.7] }], CORRELATION);
    const more = evaluationOf([{ a: [0.001, 0.9] }], CORRELATION);
    expect(judge({ baseline: before }, less).gates.map(({ held }) => held)).toEqual([true, false]);
    expect(judge({ baseline: before }, less).gates[1]?.gate).toBe(
      'correlation at least 0.760 (the baseline has 0.800, tolerance 5 %)',
    );
    expect(judge({ baseline: before }, more).gates.every(({ held }) => held)).toBe(true);
  });

  it('compares the items that both have, and names the others', () => {
    const baseline = evaluationOf([{ b: [0.01, 17], c: [0.5, 90] }]);
    const { gates, notes } = judge({ baseline }, found);
    expect(gates).toMatchObject([
      { held: true, found: 1 },
      { held: true, found: 17 },
    ]);
    expect(notes).toEqual([
      'Items that only the baseline has, not compared: c.',
      'Items that the baseline does not have, not compared: a.',
    ]);
  });
});

describe('what cannot be a gate is refused before any run', () => {
  const bad = (options: Parameters<typeof checkGates>[0], part: Partial<typeof plan> = {}) => {
    try {
      checkGates(options, { ...plan, ...part });
    } catch (cause) {
      return cause instanceof Error && 'hint' in cause ? `${cause.message} ${cause.hint}` : String(cause);
    }
    return undefined;
  };

  it('names what the graph reports instead', () => {
    const metrics = { names: ['psnr'], open: false };
    expect(bad({ maxMad: 10 }, { metrics })).toBe(
      '--max-mad: faces.json does not report MAD It reports psnr.',
    );
    expect(bad({ baseline: found }, { metrics })).toContain('The baseline has SIDE, MAD, which faces.json');
    expect(bad({ maxMad: 10 }, { metrics: { names: [], open: true } })).toBeUndefined();
    expect(bad({ maxSide: 1, maxMad: 10, baseline: found, tolerance: 0 })).toBeUndefined();
  });

  it('checks numbers and items', () => {
    expect(bad({ maxSide: -1 })).toContain('--max-side is -1, expected 0 or more');
    expect(bad({ baseline: found, tolerance: -0.1 })).toContain('--tolerance is -0.1');
    expect(bad({ tolerance: 0.1 })).toContain('there is none Give --baseline FILE.');
    expect(bad({ baseline: found }, { items: ['x'] })).toContain('none of the 1 items It has a, b;');
  });
});
