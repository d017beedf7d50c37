import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../runtime/formats/index.ts';
import { openGraph } from '../../runtime/graph/index.ts';
import { loadRegistry } from '../../runtime/registry.ts';
import { graphOf } from '../graph/toys.ts';
import { all, of, one, run, temporaryFolder } from './support.ts';

const registry = await loadRegistry();
const base = temporaryFolder();

describe('the example that fits an image', () => {
  it('learns, measures and draws', async () => {
    const folder = join(base, 'fit');
    const graph = openGraph('graphs/examples/fit-image.json', {
      registry,
      set: ['settings.size=24', 'settings.steps=100'],
    });
    const events = await all(run(graph, folder, { place: 'thread' }));
    expect(one(events, 'run-finished').status).toBe('completed');
    const psnr = of(events, 'metric').map(({ value }) => value);
    expect(psnr.at(-1)).toBeGreaterThan(25);
    expect(psnr.at(-1)).toBeGreaterThan(psnr[0] as number);
    expect(of(events, 'metric')[0]).toMatchObject({ name: 'psnr', unit: 'dB', better: 'higher', step: 51 });
    // the stage changes only the learning rate, which is no reason to compile anew
    expect(of(events, 'compiled').map(({ node }) => node)).toEqual(['train', 'picture+report']);
    const image = of(events, 'image').find(({ name }) => name === 'target');
    expect(image).toMatchObject({ width: 24, height: 24, path: 'images/all/original/target.png', step: 1 });
    const { data, info } = await sharp(join(folder, image?.path ?? ''))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([24, 24, 3]);
    // 3 rings of cos: the distance of the middle four pixels from the centre is √½ pixels
    const turns = (2 * 3 * Math.SQRT1_2) / 24;
    const red = Math.round(((Math.cos(2 * Math.PI * turns) + 1) / 2) * 255);
    expect(data[(11 * 24 + 11) * 3]).toBe(red);
  });
});

describe('Adam in a graph', () => {
  it('makes the first step of its formula', async () => {
    const train = async (params: object) => {
      const folder = join(base, `adam-${Math.random()}`);
      const graph = graphOf(registry, {
        formatVersion: 1,
        nodes: {
          target: { type: 'source/pattern', params: { size: 4, rings: 0 } },
          net: { type: 'network/coordinate-mlp', params: { size: 4, layers: 0, features: 1 } },
          error: { type: 'loss/mean-square', in: { a: 'net', b: 'target' } },
          opt: { type: 'optimizer/adam', in: { loss: 'error' }, params: { train: ['net'], ...params } },
        },
        schedule: [{ pull: 'opt' }],
      });
      await all(run(graph, folder));
      const file = await openCheckpoint(join(folder, 'checkpoints/000001/tensors.safetensors'));
      const names = file.tensors().map(({ name }) => name);
      const { data } = await file.read('net/colour.bias', { dtype: 'float32' });
      file.close();
      return { names, bias: Array.from(data) };
    };
    // from zero, the first step is lr·sign(gradient): towards red (1), away from green and blue (−½)
    const { names, bias } = await train({ lr: 0.01 });
    expect(bias.map((value) => Number(value.toFixed(5)))).toEqual([0.01, -0.01, -0.01]);
    expect(names).toContain('opt/net/colour.bias/first-moment');
    expect(names).not.toContain('net/frequencies');
  });
});
