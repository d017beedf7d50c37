import { describe, expect, it } from 'vitest';
import { collect } from '../../../nodes/buffer/collect.ts';
import { bufferContext, numbered } from '../host.ts';

describe('buffer/collect', () => {
  it('gives the rows of all writes in their order, of more than it holds the later ones', () => {
    const context = bufferContext();
    const params = { capacity: 3, count: 5 };
    [2, 1, 2].forEach((rows, step) => {
      collect.write({ inputs: { x: numbered(rows, 10 * step) }, params, context: context.at(step) });
    });
    const read = () => collect.read({ params, context: context.at(3) }).x;
    expect(read().shape).toEqual([5, 1, 1, 1]);
    expect([...read().data]).toEqual([0, 1, 10, 20, 21]);
    collect.write({ inputs: { x: numbered(2, 30) }, params, context: context.at(3) });
    expect([...read().data]).toEqual([30, 31, 10, 20, 21]);
  });

  it('says how many rows there are', () => {
    const context = bufferContext();
    const params = { capacity: 3, count: 5 };
    expect(() => collect.read({ params, context: context.at(0) })).toThrow('nothing was written yet');
    collect.write({ inputs: { x: numbered(4, 0) }, params, context: context.at(0) });
    expect(() => collect.read({ params, context: context.at(1) })).toThrow('only 4 samples were written');
  });
});
