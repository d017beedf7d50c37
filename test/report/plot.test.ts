import { describe, expect, it } from 'vitest';
import { Curve } from '../../runtime/report/curve.ts';
import { plot, ticks } from '../../runtime/report/plot.ts';
import { readStrictly } from './well-formed.ts';

function draw(values: readonly number[], { steps = values.length, stages = [0] as number[] } = {}): string {
  const curve = new Curve('loss <1>');
  for (const [i, value] of values.entries()) curve.add(i + 1, value);
  return plot(curve, { label: 'value', steps, stages }).text;
}

const ends = (svg: string) => [...svg.matchAll(/class="curve" d="M([\d.]+) ([\d.]+).*?L([\d.]+) ([\d.]+)"/g)];

describe('ticks', () => {
  it('are round', () => {
    expect(ticks(0, 1, 'linear').map(({ text }) => text)).toEqual(['0.0', '0.2', '0.4', '0.6', '0.8', '1.0']);
    expect(ticks(-3, 12, 'linear').map(({ value }) => value)).toEqual([0, 5, 10]);
    expect(ticks(0.0009, 2, 'log').map(({ text }) => text)).toEqual(['10⁻³', '10⁻²', '10⁻¹', '10⁰']);
    expect(ticks(0.3, 12, 'log').map(({ text }) => text)).toEqual(['0.5', '1', '2', '5', '10']);
    expect(ticks(1e-12, 1e12, 'log').length).toBeLessThanOrEqual(5);
  });
});

describe('plot', () => {
  it('draws falling values downwards, from the left to the right', () => {
    const [found] = ends(draw([4, 3, 2, 1]));
    const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = (found ?? []).slice(1).map(Number);
    expect(x1).toBe(332);
    expect(x0).toBe(122);
    expect(y1).toBeGreaterThan(y0);
    expect(y1).toBeLessThanOrEqual(154);
    expect(y0).toBeGreaterThanOrEqual(10);
  });

  it('labels its axes, says where they are logarithmic, and marks stages', () => {
    expect(draw([4, 1])).toMatch(/>pulls<.*>value</s);
    expect(draw([400, 1])).toContain('value, log scale');
    const marked = draw([4, 3, 2, 1], { stages: [0, 2] });
    expect(marked.match(/class="stage-start"/g)).toHaveLength(1);
    expect(draw([1, 2])).toContain('aria-label="loss &lt;1&gt;: from 1.000 to 2.000 in 2 pulls"');
  });

  it('leaves a gap where a stage had no values, and shows single values as dots', () => {
    const curve = new Curve('loss');
    for (const step of [1, 2, 9]) curve.add(step, step);
    const svg = plot(curve, { label: 'value', steps: 10, stages: [0, 3, 6] }).text;
    expect(svg.match(/class="curve"/g)).toHaveLength(2);
    expect(svg.match(/class="dot"/g)).toHaveLength(1);
  });

  it.each([
    ['nothing', []],
    ['one value', [1]],
    ['equal values', [2, 2, 2]],
    ['zeros', [0, 0]],
    ['not a number', [Number.NaN, 1, Number.POSITIVE_INFINITY]],
    ['tiny values', [1e-30, 1e-12, 1e-3]],
    ['large values', [-1e30, 1e30]],
    ['many values', Array.from({ length: 5000 }, (_, i) => Math.sin(i))],
  ])('draws %s without a number that is none', (_, values) => {
    const svg = draw(values);
    expect(svg).not.toMatch(/NaN|Infinity/);
    expect(svg.length).toBeLessThan(16_000);
    readStrictly(`<!doctype html>${svg}`);
  });
});
