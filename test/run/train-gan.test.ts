import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Subject, tap } from 'rxjs';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../runtime/formats/index.ts';
import { checkGraph, loadGraph, openGraph } from '../../runtime/graph/index.ts';
import { loadRegistry } from '../../runtime/registry.ts';
import type { RunCommand } from '../../runtime/run/index.ts';
import { graphOf } from '../graph/toys.ts';
import { finalTensors } from './outcome.ts';
import { all, of, one, resume, run, temporaryFolder } from './support.ts';

const registry = await loadRegistry();
const base = temporaryFolder();
const images = join(base, 'images');
const file = join(import.meta.dirname, '../../graphs/train-gan.json');

beforeAll(async () => {
  mkdirSync(images);
  for (let i = 0; i < 6; i++) {
    const data = Buffer.from(Array.from({ length: 8 * 8 * 3 }, (_, j) => (j * (i + 3) * 7) % 256));
    await sharp(data, { raw: { width: 8, height: 8, channels: 3 } })
      .png()
      .toFile(join(images, `${i}.png`));
  }
});

/** The shipped graph at a tiny size. */
function tiny(more: Record<string, unknown> = {}) {
  const settings: Record<string, unknown> = {
    images,
    size: 8,
    latent: 4,
    layers: 2,
    widths: [4, 3],
    widthsD: [4, 3],
    batch: 4,
    penaltyEvery: 1,
    pulls: 6,
    sheet: 8,
    sheetEvery: 3,
    evaluated: 8,
    evaluateEvery: 6,
    ...more,
  };
  return openGraph(file, {
    registry,
    set: [
      ...Object.entries(settings).map(([name, value]) => `settings.${name}=${JSON.stringify(value)}`),
      'nodes.someReal.params.batch=16',
      'nodes.reference.params.count=8',
      'nodes.control.params.count=8',
      'nodes.control.params.start=8',
    ],
  });
}

const graph = tiny();
const whole = join(base, 'whole');
const weights = (folder: string) => readFileSync(join(folder, 'files/all/file/gan.pt'));

