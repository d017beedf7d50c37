import { describe, expect, it } from 'vitest';
import { maskBuffer } from '../../../nodes/buffer/mask.ts';
import { bufferContext } from '../host.ts';

describe('buffer/mask', () => {
  const params = { threshold: 0.7, leastShare: 0.1 };
  const mask = (...data: number[]) => ({ mask: { shape: [1, 2, 5, 1], data: Float32Array.from(data) } });

  it('keeps a mask that shows an object', () => {
    const context = bufferContext();
    const inputs = mask(0, 0, 0, 0, 0, 0, 0, 0, 0, 0.7);
    maskBuffer.write({ inputs, params, context: context.at(0) });
    expect(maskBuffer.read({ params, context: context.at(1) })).toEqual(inputs);
  });

  it('refuses one that shows none', () => {
    const context = bufferContext();
    const write = () =>
      maskBuffer.write({ inputs: mask(...new Array<number>(10).fill(0.69)), params, context: context.at(0) });
    expect(write).toThrow('the mask is empty: 0 of 10 pixels reach 0.7, at least 1 are needed');
    expect(() => maskBuffer.read({ params, context: context.at(0) })).toThrow('there is no mask yet');
  });
});
