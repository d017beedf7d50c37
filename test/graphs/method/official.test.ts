import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Graph, openGraph, paramsIn, type ScheduleStep } from '../../../runtime/graph/index.ts';
import { loadRegistry } from '../../../runtime/registry.ts';

const registry = await loadRegistry();
const official = (name: string) => openGraph(resolve(`graphs/${name}.json`), { registry });

function params(graph: Graph, node: string, step?: ScheduleStep) {
  const found = graph.nodes.get(node);
  if (!found) throw new Error(`${graph.file} has no node ${node}`);
  return paramsIn(found, step) as { readonly [name: string]: unknown };
}

/** What a stage trains, in order: each step with its number of pulls, and copies where a step mirrors the shape. */
function stagesOf(graph: Graph): string[] {
  const stages: string[][] = [];
  for (const step of graph.schedule) {
    const [node = ''] = step.pull;
    if (!/^step\d$|^samples$|^fitPrior$/.test(node)) continue;
    if (node === 'step1' || stages.length === 0) stages.push([]);
    const flipped = /^step[13]$/.test(node) && params(graph, 'depth', step).copies === 2;
    stages.at(-1)?.push(`${node} ${step.times}${flipped ? ' mirrored' : ''}`);
  }
  return stages.map((stage) => stage.join(', '));
}

// The numbers of the original's configs/*.yml; what is the same in all of them is checked apart.
const FACE_STAGES = [
  'step1 600, step2 600, samples 100, step3 400 mirrored',
  ...Array<string>(3).fill('step1 200, step2 500, samples 100, step3 300'),
];
const OBJECT_STAGES = [
  'fitPrior 1000',
  'step1 700, step2 700, samples 100, step3 600',
  ...Array<string>(3).fill('step1 200, step2 500, samples 100, step3 400'),
];
const jointStages = (collect: number, later: number) => [
  'fitPrior 1000',
  `step1 1500, step2 1500, samples ${collect}, step3 1500 mirrored`,
  ...Array<string>(later).fill(`step1 700 mirrored, step2 1000, samples ${collect}, step3 1000 mirrored`),
];
const SYNFACE = {
  size: 64,
  crop: 170,
  ganSize: 128,
  multiplier: 1,
  mapped: 0,
  light: [-0.9, 0.9, -0.3, 0.8, -0.1, 0.7, -0.4],
};
const LIGHT = [-1, 1, -0.2, 0.8, -0.1, 0.6, -0.6];
const COMMON = { size: 128, crop: 0, mapped: 6, light: LIGHT };

const CONFIGURATIONS = {
  car: {
    ...COMMON,
    ganSize: 512,
    multiplier: 2,
    batch: 8,
    viewScale: 1,
    prior: [0.91, 1.02],
    stages: OBJECT_STAGES,
    pretrained: '',
    gan: 'stylegan2-car-config-f',
  },
  church: {
    ...COMMON,
    ganSize: 256,
    multiplier: 2,
    batch: 8,
    viewScale: 1,
    prior: [0.91, 1],
    stages: OBJECT_STAGES,
    pretrained: '',
    gan: 'stylegan2-church-config-f',
  },
  celeba: {
    ...COMMON,
    ganSize: 128,
    multiplier: 1,
    batch: 16,
    viewScale: 1.2,
    stages: FACE_STAGES,
    pretrained: 'celeba_pretrain',
    gan: 'stylegan2-celeba-config-e',
  },
  cat: {
    ...COMMON,
    crop: 170,
    ganSize: 256,
    multiplier: 1,
    batch: 16,
    viewScale: 1.2,
    stages: FACE_STAGES,
    pretrained: 'cat_pretrain',
    gan: 'stylegan2-catface-config-e',
  },
  synface: {
    ...SYNFACE,
    batch: 16,
    viewScale: 1.2,
    stages: ['step1 500, step2 500, samples 100, step3 200 mirrored'],
    pretrained: 'synface_pretrain',
    gan: 'stylegan2-synface-config-e',
  },
  'celeba-pretrain': {
    ...COMMON,
    ganSize: 128,
    multiplier: 1,
    batch: 8,
    viewScale: 1.2,
    prior: [0.91, 1.02],
    stages: jointStages(800, 3),
    pretrained: '',
    gan: 'stylegan2-celeba-config-e',
  },
  'cat-pretrain': {
    ...COMMON,
    crop: 170,
    ganSize: 256,
    multiplier: 1,
    batch: 8,
    viewScale: 1.2,
    prior: [0.91, 1.02],
    stages: jointStages(800, 3),
    pretrained: '',
    gan: 'stylegan2-catface-config-e',
  },
  'synface-pretrain': {
    ...SYNFACE,
    batch: 12,
    viewScale: 1.2,
    prior: [0.91, 1.02],
    stages: jointStages(1000, 7),
    pretrained: '',
    gan: 'stylegan2-synface-config-e',
  },
};

