import { describe, expect, it } from 'vitest';
import { type Fit, fitsOf, type ListedTensor } from '../../../cli/fits/index.ts';
import { vgg16 } from '../../../nodes/loss/lpips.ts';
import { edDeconv } from '../../../nodes/network/ed-deconv.ts';
import { encoder } from '../../../nodes/network/encoder.ts';
import { resEncoder } from '../../../nodes/network/res-encoder.ts';
import { biSeNet } from '../../../nodes/segmentation/bisenet.ts';
import { pspNet } from '../../../nodes/segmentation/pspnet.ts';
import { type Scope, weightShapes } from '../../../runtime/nn/scope.ts';
import { discriminator } from '../../../runtime/nn/stylegan2-discriminator.ts';
import { mapping } from '../../../runtime/nn/stylegan2-mapping.ts';
import { synthesis } from '../../../runtime/nn/stylegan2-synthesis.ts';
import { officialWidths } from '../../../runtime/nn/stylegan2-widths.ts';
import { shapeToTorch } from '../../../runtime/nn/torch-weights.ts';

const TAPS = [1, 3, 3, 1];

/** The weights of a network as a file of PyTorch lists them. */
function listed(build: (scope: Scope) => unknown, prefix = ''): ListedTensor[] {
  return [...weightShapes(build)].map(([name, shape]) => ({
    name: prefix + name,
    shape: shapeToTorch(shape),
  }));
}

function theOnly(tensors: readonly ListedTensor[]): Fit {
  const fits = fitsOf(tensors);
  expect(fits).toHaveLength(1);
  return fits[0] as Fit;
}

function generator(size: number, latent: number, multiplier: number, prefix = 'g_ema.'): ListedTensor[] {
  const widths = officialWidths({ multiplier });
  return [
    ...listed(mapping({ latent, layers: 8 }), prefix),
    ...listed(synthesis({ size, latent, widths, taps: TAPS, noise: 'fixed' }), prefix),
  ];
}

describe('networks of GANs', () => {
  it.each([
    [128, 1, 'channels of config-e'],
    [256, 2, 'channels of config-f'],
    [512, 2, 'channels of config-f'],
  ])('knows a generator of %i with multiplier %i', (size, multiplier, channels) => {
    const fit = theOnly(generator(size, 512, multiplier));
    expect(fit).toMatchObject({
      entry: 'g_ema',
      type: 'gan/stylegan2-generator',
      params: { size, latent: 512, layers: 8 },
      problems: [],
    });
    expect(fit.notes).toContain(channels);
  });

  it('knows reduced channels, and generators without noise or mapping', () => {
    const widths = (resolution: number) => 128 / resolution;
    const options = { size: 16, latent: 6, widths, taps: TAPS } as const;
    const fit = theOnly(listed(synthesis({ ...options, noise: 'given' })));
    expect(fit).toMatchObject({ entry: '', params: { size: 16, latent: 6, layers: 0 }, problems: [] });
    expect(fit.notes).toContain('channels 32, 16, 8');
    expect(fit.notes).toContain('no mapping network');
  });

  it('knows a discriminator, and both entries of one file', () => {
    const judge = discriminator({
      size: 64,
      widths: officialWidths({ multiplier: 1 }),
      taps: TAPS,
      group: 4,
    });
    const fits = fitsOf([...generator(64, 512, 1), ...listed(judge, 'd.')]);
    expect(fits.map(({ entry, network }) => [entry, network])).toEqual([
      ['g_ema', 'StyleGAN2 generator'],
      ['d', 'StyleGAN2 discriminator'],
    ]);
    expect(fits[1]).toMatchObject({ params: { size: 64 }, problems: [] });
  });

  it('says what is missing and misshapen', () => {
    const tensors = generator(64, 512, 1)
      .filter(({ name }) => name !== 'g_ema.conv1.activate.bias')
      .map((one) => (one.name === 'g_ema.style.3.bias' ? { ...one, shape: [7] } : one));
    expect(theOnly(tensors).problems).toEqual([
      'conv1.activate.bias is missing',
      'style.3.bias is [7], not [512]',
    ]);
  });
});

