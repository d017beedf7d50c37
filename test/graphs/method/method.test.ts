import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openGraph } from '../../../runtime/graph/index.ts';
import { loadRegistry } from '../../../runtime/registry.ts';
import { all, of, one, run, temporaryFolder } from '../../run/support.ts';
import { writeGan, writeImages } from './files.ts';

const MINUTES = 60_000;
const registry = await loadRegistry();
const data = temporaryFolder();
const runs = temporaryFolder();

/** Settings of a graph that name made-up files. */
const PATHS = { gan: 'gan.pt', images: 'images', latents: 'latents', depths: 'depth' };

beforeAll(async () => {
  const widths = (resolution: number) => (resolution > 16 ? 8 : 12);
  await writeGan(join(data, 'gan.pt'), { size: 64, latent: 32, widths });
  await writeImages(data, { names: ['first', 'second'], size: 80, latent: 32 });
});

function graphOf(name: string, set: readonly string[] = []) {
  const paths = Object.entries(PATHS).map(([setting, path]) => `settings.${setting}="${join(data, path)}"`);
  return openGraph(resolve(`test/graphs/method/${name}.json`), { registry, set: [...paths, ...set] });
}

async function outcome(name: string, set?: readonly string[], items?: readonly string[]) {
  const folder = mkdtempSync(join(runs, name));
  const events = await all(
    run(graphOf(name, set), folder, { seed: 3, failFast: true, ...(items && { items }) }),
  );
  const finished = one(events, 'run-finished');
  expect(finished.problem).toBeUndefined();
  expect(finished.status).toBe('completed');
  expect(of(events, 'sink-failed')).toEqual([]);
  const written = [...of(events, 'file'), ...of(events, 'image')];
  const files = written.map(({ item, path }) => ({ item, path, file: join(folder, path) }));
  for (const { file } of files) expect(existsSync(file), file).toBe(true);
  return { events, files };
}

describe('the method on fixture-sized networks', () => {
  it('goes from images to meshes, image by image', { timeout: 10 * MINUTES }, async () => {
    const { events, files } = await outcome('faces');
    expect(one(events, 'run-started').items).toEqual(['first', 'second']);
    const losses = of(events, 'pull').flatMap(({ values }) => Object.entries(values));
    for (const loss of ['loss1', 'loss2', 'loss3']) {
      const seen = losses.filter(([name]) => name === loss).map(([, value]) => value);
      expect(seen.length).toBeGreaterThan(0);
      for (const value of seen) expect(value).toBeGreaterThan(0);
    }
    for (const item of ['first', 'second']) {
      const own = files.filter((file) => file.item === item).map(({ path }) => path);
      for (const name of ['depth', 'normals', 'albedo', 'texture', 'rotation', 'relit', 'rotated-refined']) {
        expect(
          own.some((path) => new RegExp(`\\b${name}\\.(png|webp|npy)$`).test(path)),
          name,
        ).toBe(true);
      }
      for (const ending of ['obj', 'glb', 'ply']) {
        expect(
          own.some((path) => path.endsWith(`.${ending}`)),
          ending,
        ).toBe(true);
      }
    }
    const metrics = of(events, 'metric').filter(({ name }) => name === 'SIDE' || name === 'MAD');
    expect(metrics.map(({ item, name }) => `${item} ${name}`).sort()).toEqual([
      'first MAD',
      'first SIDE',
      'second MAD',
      'second SIDE',
    ]);
    for (const { value } of metrics) expect(Number.isFinite(value)).toBe(true);
    const obj = files.find(({ path }) => path.endsWith('.obj'));
    expect(
      readFileSync(obj?.file ?? '', 'utf8')
        .split('\n')
        .filter((line) => line.startsWith('f ')).length,
    ).toBeGreaterThan(63 * 63);
  });

  const golden = resolve('../shared/golden/whole-steps-perceptual');
  it.skipIf(!existsSync(golden))(
    'runs on the networks of the reference (skipped where its fixtures are absent)',
    { timeout: 10 * MINUTES },
    async () => {
      const files = {
        gan: 'stylegan2.pt',
        pretrained: 'gan2shape.pth',
        viewPrior: 'view_mvn.pth',
        lightPrior: 'light_mvn.pth',
      };
      const set = Object.entries(files).map(
        ([setting, file]) => `settings.${setting}="${join(golden, file)}"`,
      );
      const sizes = ['width=8', 'groups=2', 'bottleneck=48'].map((size) => `settings.${size}`);
      const { events } = await outcome('faces', [...set, ...sizes, 'settings.mappingSplit=6'], ['0']);
      const loss2 = of(events, 'pull').flatMap(({ values }) =>
        values.loss2 === undefined ? [] : [values.loss2],
      );
      // Random networks are an order of magnitude away from their pseudo views.
      expect(Math.max(...loss2)).toBeLessThan(2);
    },
  );

  it('begins with an ellipsoid around a mask for objects', { timeout: 10 * MINUTES }, async () => {
    const { events, files } = await outcome('objects');
    const fit = of(events, 'pull').filter(({ node }) => node === 'fitPrior');
    expect(fit.at(-1)).toMatchObject({ done: 3, times: 3 });
    expect(files.some(({ path }) => path.endsWith('rotated-masked.png'))).toBe(true);
  });

  it('trains one set of networks on many images', { timeout: 10 * MINUTES }, async () => {
    const { events, files } = await outcome('joint');
    expect(one(events, 'run-started').items).toHaveLength(1);
    const step3 = of(events, 'pull').filter(({ node }) => node === 'step3');
    expect(step3.at(-1)).toMatchObject({ done: 2, times: 2 });
    expect(files.some(({ path }) => path.endsWith('relief.png'))).toBe(true);
  });
});
