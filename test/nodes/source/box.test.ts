import { describe, expect, it } from 'vitest';
import { box } from '../../../nodes/source/box.ts';
import { sourceContext } from '../host.ts';

const context = sourceContext(0);

describe('source/box', () => {
  it('is one where the centre of a pixel is in the box', async () => {
    const params = { size: 4, left: 0.25, right: 1, top: 0, bottom: 0.4, round: false };
    const { mask } = await box.load({ params, context });
    expect(mask.shape).toEqual([1, 4, 4, 1]);
    expect([...mask.data]).toEqual([0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('is an ellipse that touches the sides of the box', async () => {
    const params = { size: 8, left: 0, right: 1, top: 0.25, bottom: 0.75, round: true };
    const { mask } = await box.load({ params, context });
    const rows = Array.from({ length: 8 }, (_, y) => mask.data.slice(8 * y, 8 * y + 8).join(''));
    expect(rows).toEqual([
      '00000000',
      '00000000',
      '01111110',
      '11111111',
      '11111111',
      '01111110',
      '00000000',
      '00000000',
    ]);
  });

  it('refuses a box without a pixel', () => {
    const params = { size: 4, left: 0.6, right: 0.5, top: 0, bottom: 1, round: false };
    expect(() => box.load({ params, context })).toThrow(
      'a box from 0.6 to 0.5 and from 0 to 1 holds no pixel',
    );
  });
});