describe('networks of the method', () => {
  it.each([
    ['netD', 64, 1, 'depth network, encoder–decoder (EDDeconv)'],
    ['netA', 128, 3, 'albedo network, encoder–decoder (EDDeconv)'],
  ])('knows %s', (entry, size, out, network) => {
    const options = { size, in: 3, out, width: 8, groups: 2, latent: 20, activation: 'none' } as const;
    expect(theOnly(listed(edDeconv(options), `${entry}.`))).toMatchObject({
      entry,
      network,
      type: 'network/ed-deconv',
      params: { size, in: 3, out, width: 8, latent: 20 },
      problems: [],
    });
  });

  it('knows encoders of both kinds, behind DataParallel', () => {
    const shape = { size: 128, in: 3, out: 6, width: 5, activation: 'none' } as const;
    const view = theOnly(listed(encoder(shape), 'netV.module.'));
    expect(view).toMatchObject({ entry: 'netV', type: 'network/encoder', problems: [] });
    expect(view.params).toEqual({ size: 128, in: 3, out: 6, width: 5 });
    expect(view.notes).toContain('saved from DataParallel');
    const offsets = theOnly(listed(resEncoder({ ...shape, out: 512 }), 'module.'));
    expect(offsets).toMatchObject({ entry: '', type: 'network/res-encoder', problems: [] });
    expect(offsets.params).toEqual({ size: 128, in: 3, out: 512, width: 5 });
  });
});

describe('other networks', () => {
  it('knows VGG16 and heads of LPIPS', () => {
    expect(theOnly(listed(vgg16))).toMatchObject({ network: 'VGG16', problems: [] });
    const heads = [64, 128, 256, 512, 512].map((width, i) => ({
      name: `lin${i}.model.1.weight`,
      shape: [1, width, 1, 1],
    }));
    expect(theOnly(heads)).toMatchObject({ network: 'LPIPS heads for VGG16', problems: [] });
    const ofAlexNet = heads.map((head, i) => (i === 1 ? { ...head, shape: [1, 192, 1, 1] } : head));
    expect(theOnly(ofAlexNet).problems).toEqual(['lin1.model.1.weight is [1,192,1,1], not [1,128,1,1]']);
  });

  it('knows networks for masks', () => {
    expect(theOnly(listed(biSeNet(19)))).toMatchObject({
      network: 'BiSeNet',
      params: { classes: 19 },
      problems: [],
    });
    const voc = pspNet({ layers: 101, classes: 21, bins: [1, 2, 3, 6], zoom: 8 });
    expect(theOnly(listed(voc, 'state_dict.module.'))).toMatchObject({
      entry: 'state_dict',
      network: 'PSPNet',
      params: { layers: 101, classes: 21 },
      problems: [],
    });
  });
});

describe('other files', () => {
  it('knows priors, latents and states of optimizers', () => {
    const prior = [
      { name: 'mean', shape: [6] },
      { name: 'cov', shape: [6, 6] },
    ];
    expect(theOnly(prior)).toMatchObject({ network: 'view prior, normal distribution', params: { size: 6 } });
    expect(theOnly([{ name: 'latent', shape: [1, 512] }])).toMatchObject({ network: 'latent of W' });
    expect(theOnly([{ name: '', shape: [12, 512] }])).toMatchObject({ network: 'latent of W+, or several' });
    expect(theOnly([{ name: 'state.0.exp_avg', shape: [3] }]).network).toBe("state of PyTorch's Adam");
  });

  it('knows checkpoints of runs, with the networks in them', () => {
    const options = { size: 64, in: 3, out: 6, width: 4, activation: 'none' } as const;
    const weights = [...weightShapes(encoder(options))].map(([name, shape]) => ({
      name: `viewNet/${name}`,
      shape,
    }));
    const fits = fitsOf([
      ...weights,
      { name: 'step3/viewNet/network.0.weight/first-moment', shape: [4, 4, 3, 4] },
      { name: 'samples@image/000000', shape: [1, 8, 8, 3] },
    ]);
    expect(fits[0]).toMatchObject({ network: 'checkpoint of a run' });
    expect(fits[0]?.notes.slice(0, 3)).toEqual([
      'weights of viewNet',
      'moments of step3',
      'memory of samples',
    ]);
    expect(fits[1]).toMatchObject({ entry: 'viewNet', type: 'network/encoder', problems: [] });
  });

  it('takes nothing for a network that is none, however many names there are', () => {
    expect(fitsOf([])).toEqual([]);
    expect(
      fitsOf([
        { name: 'x', shape: [2] },
        { name: 'y', shape: [2] },
      ]),
    ).toEqual([]);
    expect(fitsOf([{ name: 'network.0.weight', shape: [4] }])).toEqual([]);
    expect(fitsOf([{ name: 'network.0.weight', shape: [4, 3, 4, 4] }])).toEqual([]);
    const many = Array.from({ length: 20_000 }, (_, i) => ({ name: `k${i}.cov`, shape: [2, 2] }));
    const start = performance.now();
    expect(fitsOf(many)).toEqual([]);
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});