describe.each(Object.entries(CONFIGURATIONS))('%s', (name, wanted) => {
  const graph = official(name);
  const of = (node: string) => params(graph, node);

  it('has the numbers of the original', () => {
    expect(of('target')).toMatchObject({
      size: wanted.size,
      crop: wanted.crop,
      latent: 512,
      minDepth: 0.9,
      maxDepth: 1.1,
    });
    const gan = `checkpoints/stylegan2/${wanted.gan}.pt`;
    const { ganSize: size, multiplier: channelMultiplier } = wanted;
    expect(of('generator')).toMatchObject({
      size,
      channelMultiplier,
      checkpoint: gan,
      truncation: 1,
      latent: 512,
    });
    expect(of('features')).toMatchObject({ size, channelMultiplier, checkpoint: gan, features: 4 });
    expect(of('mapped').skip).toBe(wanted.mapped);
    expect(of('centreHidden').depth).toBe(wanted.mapped);
    expect(of('cut').size).toBe(wanted.crop || wanted.ganSize);
    expect(of('projected').size).toBe(wanted.size);
    expect(of('samples')).toMatchObject({ count: wanted.batch });
    const [x0, x1, y0, y1, d0, d1, ambientShare] = wanted.light;
    expect(of('randomLight')).toEqual({
      count: wanted.batch,
      x: [x0, x1],
      y: [y0, y1],
      diffuse: [d0, d1],
      ambientShare,
    });
    expect(of('randomView')).toEqual({ count: wanted.batch, yawScale: wanted.viewScale });
    if ('prior' in wanted)
      expect(of('ellipsoid')).toMatchObject({ near: wanted.prior[0], far: wanted.prior[1], radius: 0.4 });
    const pretrained = wanted.pretrained && `checkpoints/gan2shape/${wanted.pretrained}.pth`;
    for (const [node, entry] of Object.entries({
      depthNet: 'netD',
      albedoNet: 'netA',
      viewNet: 'netV',
      lightNet: 'netL',
      encoder: 'netEnc',
    })) {
      expect(of(node)).toMatchObject({ checkpoint: pretrained, entry });
    }
  });

  it('has what all configurations have', () => {
    const small = wanted.size === 64;
    expect(of('depthNet')).toMatchObject({
      width: small ? 64 : 32,
      groups: small ? 16 : 8,
      latent: 256,
      out: 1,
      activation: 'none',
    });
    expect(of('albedoNet')).toMatchObject({ out: 3, activation: 'tanh' });
    expect(of('encoder')).toMatchObject({ width: 32, out: 512, activation: 'none' });
    for (const step of ['step1', 'step2', 'step3']) {
      expect(of(step)).toMatchObject({
        lr: 1e-4,
        weightDecay: 5e-4,
        beta1: 0.9,
        beta2: 0.999,
        restart: true,
      });
    }
    expect(of('loss1').weights).toEqual({ perceptual: 0.5, smooth: 0.01 });
    expect(of('loss2').weights).toEqual({ norm: 0.01 });
    expect(of('loss3').weights).toEqual({ perceptual: 0.5 });
    expect(of('view')).toEqual({ rotation: 60, translation: 0.1, depthTranslation: 0 });
    expect(of('warp')).toMatchObject({ fov: 10, rotationCentre: 1, minDepth: 0.9, maxDepth: 1.1 });
    expect(of('recon').alignCorners).toBe(true);
    expect(graph.nodes.get('step1')?.trains).toEqual(['albedoNet']);
    expect(graph.nodes.get('step2')?.trains).toEqual(['encoder']);
    expect(graph.nodes.get('step3')?.trains).toEqual(['depthNet', 'albedoNet', 'viewNet', 'lightNet']);
  });

  it('goes through the stages of the original', () => {
    expect(stagesOf(graph)).toEqual(wanted.stages);
  });
});

describe('sample', () => {
  it('makes 100 × 10 images with truncation 0.7', () => {
    const graph = official('sample');
    expect(params(graph, 'truncated').truncation).toBe(0.7);
    expect(params(graph, 'manyLatents').count).toBe(4096);
    expect(params(graph, 'latents').count).toBe(10);
    expect(graph.schedule.at(-1)).toMatchObject({ pull: ['samples'], times: 100 });
  });
});
