import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Subject, tap } from 'rxjs';
import sharp, { type Sharp } from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { lookAtPicture } from '../../cli/picture.ts';
import { readImage } from '../../runtime/formats/image.ts';
import { openGraph } from '../../runtime/graph/index.ts';
import { loadRegistry } from '../../runtime/registry.ts';
import type { RunCommand, RunEvent } from '../../runtime/run/index.ts';
import { writeGan } from '../graphs/method/files.ts';
import { all, of, one, run, temporaryFolder } from '../run/support.ts';
import { cli } from './in-process.ts';

const base = temporaryFolder();
const picture = join(base, 'me.jpg');
const graph = join(base, 'projected.json');
const EXAMPLE = 'graphs/examples/fit-image.json';

const rectangle = { width: 90, height: 70 };
const plain = (channels: 3 | 4, alpha = 1) =>
  sharp({ create: { ...rectangle, channels, background: { r: 200, g: 100, b: 40, alpha } } });

beforeAll(async () => {
  await writeGan(join(base, 'gan.pt'), { size: 64, latent: 32, widths: () => 4 });
  await plain(3).jpeg().toFile(picture);
  writeFileSync(join(base, 'none.jpg'), 'no picture');
  const whole = await plain(3).png().toBuffer();
  writeFileSync(join(base, 'half.png'), whole.subarray(0, whole.length / 2));
  // the pictures, lists and depths that the graph names are nowhere
  const small = {
    formatVersion: 1,
    extends: resolve('test/graphs/project/projected.json'),
    settings: { gan: join(base, 'gan.pt'), meanSamples: 32, projectSteps: 3, steps1: 2 },
    // one short step trains everything, which the method does in several
    nodes: { step1: { params: { train: ['depthNet', 'albedoNet', 'viewNet', 'lightNet'] } } },
    schedule: [
      {
        stage: 'project',
        steps: [
          { pull: ['meanLatent', 'spread'] },
          { pull: 'project', times: '$projectSteps' },
          { pull: 'foundLatent' },
          { pull: ['latentFile', 'inputFile'] },
        ],
      },
      {
        stage: 'step 1',
        steps: [
          {
            pull: ['step1', 'canonicalDepth', 'canonicalAlbedo', 'canonicalLight', 'canonicalView'],
            times: '$steps1',
            also: [{ pull: 'metrics', every: 1 }],
          },
        ],
      },
      { pull: ['depthFile', 'metrics'] },
    ],
  };
  writeFileSync(graph, JSON.stringify(small));
});

function eventsIn(stdout: string): RunEvent[] {
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as RunEvent);
}

