import { describe, expect, it } from 'vitest';
import { sampleFace } from '../../runtime/faces/face.ts';
import {
  APPEARANCE,
  EXPRESSION,
  HAIR_STYLES,
  IDENTITY,
  LIGHT,
  POSE,
  type Spread,
} from '../../runtime/faces/parameters.ts';
import { recordOf } from '../../runtime/faces/write-face.ts';

const TABLES = { identity: IDENTITY, expression: EXPRESSION, pose: POSE, light: LIGHT } as const;
const many = Array.from({ length: 600 }, (_, index) => sampleFace(7, index));

describe('sampleFace', () => {
  it('depends on seed and index alone', () => {
    const again = sampleFace(7, 41);
    sampleFace(8, 1);
    expect(again).toEqual(many[41]);
    expect(sampleFace(8, 41).identity).not.toEqual(again.identity);
    expect(sampleFace(7 + 2 ** 32, 41).identity).not.toEqual(again.identity);
  });

  it.each(Object.keys(TABLES) as (keyof typeof TABLES)[])(
    'draws %s with the spread of the table',
    (group) => {
      for (const [name, spread] of Object.entries<Spread>(TABLES[group])) {
        const values = many.map((face) => (face[group] as Record<string, number>)[name] as number);
        expect(Math.min(...values), name).toBeGreaterThanOrEqual(spread.min - 1e-6);
        expect(Math.max(...values), name).toBeLessThanOrEqual(spread.max + 1e-6);
        const mean = values.reduce((a, b) => a + b) / values.length;
        // where an end cuts off more than the tails, the mean moves
        const isCut =
          spread.min > spread.mean - 2 * spread.deviation || spread.max < spread.mean + 2 * spread.deviation;
        if (!isCut)
          expect(Math.abs(mean - spread.mean), name).toBeLessThan(5 * (spread.deviation / Math.sqrt(600)));
      }
    },
  );

  it('wears hair as often as the shares say', () => {
    expect(Object.values<number>(HAIR_STYLES).reduce((a, b) => a + b)).toBeCloseTo(1, 12);
    for (const [style, share] of Object.entries<number>(HAIR_STYLES)) {
      const found = many.filter(({ hairStyle }) => hairStyle === style).length / many.length;
      expect(Math.abs(found - share), style).toBeLessThan(5 * Math.sqrt(share / many.length));
    }
  });

  it('keeps appearance between 0 and 1 where it is a share', () => {
    for (const [name, { unit }] of Object.entries(APPEARANCE)) {
      if (unit !== 'share') continue;
      for (const { appearance } of many) {
        const value = appearance[name as keyof typeof APPEARANCE];
        expect(value).toBeGreaterThanOrEqual(name === 'skinRedness' ? -1 : 0);
        expect(value).toBeLessThanOrEqual(1);
      }
    }
  });

  it('survives being written as JSON', () => {
    const record = recordOf(many[3] as (typeof many)[number]);
    expect(JSON.parse(JSON.stringify(record))).toEqual(record);
    expect(record.view[1]).toBeCloseTo((record.pose.yaw * Math.PI) / 180, 12);
    expect(record.lighting.ambient + record.lighting.diffuse).toBeCloseTo(record.light.total, 12);
  });
});
