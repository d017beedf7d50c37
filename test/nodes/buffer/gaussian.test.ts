import { describe, expect, it } from 'vitest';
import { gaussianBuffer } from '../../../nodes/buffer/gaussian.ts';
import { bufferContext } from '../host.ts';

describe('buffer/gaussian', () => {
  it('estimates mean, covariance and its factor over writes of any size', () => {
    const rows = Array.from({ length: 7 }, (_, i) => [10 + Math.sin(3 * i), 0.5 * i - Math.cos(i)] as const);
    const params = { size: 2, jitter: 0 };
    const context = bufferContext();
    for (const [step, batch] of [rows.slice(0, 1), rows.slice(1, 4), rows.slice(4)].entries()) {
      const x = { shape: [batch.length, 2], data: Float32Array.from(batch.flat()) };
      gaussianBuffer.write({ inputs: { x }, params, context: context.at(step) });
    }
    const { mean, covariance, factor } = gaussianBuffer.read({ params, context: context.at(3) });
    const means = [0, 1].map((c) => rows.reduce((sum, row) => sum + (row[c] as number), 0) / 7);
    const expected = [0, 1].flatMap((a) =>
      [0, 1].map((b) => {
        const product = (row: readonly number[]) =>
          ((row[a] as number) - (means[a] as number)) * ((row[b] as number) - (means[b] as number));
        return rows.reduce((sum, row) => sum + product(row), 0) / 6;
      }),
    );
    means.forEach((value, i) => {
      expect(mean.data[i]).toBeCloseTo(value, 5);
    });
    expected.forEach((value, i) => {
      expect(covariance.data[i]).toBeCloseTo(value, 4);
    });
    const [l00 = 0, l01, l10 = 0, l11 = 0] = factor.data;
    expect(l01).toBe(0);
    expect([l00 * l00, l00 * l10, l10 * l10 + l11 * l11]).toEqual(
      [expected[0], expected[1], expected[3]].map((value) => expect.closeTo(value as number, 4)),
    );
  });

  it('needs two rows', () => {
    const params = { size: 2, jitter: 0 };
    expect(() => gaussianBuffer.read({ params, context: bufferContext().at(0) })).toThrow('0 were written');
  });
});