describe('run --image', () => {
  it('reconstructs a picture, and measures nothing', { timeout: 300_000 }, async () => {
    const folder = join(base, 'mine');
    const args = ['--image', picture, '--out', folder, '--threads', '1', '--json'];
    const { code, stdout, stderr } = await cli('run', graph, ...args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const events = eventsIn(stdout);
    expect(one(events, 'run-started').items).toEqual(['me']);
    expect(of(events, 'metric')).toEqual([]);
    const warnings = of(events, 'log').map(({ message }) => message);
    expect(warnings).toContain(
      `${picture} has the same colour everywhere: there is no shape to be seen in it.`,
    );
    const written = [...of(events, 'file'), ...of(events, 'image')].map(({ node }) => node);
    expect(written).toEqual(expect.arrayContaining(['latentFile', 'inputFile', 'depthFile']));
    expect(written).not.toContain('metrics');
    const input = await readImage(join(folder, of(events, 'image')[0]?.path ?? ''));
    expect([input.width, input.height]).toEqual([64, 64]);
  });

  it('finds what is odd about a picture', async () => {
    const save = async (name: string, image: Sharp) => {
      const file = join(base, name);
      await image.png().toFile(file);
      return file;
    };
    const noise = (width: number, height: number) => {
      const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 7919) % 251);
      return sharp(data, { raw: { width, height, channels: 3 } });
    };
    expect(await lookAtPicture(await save('fine.png', noise(40, 30)))).toEqual([]);
    const tiny = await save('tiny.png', noise(40, 10));
    expect(await lookAtPicture(tiny)).toEqual([`${tiny} has 40 × 10 pixels, too few to see a shape in.`]);
  });

  it('goes on with that picture', { timeout: 300_000 }, async () => {
    const folder = join(base, 'stopped');
    const commands = new Subject<RunCommand>();
    const opened = openGraph(EXAMPLE, {
      registry: await loadRegistry(),
      image: picture,
      set: ['settings.steps=6', 'settings.size=16', 'schedule=[{"pull":"train","times":"$steps"}]'],
    });
    let pulls = 0;
    const begun = run(opened, folder, { commands }).pipe(
      tap(({ kind }) => kind === 'pull' && ++pulls === 2 && commands.next('stop')),
    );
    expect(one(await all(begun), 'run-finished').status).toBe('interrupted');
    const other = await cli('run', '--resume', folder, '--image', picture);
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('--image belongs to a new run') });
    const { code, stdout } = await cli('run', '--resume', folder, '--json');
    expect(code).toBe(0);
    expect(one(eventsIn(stdout), 'run-finished').status).toBe('completed');
    expect(one(eventsIn(stdout), 'run-started').items).toEqual(['me']);
  });

  it.each<[string, () => Sharp]>([
    ['alpha.png', () => plain(4, 0).png()],
    ['grey.png', () => plain(3).greyscale().toColourspace('b-w').png()],
    ['deep.png', () => plain(3).toColourspace('rgb16').png()],
    ['cmyk.jpg', () => plain(3).toColourspace('cmyk').jpeg()],
    ['upright.webp', () => plain(3).rotate(90).webp()],
  ])('takes the middle of %s', { timeout: 60_000 }, async (name, make) => {
    const file = join(base, name);
    await make().toFile(file);
    const folder = join(base, `run-${name}`);
    const registry = await loadRegistry();
    const opened = openGraph(EXAMPLE, { registry, image: file, set: ['schedule=[{"pull":"original"}]'] });
    const events = await all(run(opened, folder));
    expect(one(events, 'run-finished').status).toBe('completed');
    const shown = await readImage(join(folder, of(events, 'image')[0]?.path ?? ''));
    expect([shown.width, shown.height]).toEqual([64, 64]);
    const colour = name === 'alpha.png' ? [255, 255, 255] : name === 'grey.png' ? undefined : [200, 100, 40];
    const middle = [...shown.data.subarray(3 * 64 * 32, 3 * 64 * 32 + 3)];
    // CMYK is converted by a profile, and JPEG rounds
    for (const [c, value] of middle.entries()) {
      const expected = colour?.[c] ?? (middle[0] as number);
      expect(Math.abs(value - expected)).toBeLessThan(name === 'cmyk.jpg' ? 40 : 4);
    }
  });

  it.each<[string, string[], string]>([
    ['no such file', [EXAMPLE, '--image', join(base, 'nowhere.png')], 'nowhere.png: '],
    ['a folder', [EXAMPLE, '--image', base], 'It has to be a regular file'],
    ['no picture', [EXAMPLE, '--image', join(base, 'none.jpg')], 'Expected a PNG, JPEG, WebP or GIF file'],
    ['half a picture', [EXAMPLE, '--image', join(base, 'half.png')], 'half.png: it ends too early'],
    ['an empty name', [EXAMPLE, '--image', ''], '--image names no file'],
    ['a graph without pictures', ['sample', '--image', picture], '[picture-without-place]'],
    ['a graph that needs a latent', ['celeba', '--image', picture], '[picture-without-latent]'],
  ])('refuses %s before it begins', async (_, args, problem) => {
    const folder = join(base, 'refused');
    const { code, stdout, stderr } = await cli('run', ...args, '--out', folder);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(problem);
    expect(stderr.match(/\[[a-z]+-[a-z-]+\]/g)).toHaveLength(1);
    expect(existsSync(folder)).toBe(false);
  });
});
