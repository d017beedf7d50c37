import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { collectProjections } from '../../cli/projections.ts';
import { encoder } from '../../nodes/network/encoder.ts';
import { imageFolder } from '../../nodes/source/image-folder.ts';
import { writeTorch } from '../../runtime/formats/index.ts';
import { stateDict } from '../../runtime/nn/state-dict.ts';
import { writeGan, writeImages } from '../graphs/method/files.ts';
import { randomWeights } from '../nn/random-weights.ts';
import { sourceContext } from '../nodes/host.ts';
import { temporaryFolder } from '../run/support.ts';
import { cli } from './in-process.ts';

const base = temporaryFolder();
const gan = join(base, 'gan.pt');
const picture = join(base, 'images/face.png');

beforeAll(async () => {
  await writeGan(gan, { size: 16, latent: 8, widths: () => 4 });
  await writeImages(base, { names: ['face', 'other'], size: 40, latent: 8 });
  const options = { size: 64, in: 3, out: 6, width: 2, activation: 'none' } as const;
  await writeTorch(join(base, 'view.pt'), { netV: stateDict(randomWeights(encoder(options))) });
});

describe('project', () => {
  it('finds latents, and lays them out for reconstructions', { timeout: 120_000 }, async () => {
    const run = join(base, 'run');
    const options = ['--gan', gan, '--steps', '6', '--out', run, '--json', '--engine', 'cpu'];
    const set = ['--set', 'settings.meanSamples=32'];
    const { code, stdout, stderr } = await cli(
      'project',
      picture,
      join(base, 'images/other.png'),
      ...options,
      ...set,
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const last = JSON.parse(stdout.trimEnd().split('\n').at(-1) as string);
    expect(last).toMatchObject({ kind: 'projections', folder: run });
    expect(last.projections).toEqual(await collectProjections(run));
    expect(
      last.projections.map(({ item, latent }: { item: string; latent: string }) => [item, latent]),
    ).toEqual([
      ['face', 'latents/face.pt'],
      ['other', 'latents/other.pt'],
    ]);
    expect(last.projections[0].psnr).toBeGreaterThan(0);
    const params = {
      images: join(run, 'inputs'),
      latents: join(run, 'latents'),
      list: '',
      depths: '',
      views: '',
      size: 16,
      crop: 0,
      latent: 8,
      minDepth: 0.9,
      maxDepth: 1.1,
    };
    const context = sourceContext(0);
    expect(await imageFolder.items?.({ params, context })).toEqual(['face', 'other']);
    const { latent } = (await imageFolder.load({ params, context })) as { latent: { data: Float32Array } };
    expect(latent.data.every((value) => Number.isFinite(value))).toBe(true);
  });

  it.each<[string, string[], string]>([
    ['no picture', ['--gan', gan], 'There is no picture'],
    ['no GAN', [picture], 'There is no GAN'],
    ['heads without VGG16', [picture, '--gan', gan, '--lpips', 'x'], 'there is no --vgg'],
    ['pictures that are none', [picture, gan, 'none.png', '--gan', gan], '2 pictures:\n  '],
    ['another network', [picture, '--gan', join(base, 'view.pt')], 'It holds netV: view network, encoder'],
    ['another entry', [picture, '--gan', gan, '--entry', 'g'], 'no StyleGAN2 generator under "g"'],
    ['no such file', [picture, '--gan', join(base, 'none.pt')], '[not-found]'],
    ['an unknown space', [picture, '--gan', gan, '--space', 'z'], 'Allowed choices are w, w+'],
    ['an unknown setting', [picture, '--gan', gan, '--set', 'settings.stepz=3'], 'steps'],
  ])('refuses %s before it begins', async (_, args, problem) => {
    const { code, stderr } = await cli('project', ...args);
    expect(code).toBe(2);
    expect(stderr).toContain(problem);
  });
});
