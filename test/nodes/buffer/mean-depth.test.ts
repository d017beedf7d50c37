import { describe, expect, it } from 'vitest';
import { meanDepth } from '../../../nodes/buffer/mean-depth.ts';
import type { HostTensor } from '../../../runtime/engine/index.ts';

function buffer() {
  const memory = new Map<string, HostTensor>();
  const context = { memory } as never;
  const params = { background: 1.1 };
  return {
    write: (maps: number[][]) =>
      meanDepth.write({
        inputs: { depth: { shape: [maps.length, 1, 3], data: Float32Array.from(maps.flat()) } },
        params,
        context,
      } as never),
    read: () => meanDepth.read({ params, context } as never) as { depth: HostTensor },
  };
}

describe('buffer/mean-depth', () => {
  it('is the mean over maps that have a surface at a pixel', () => {
    const { write, read } = buffer();
    write([
      [0.9, 1.0, 1.1],
      [1.0, 1.1, 1.1],
    ]);
    write([[1.1, 1.02, Number.NaN]]);
    const { depth } = read();
    expect(depth.shape).toEqual([1, 1, 3]);
    [0.95, 1.01, 1.1].forEach((value, i) => {
      expect(depth.data[i]).toBeCloseTo(value, 6);
    });
  });

  it('has nothing to give before it was written', () => {
    expect(() => buffer().read()).toThrow('no depth map was written yet');
  });
});
