import { describe, expect, it } from 'vitest';
import { depthImage } from '../../../nodes/source/depth-image.ts';

const load = (params: object) =>
  depthImage.load({
    params: { file: 'models/faces/average-depth.png', size: 64, minDepth: 0.9, maxDepth: 1.1, ...params },
    context: { resolve: (path: string) => path },
  } as never) as Promise<{ depth: { shape: number[]; data: Float32Array } }>;

describe('source/depth-image', () => {
  it('reads near as light', async () => {
    const { depth } = await load({});
    expect(depth.shape).toEqual([1, 64, 64]);
    const [middle, corner] = [depth.data[32 * 64 + 32] as number, depth.data[0] as number];
    expect(middle).toBeGreaterThan(0.9);
    expect(middle).toBeLessThan(0.97);
    expect(corner).toBeGreaterThan(middle);
  });

  it('refuses another size, and no file', async () => {
    await expect(load({ size: 32 })).rejects.toThrow(
      'average-depth.png: it has 64×64 pixels, expected 32×32',
    );
    await expect(load({ file: '' })).rejects.toThrow('the parameter "file" names no picture');
  });
});
