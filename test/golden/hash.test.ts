import { describe, expect, it } from 'vitest';
import { fmix32, hashUniform, hashUnit, noteFill } from './hash.ts';

describe('fmix32', () => {
  it('gives the stated test vectors', () => {
    expect([0, 1, 0x9e3779b9].map(fmix32)).toEqual([0, 1364076727, 2462723854]);
    expect(hashUnit(0, 0)).toBeCloseTo(0.57339, 4);
  });
});

describe('hashUniform', () => {
  it('spreads over the range', () => {
    const values = hashUniform(7, [100, 10], -2, 6);
    expect(values).toHaveLength(1000);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-2);
    expect(Math.max(...values)).toBeLessThan(6);
    expect(values.reduce((sum, value) => sum + value, 0) / 1000).toBeCloseTo(2, 0);
  });
});

describe('noteFill', () => {
  it('reads sequence and range from a note', () => {
    const note = 'd sum(rot_mat * hash_uniform(k=933, shape [B,3,3], -1..1)) / d view';
    expect(noteFill(note)).toEqual({ k: 933, lo: -1, hi: 1 });
    expect(noteFill('hash_uniform(k=4, out shape, -0.5..0.25)')).toEqual({ k: 4, lo: -0.5, hi: 0.25 });
  });

  it('refuses a note without one', () => {
    expect(() => noteFill('fixed weights')).toThrow('found "fixed weights"');
    expect(() => noteFill(undefined)).toThrow('expected hash_uniform');
  });
});
