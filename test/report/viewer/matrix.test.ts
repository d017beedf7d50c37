import { describe, expect, it } from 'vitest';
import { fittingDistance, perspective, transformed, turn } from '../../../runtime/report/viewer/matrix.ts';

const close = (found: readonly number[], expected: readonly number[]) => {
  for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 6);
};

describe('turn', () => {
  it('is the identity for no turn', () => {
    close([...turn(0, 0)], [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
  });

  it('moves the front with the hand: to the right by yaw, down by pitch', () => {
    const front = [0, 0, 1] as const;
    close(transformed(turn(Math.PI / 2, 0), front), [1, 0, 0]);
    close(transformed(turn(0, Math.PI / 2), front), [0, -1, 0]);
    close(transformed(turn(0.3, 0), front), [Math.sin(0.3), 0, Math.cos(0.3)]);
  });

  it('turns about the upright axis first', () => {
    // After a quarter turn the right side points away from the viewer; pitch then lifts it.
    close(transformed(turn(Math.PI / 2, Math.PI / 2), [1, 0, 0]), [0, 1, 0]);
  });

  it('keeps lengths and the sense of rotation', () => {
    const matrix = turn(0.7, -0.4);
    const [x, y, z] = [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ].map((axis) => transformed(matrix, axis as [number, number, number])) as [number[], number[], number[]];
    for (const axis of [x, y, z]) expect(Math.hypot(...axis)).toBeCloseTo(1, 6);
    const cross = [0, 1, 2].map((i) => {
      const [j, k] = [(i + 1) % 3, (i + 2) % 3];
      return (x[j] as number) * (y[k] as number) - (x[k] as number) * (y[j] as number);
    });
    close(cross, z);
  });
});

describe('perspective', () => {
  it('maps the frustum to the cube', () => {
    const matrix = perspective(Math.PI / 2, 2, 1, 9);
    close(transformed(matrix, [0, 0, -1]), [0, 0, -1]);
    close(transformed(matrix, [0, 0, -9]), [0, 0, 1]);
    close(transformed(matrix, [2, 1, -1]), [1, 1, -1]);
    close(transformed(matrix, [18, -9, -9]), [1, -1, 1]);
  });

  it('fits a box with a margin, from the width where the picture is narrow', () => {
    for (const [aspect, half] of [
      [2, { width: 1, height: 1 }],
      [0.5, { width: 1, height: 0.4 }],
      [1, { width: 0.3, height: 1 }],
    ] as const) {
      const distance = fittingDistance(0.42, aspect, half);
      const [x = 0, y = 0] = transformed(perspective(0.42, aspect, 0.1, 99), [
        half.width,
        half.height,
        -distance,
      ]);
      expect(Math.max(x, y)).toBeLessThan(0.92);
      expect(Math.max(x, y)).toBeGreaterThan(0.75);
    }
  });
});
