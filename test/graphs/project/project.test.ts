import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../runtime/formats/index.ts';
import { openGraph } from '../../../runtime/graph/index.ts';
import { loadRegistry } from '../../../runtime/registry.ts';
import { all, of, one, run, temporaryFolder } from '../../run/support.ts';
import { writeGan, writeImages } from '../method/files.ts';

const MINUTES = 60_000;
const registry = await loadRegistry();
const data = temporaryFolder();
const runs = temporaryFolder();
const gan = join(data, 'gan.pt');

beforeAll(async () => {
  await writeGan(gan, { size: 64, latent: 32, widths: (resolution) => (resolution > 16 ? 8 : 12) });
  await writeImages(data, { names: ['first', 'second'], size: 80, latent: 32 });
  await sharp({
    create: { width: 90, height: 70, channels: 4, background: { r: 90, g: 120, b: 60, alpha: 0.5 } },
  })
    .png()
    .toFile(join(data, 'plain.png'));
});

function settings(values: Record<string, unknown>): string[] {
  return Object.entries(values).map(([name, value]) => `settings.${name}=${JSON.stringify(value)}`);
}

const PROJECTION = {
  size: 64,
  latent: 32,
  layers: 10,
  meanSamples: 256,
  steps: 60,
  previewEvery: 20,
};

async function finished(graph: ReturnType<typeof openGraph>, folder: string) {
  const events = await all(run(graph, folder, { seed: 4, failFast: true }));
  const end = one(events, 'run-finished');
  expect(end.problem).toBeUndefined();
  expect(end.status).toBe('completed');
  return events;
}

describe('projection', () => {
  it('comes nearer to each picture, and forgets it before the next', { timeout: 5 * MINUTES }, async () => {
    const files = [join(data, 'images/first.png'), join(data, 'plain.png'), join(data, 'images/first.png')];
    const graph = openGraph('project', { registry, set: settings({ ...PROJECTION, gan, files }) });
    const folder = join(runs, 'w');
    const events = await finished(graph, folder);
    expect(one(events, 'run-started').items).toEqual(['first', 'plain', 'first-2']);
    const psnr = (item: string) => of(events, 'metric').filter((metric) => metric.item === item);
    for (const item of ['first', 'plain', 'first-2']) {
      const values = psnr(item).map(({ value }) => value);
      expect(values).toHaveLength(4);
      expect(values.at(-1)).toBeGreaterThan(values[0] as number);
    }
    // the random numbers of an item are its own, the optimum is not
    expect(psnr('first').at(-1)?.value).toBeCloseTo(psnr('first-2').at(-1)?.value as number, 0);
    const written = of(events, 'file').find(({ item }) => item === 'plain');
    const file = await openCheckpoint(join(folder, written?.path ?? ''));
    expect(file.tensors().map(({ shape, dtype }) => [shape, dtype])).toEqual([[[32], 'float32']]);
    file.close();
  });

  it('finds a latent for each layer in W+, which explains more', { timeout: 5 * MINUTES }, async () => {
    const files = [join(data, 'images/first.png')];
    const last: Record<string, number> = {};
    for (const space of ['w', 'w+']) {
      const set = settings({ ...PROJECTION, gan, files, space, noise: 0 });
      if (space === 'w+') set.push('nodes.latentFile.in.latent=latent.layers');
      const folder = join(runs, `space-${space}`);
      const events = await finished(openGraph('project', { registry, set }), folder);
      last[space] = of(events, 'metric').at(-1)?.value as number;
      const file = await openCheckpoint(join(folder, of(events, 'file')[0]?.path ?? ''));
      expect(file.tensors()[0]?.shape).toEqual(space === 'w' ? [32] : [10, 32]);
      file.close();
    }
    expect(last['w+']).toBeGreaterThan(last.w as number);
  });

  it('names a picture that cannot be read before anything is computed', async () => {
    const files = [join(data, 'nowhere.png'), gan];
    const graph = openGraph('project', { registry, set: settings({ ...PROJECTION, gan, files }) });
    const failure = all(run(graph, join(runs, 'bad')));
    await expect(failure.then((events) => one(events, 'run-finished').problem)).resolves.toMatchObject({
      code: expect.stringMatching(/^source-/),
      node: 'target',
      message: expect.stringMatching(/2 problems:\n.*nowhere\.png.*\n.*gan\.pt/),
    });
  });

  it('is the first stage of a reconstruction without latents', { timeout: 10 * MINUTES }, async () => {
    const set = settings({ gan, images: join(data, 'images'), depths: '' });
    const graph = openGraph(resolve('test/graphs/project/projected.json'), { registry, set });
    const events = await finished(graph, join(runs, 'instance'));
    const losses = of(events, 'pull').filter(({ node, item }) => node === 'project' && item === 'first');
    const values = losses.map(({ values: all }) => all.projectionLoss as number);
    expect(values.at(-1)).toBeLessThan(values[0] as number);
    expect(of(events, 'file').some(({ path }) => path.endsWith('.glb'))).toBe(true);
    expect(of(events, 'file').filter(({ node }) => node === 'latentFile')).toHaveLength(2);
  });

  it('has a perceptual variant', () => {
    const graph = openGraph('project-perceptual', { registry });
    expect([...(graph.nodes.get('loss')?.inputs.keys() ?? [])]).toEqual(['losses']);
    expect(graph.nodes.get('loss')?.params).toEqual({
      weights: { distance: 0.001, perceptual: 1, pixels: 0.1 },
    });
  });
});
