import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../runtime/formats/index.ts';
import { openGraph } from '../../runtime/graph/index.ts';
import { loadRegistry } from '../../runtime/registry.ts';
import { writeGan } from '../graphs/method/files.ts';
import { all, of, one, run, temporaryFolder } from './support.ts';

const registry = await loadRegistry();
const base = temporaryFolder();
const graphs = join(import.meta.dirname, '../../graphs');
const faces = join(import.meta.dirname, '../../data/faces/tuning');

/** Networks of the shipped graphs at a tiny width. */
const NARROW = { width: 4, groups: 2, bottleneck: 8 };

/** Runs a shipped graph with other settings; gives the folder that its files are in. */
async function shipped(name: string, settings: Readonly<Record<string, unknown>>) {
  const set = Object.entries(settings).map(([key, value]) => `settings.${key}=${JSON.stringify(value)}`);
  const folder = join(base, name.replaceAll(/\W/g, '-'));
  const events = await all(run(openGraph(join(graphs, `${name}.json`), { registry, set }), folder));
  expect(one(events, 'run-finished')).toMatchObject({ status: 'completed' });
  const file = (end: string) => {
    const found = of(events, 'file').find(({ path }) => path.endsWith(end));
    return join(folder, found?.path ?? end);
  };
  return { events, folder, file };
}

async function entriesOf(file: string): Promise<string[]> {
  const opened = await openCheckpoint(file);
  const names = opened.tensors().map(({ name }) => name.split('.')[0] as string);
  opened.close();
  return [...new Set(names)].sort();
}

describe('the small GAN, from samples to networks', { timeout: 120_000 }, () => {
  const gan = join(base, 'gan.pt');
  const small = { gan, latent: 6 };

  it('is sampled, trained on, and measured', async () => {
    await writeGan(gan, { size: 64, latent: 6, widths: (resolution) => (resolution < 32 ? 6 : 4) });
    const samples = await shipped('synface-mini-samples', {
      ...small,
      layers: 8,
      batch: 3,
      pulls: 2,
      meanSamples: 8,
    });
    const sampled = {
      ...small,
      ...NARROW,
      images: join(samples.folder, 'images/all/samples'),
      latents: join(samples.folder, 'files/all/samples'),
      mappingLayers: 8,
      offsetWidth: 4,
      batch: 2,
    };
    const turned = await shipped('synface-mini-turns', {
      ...sampled,
      known: 4,
      knownBatch: 2,
      turnViews: 2,
    });
    expect(await entriesOf(turned.file('views.pt'))).toEqual(['netV']);
    const mean = await shipped('synface-mini-relief', {
      images: join(faces, 'image'),
      width: NARROW.width,
      views: turned.file('views.pt'),
      batch: 10,
      pulls: 6,
      faces: 60,
      frontal: 2,
    });
    const shapes = await shipped('synface-mini-shapes', {
      ...NARROW,
      images: join(faces, 'image'),
      views: turned.file('views.pt'),
      relief: mean.file('relief-16bit.png'),
      template: join(mean.folder, 'images/all/templateFile/template.png'),
      count: 2,
      writes: 3,
      batch: 2,
      pulls: 2,
    });
    expect(await entriesOf(shapes.file('shapes.pt'))).toEqual(['netD']);
    const trained = await shipped('synface-mini-pretrain', {
      ...sampled,
      count: 6,
      shapes: shapes.file('shapes.pt'),
      ...Object.fromEntries(
        [
          ...['steps1', 'steps2', 'collect', 'regress', 'steps3'],
          ...['laterSteps1', 'laterSteps2', 'laterRegress', 'laterSteps3'],
        ].map((key) => [key, 1]),
      ),
    });
    expect(await entriesOf(trained.file('pretrained.pt'))).toEqual([
      'netA',
      'netD',
      'netEnc',
      'netL',
      'netV',
    ]);
    for (const [name, size] of [
      ['view-prior.json', 6],
      ['light-prior.json', 4],
    ] as const) {
      const { mean, cov } = JSON.parse(readFileSync(trained.file(name), 'utf8')) as {
        mean: number[];
        cov: number[][];
      };
      expect(mean).toHaveLength(size);
      expect(cov.map((row) => row.length)).toEqual(new Array(size).fill(size));
      expect(cov.flat().every(Number.isFinite)).toBe(true);
    }
    const measured = await shipped('table/networks', {
      ...small,
      ...NARROW,
      mappingLayers: 8,
      offsetWidth: 4,
      batch: 2,
      list: '',
      images: join(faces, 'image'),
      depths: join(faces, 'depth'),
      pretrained: trained.file('pretrained.pt'),
      views: turned.file('views.pt'),
      relief: mean.file('relief-16bit.png'),
      template: join(mean.folder, 'images/all/templateFile/template.png'),
    });
    const sides = of(measured.events, 'metric').filter(({ name }) => name === 'SIDE');
    expect(sides).toHaveLength(20);
    for (const { value } of sides) expect(value).toBeGreaterThan(0);
  });
});

describe('graphs/synface-mini.json', { timeout: 120_000 }, () => {
  it('goes from a face to its shape with the weights of the repository', async () => {
    const list = join(base, 'one.txt');
    writeFileSync(list, '000003.png\n');
    const quick = ['projectSteps', 'steps1', 'steps2', 'collect', 'known', 'steps3'];
    const { events, file } = await shipped('synface-mini', {
      list,
      meanSamples: 32,
      prior: 40,
      ...Object.fromEntries(quick.map((key) => [key, 2])),
    });
    for (const end of ['mesh.glb', 'mesh.obj', 'depth-16bit.png', 'rotation.webp', 'metrics.json'])
      expect(statSync(file(end)).size, end).toBeGreaterThan(100);
    const side = of(events, 'metric').findLast(({ name }) => name === 'SIDE');
    // a flat face has 0.015, a wild one 0.1
    expect(side?.value).toBeLessThan(0.05);
  });
});

describe('what the table compares with', { timeout: 60_000 }, () => {
  const training = { ...NARROW, images: join(faces, 'image'), pulls: 2 };

  it('trains Unsup3d on pictures alone, and measures it', async () => {
    const { events, file } = await shipped('table/train-unsup3d', { ...training, batch: 4 });
    expect(await entriesOf(file('unsup3d.pt'))).toEqual(['netA', 'netD', 'netL', 'netV']);
    expect(of(events, 'pull').some(({ values }) => Number.isFinite(values?.photo))).toBe(true);
    const measured = await shipped('table/unsup3d', {
      ...NARROW,
      images: join(faces, 'image'),
      depths: join(faces, 'depth'),
      list: '',
      checkpoint: file('unsup3d.pt'),
    });
    expect(of(measured.events, 'metric').filter(({ name }) => name === 'SIDE')).toHaveLength(20);
  });

  it('trains a network on true depth, and measures it', async () => {
    const depths = join(faces, 'depth');
    const { file } = await shipped('table/train-supervised', { ...training, depths, list: '' });
    const measured = await shipped('table/supervised', {
      ...NARROW,
      images: join(faces, 'image'),
      depths,
      list: '',
      checkpoint: file('supervised.pt'),
    });
    expect(of(measured.events, 'metric').filter(({ name }) => name === 'SIDE')).toHaveLength(20);
  });
});