describe('graphs/train-gan.json', () => {
  it('trains both networks and the averages, and shows what comes of it', async () => {
    const events = await all(run(graph, whole));
    expect(one(events, 'run-finished')).toMatchObject({ status: 'completed' });
    const { values } = of(events, 'pull').at(-1) ?? {};
    for (const name of [
      'lossD',
      'lossG',
      'penalty',
      'separation.real',
      'separation.fake',
      'separation.signs',
    ])
      expect(values?.[name], name).toBeTypeOf('number');
    expect([...new Set(of(events, 'image').map(({ name }) => name))].sort()).toEqual([
      'real',
      'samples',
      'walk',
    ]);
    expect(of(events, 'metric').map(({ name }) => name)).toEqual(['kernelDistance', 'kernelDistanceOfReal']);
  });

  it('goes on to the same bytes where it was stopped', async () => {
    const path = join(base, 'stopped');
    const commands = new Subject<RunCommand>();
    const first = await all(
      run(graph, path, { commands }).pipe(
        tap((event) => event.kind === 'pull' && event.node !== 'realSheet' && commands.next('stop')),
      ),
    );
    expect(one(first, 'run-finished').status).toBe('interrupted');
    expect(one(await all(resume(graph, path)), 'run-finished').status).toBe('completed');
    expect(finalTensors(path).equals(finalTensors(whole))).toBe(true);
    expect(weights(path).equals(weights(whole))).toBe(true);
  });

  it('begins with the weights of another training', async () => {
    const from = join(whole, 'files/all/file/gan.pt');
    const path = join(base, 'continued');
    // too slow to change a half-precision number
    const continued = tiny({ from, pulls: 1, lr: 1e-12, halfLife: 1e6 });
    expect(one(await all(run(continued, path)), 'run-finished').status).toBe('completed');
    expect(weights(path).equals(weights(whole))).toBe(true);
  });

  it('writes weights that the nodes of a GAN load, to the same images', async () => {
    const checkpoint = join(whole, 'files/all/file/gan.pt');
    const opened = await openCheckpoint(checkpoint);
    const found = new Map(opened.tensors().map((tensor) => [tensor.name, tensor]));
    expect(found.get('g_ema.conv1.conv.weight')).toMatchObject({ dtype: 'float16', shape: [1, 4, 4, 3, 3] });
    expect(found.get('g_ema.style.2.weight')?.shape).toEqual([4, 4]);
    expect(found.get('d.final_linear.1.weight')?.shape).toEqual([1, 4]);
    opened.close();

    const gan = { size: 8, checkpoint };
    const document = {
      formatVersion: 1,
      nodes: {
        z: { type: 'gan/random-latent', params: { count: 8, latent: 4, fixed: true } },
        mapping: {
          type: 'gan/stylegan2-mapping',
          in: { z: 'z.z' },
          params: { latent: 4, layers: 2, checkpoint },
        },
        images: { type: 'gan/stylegan2-generator', in: { w: 'mapping' }, params: { ...gan, latent: 4 } },
        score: { type: 'gan/stylegan2-discriminator', in: { image: 'images.image' }, params: gan },
        sheet: {
          type: 'sink/strip',
          in: { images: 'images.image' },
          params: { name: 'samples', columns: 8 },
        },
        kept: { type: 'buffer/latest', in: { x: 'score.score' } },
      },
      schedule: [{ pull: ['sheet', 'kept'] }],
    };
    // the state of fixed latents follows from the node's name
    const renamed = JSON.parse(
      JSON.stringify(document).replaceAll('"z.z"', '"fixedZ.z"').replace('"z":{', '"fixedZ":{'),
    ) as { nodes: { mapping: { in: object } } };
    const path = join(base, 'loaded');
    const events = await all(run(graphOf(registry, renamed), path));
    expect(one(events, 'run-finished')).toMatchObject({ status: 'completed' });
    const pixels = async (png: string) => (await sharp(png).raw().toBuffer()) as Buffer;
    const folder = join(whole, 'images/all/sampleSheet');
    const last = readdirSync(folder).sort().at(-1) as string;
    const [before, after] = [
      await pixels(join(folder, last)),
      await pixels(join(path, 'images/all/sheet/samples.png')),
    ];
    expect(after.length).toBe(before.length);
    // half precision moves a pixel by one level at most
    before.forEach((value, i) => {
      expect(Math.abs(value - (after[i] as number))).toBeLessThanOrEqual(1);
    });
  });
});

describe('wrong graphs of training', () => {
  const errorsOf = (...set: string[]) =>
    (checkGraph(loadGraph(file, { set }), registry).errors ?? []).map(
      ({ code, pointer }) => `${code} ${pointer}`,
    );

  it('are refused before anything runs', () => {
    expect(errorsOf('nodes.file.params.networks={"generater":"g"}')).toEqual([
      'unknown-node /nodes/file/params/networks/generater',
    ]);
    expect(errorsOf('nodes.file.params.networks={"real":"g"}').at(0)).toBe(
      'not-a-network /nodes/file/params/networks/real',
    );
    expect(errorsOf('nodes.average.params.train=["averageGenerator","generator"]')).toContain(
      'trains-unreached /nodes/average/params/train/1',
    );
  });

  it('fail with the reason where only a run can tell', async () => {
    const failure = async (name: string, ...set: string[]) => {
      const changed = openGraph(file, {
        registry,
        set: [
          `settings.images="${images}"`,
          'settings.size=8',
          'settings.latent=4',
          'settings.batch=4',
          'settings.sheet=8',
          'settings.pulls=1',
          'settings.widthsD=[4,3]',
          'settings.widths=[4,3]',
          'settings.penaltyEvery=1',
          ...set,
        ],
      });
      return one(await all(run(changed, join(base, name), { failFast: true })), 'run-finished').problem
        ?.message;
    };
    expect(await failure('widths', 'settings.widths=[4]')).toMatch(/1 widths, expected 2: of 4×4 to 8×8/);
    expect(await failure('of', 'nodes.average.params.of=["generator"]')).toMatch(/2 networks follow 1/);
  });
});
