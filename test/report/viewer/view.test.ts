import { describe, expect, it } from 'vitest';
import {
  lightDirection,
  lightInWords,
  litFrom,
  START,
  swing,
  turned,
  zoomed,
} from '../../../runtime/report/viewer/view.ts';

describe('view', () => {
  it('turns all the way round, and never over head', () => {
    expect(turned(START, 3, 0).yaw).toBe(3);
    expect(turned(turned(START, 3, 0), 1, 0).yaw).toBeCloseTo(4 - 2 * Math.PI, 12);
    expect(turned(START, 0, 9).pitch).toBe(1.4);
    expect(turned(START, 0, -9).pitch).toBe(-1.4);
  });

  it('zooms between limits', () => {
    expect(zoomed(START, 1.5).zoom).toBe(1.5);
    expect([zoomed(START, 1e9).zoom, zoomed(START, 0).zoom]).toEqual([5, 0.5]);
  });

  it('keeps the light on the half sphere towards the viewer', () => {
    expect(lightDirection(litFrom(START, 0, 0).light)).toEqual([0, 0, 1]);
    for (const [x, y] of [
      [3, 4],
      [-0.2, 0.6],
      [0, -1],
    ] as const) {
      const direction = lightDirection(litFrom(START, x, y).light);
      expect(Math.hypot(...direction)).toBeCloseTo(1, 12);
      expect(direction[2]).toBeGreaterThan(0.2);
      expect(Math.sign(direction[0])).toBe(Math.sign(x));
      expect(Math.sign(direction[1])).toBe(Math.sign(y));
    }
    expect(litFrom(START, 3, 4).light.x).toBeCloseTo(0.582, 12);
  });

  it('says where the light stands', () => {
    expect(lightInWords({ x: 0, y: 0 })).toBe('in front, level');
    expect(lightInWords({ x: -0.5, y: 0.5 })).toBe('30° to the left, 30° above');
    expect(lightInWords({ x: 0.5, y: -1 })).toBe('30° to the right, 90° below');
  });

  it('swings from the front to both sides', () => {
    expect(swing(0)).toBe(0);
    expect(swing(Math.PI / 1.8)).toBeCloseTo(0.61, 12);
    expect(swing(Math.PI / 0.6)).toBeCloseTo(-0.61, 12);
  });
});
