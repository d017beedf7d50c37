import { describe, expect, it } from 'vitest';
import { imageSource } from '../../../nodes/source/image.ts';
import type { HostTensor } from '../../../runtime/node.ts';
import { sourceContext } from '../host.ts';

const load = async (params: object) => {
  const all = { file: 'models/faces/template.png', size: 64, channels: 1, ...params };
  const { image } = await imageSource.load({ params: all, context: sourceContext(0) } as never);
  return image as HostTensor;
};

describe('source/image', () => {
  it('reads a picture as grey or coloured, in [−1, 1]', async () => {
    const grey = await load({});
    expect(grey.shape).toEqual([1, 64, 64, 1]);
    const [least, most] = [Math.min(...grey.data), Math.max(...grey.data)];
    expect(least).toBeGreaterThanOrEqual(-1);
    expect(least).toBeLessThan(-0.2);
    expect(most).toBeGreaterThan(0.2);
    const coloured = await load({ channels: 3 });
    expect(coloured.shape).toEqual([1, 64, 64, 3]);
    expect(coloured.data[3 * 2000 + 1]).toBeCloseTo(grey.data[2000] as number, 5);
  });

  it('refuses another size, two channels, and no file', async () => {
    await expect(load({ size: 32 })).rejects.toThrow('template.png: it has 64×64 pixels, expected 32×32');
    await expect(load({ channels: 2 })).rejects.toThrow('the parameter "channels" is 2, expected 1 or 3');
    await expect(load({ file: '' })).rejects.toThrow('the parameter "file" names no picture');
    await expect(load({ file: 'models/faces/none.png' })).rejects.toThrow('none.png');
  });
});
