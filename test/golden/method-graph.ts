import { basename, dirname, join } from 'node:path';
import { openCheckpoint } from '../../runtime/formats/index.ts';
import type { Json, JsonObject } from '../../runtime/graph/index.ts';
import { findCases, GoldenCase } from './fixture.ts';
import type { MethodCase } from './method-case.ts';
import { FIELDS, gradients, probeNodes, tapNodes } from './method-probes.ts';
import { numberOf, recordOf } from './network.ts';

/**
 * The official graph with the networks, settings and draws of a case: random nodes give what the reference drew, the
 * image is the stored one, and nodes are added that split losses as the reference reports them and record values.
 */
export async function methodGraph(
  method: MethodCase,
  { taps = false, recorders }: { readonly taps?: boolean; readonly recorders: JsonObject },
): Promise<JsonObject> {
  const { useMask } = method;
  const nodes = merged(
    await targetNodes(method),
    networkNodes(method),
    drawNodes(method),
    useMask ? maskNodes(method) : {},
    offsetNodes(method),
    method.perceptual ? perceptualNodes(method) : WITHOUT_PERCEPTUAL,
    probeNodes(method),
    taps ? tapNodes(method) : {},
    recorders,
    {
      gradients1: gradients('loss1', [
        'depthNet',
        'albedoNet',
        'viewNet',
        'lightNet',
        ...(taps ? FIELDS : []),
      ]),
      gradients2: gradients('loss2', ['encoder']),
      gradients3: gradients('loss3', ['depthNet', 'albedoNet', 'viewNet', 'lightNet']),
    },
  );
  return {
    extends: useMask ? 'objects' : 'gan2shape',
    formatVersion: 1,
    settings: settings(method),
    nodes,
    schedule: schedule(method),
  };
}

function settings({ golden, cfgs }: MethodCase): JsonObject {
  const number = (name: string) => numberOf(cfgs, name);
  const [x0, x1, y0, y1, d0, d1, share] = cfgs.rand_light as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const widths = recordOf(golden.args, 'networks');
  const adam = recordOf(golden.args, 'adam');
  return {
    size: number('image_size'),
    batch: number('batchsize'),
    gan: 'stylegan2.pt',
    ganSize: number('gan_size'),
    frame: number('gan_size'),
    frameCrop: number('gan_size'),
    latent: number('z_dim'),
    mappingSplit: 8 - number('F1_d'),
    truncation: number('truncation'),
    pretrained: 'gan2shape.pth',
    viewPrior: 'view_mvn.pth',
    lightPrior: 'light_mvn.pth',
    width: numberOf(recordOf(widths, 'EDDeconv'), 'nf'),
    groups: numberOf(recordOf(widths, 'EDDeconv'), 'gn_base'),
    bottleneck: numberOf(recordOf(widths, 'EDDeconv'), 'zdim'),
    offsetWidth: numberOf(recordOf(widths, 'ResEncoder'), 'nf'),
    minDepth: number('min_depth'),
    maxDepth: number('max_depth'),
    rotation: number('xyz_rotation_range'),
    translation: number('xy_translation_range'),
    depthTranslation: number('z_translation_range'),
    rotationCentre: number('rot_center_depth'),
    fov: number('fov'),
    alignCorners: golden.args.grid_sample_align_corners !== false,
    viewScale: number('view_scale'),
    lightX: [x0, x1],
    lightY: [y0, y1],
    lightDiffuse: [d0, d1],
    lightAmbientShare: share,
    lr: numberOf(adam, 'lr'),
    weightDecay: numberOf(adam, 'weight_decay'),
    perceptual: number('lam_perc'),
    smooth: number('lam_smooth'),
    regular: number('lam_regular'),
    collect: number('collect_iters'),
  };
}

async function targetNodes({ golden, cfgs, hasTruth }: MethodCase): Promise<JsonObject> {
  const size = numberOf(cfgs, 'image_size');
  const width = numberOf(cfgs, 'z_dim');
  const file = await openCheckpoint(join(golden.folder, 'latent.pt'));
  const latent = [...(await file.read(file.tensors()[0]?.name ?? 'latent', { dtype: 'float32' })).data];
  file.close();
  const image = [...golden.image('input_im').dataSync()];
  const depth = hasTruth ? [...golden.array('depth_gt')] : new Array<number>(size ** 2).fill(1);
  return {
    target: { type: 'golden/target', params: only({ size, width, image, latent, depth }, TARGET_PARAMS) },
  };
}

const TARGET_PARAMS = ['images', 'list', 'latents', 'depths', 'crop', 'minDepth', 'maxDepth'];

/** Networks of fixtures are narrower than the official ones. */
function networkNodes({ golden, cfgs }: MethodCase): JsonObject {
  const width = numberOf(recordOf(recordOf(golden.args, 'networks'), 'Encoder'), 'nf');
  const encoders = ['viewNet', 'lightNet', 'sampleViewNet', 'sampleLightNet'];
  const means = { mean: 'meanLatent' };
  const truncated = numberOf(cfgs, 'truncation') < 1;
  return {
    ...Object.fromEntries(encoders.map((name) => [name, { params: { width } }])),
    ...(cfgs.add_mean_V !== true && without(['view', 'sampleView'], 'mean')),
    ...(cfgs.add_mean_L !== true && without(['ownLight', 'sampleLight'], 'mean')),
    ...(truncated && {
      meanLatent: constantOf(golden, 'draw/mean_latent'),
      generator: { in: means },
      ...(golden.has('setup/gan_im') && { ganOfTarget: { in: means } }),
    }),
  };
}

const without = (nodes: readonly string[], input: string): JsonObject =>
  Object.fromEntries(nodes.map((name) => [name, { in: { [input]: null } }]));

/** In place of random nodes: what the reference drew, in the order in which steps pull. */
function drawNodes(method: MethodCase): JsonObject {
  const { golden, cfgs } = method;
  const batch = numberOf(cfgs, 'batchsize');
  const rounds = golden.matching(/^draw\/(.*)_rand_views$/).map(([, match]) => match[1] ?? '');
  if (rounds.length === 0) return {};
  const draw = (round: string, name: string) => [...golden.array(`draw/${round}_rand_${name}`)];
  const changes = rounds.map((round) => {
    const columns = ['light_x', 'light_y', 'diffuse'].map((name) => draw(round, name));
    return Array.from({ length: batch }, (_, i) => columns.map((column) => column[i] as number)).flat();
  });
  const orders = golden.matching(/^draw\/step3_\d+_randperm$/).map(([{ name }]) => [...golden.array(name)]);
  return {
    randomView: {
      type: 'golden/sequence',
      in: null,
      params: {
        count: null,
        yawScale: null,
        shape: [batch, 6],
        values: rounds.map((round) => draw(round, 'views')),
      },
    },
    lightChanges: { type: 'golden/sequence', params: { shape: [batch, 3], values: changes } },
    randomLight: {
      type: 'light/relight',
      in: { changes: 'lightChanges' },
      params: { count: null, x: null, y: null, diffuse: null },
    },
    samples: { type: 'golden/replay', params: { orders } },
  };
}

function maskNodes({ golden }: MethodCase): JsonObject {
  const fitted = [
    'segmentationInput',
    'segmentation',
    'foundMask',
    'ellipsoid',
    'priorDepth',
    'priorLoss',
    'fitPrior',
  ];
  return {
    ...Object.fromEntries(fitted.map((name) => [name, null])),
    objectMask: { ...constantOf(golden, 'input_mask', golden.image('input_mask').shape), in: null },
  };
}

/** The graph for objects has absolute offsets, the other relative ones; a case may want it otherwise. */
function offsetNodes({ cfgs, useMask }: MethodCase): JsonObject {
  const relative = cfgs.relative_enc === true;
  const ganImage: JsonObject = useMask
    ? {
        ganOfTarget: {
          type: 'gan/stylegan2-generator',
          in: { w: 'target.latent' },
          params: {
            size: '$ganSize',
            latent: '$latent',
            channelMultiplier: '$channelMultiplier',
            truncation: '$truncation',
            checkpoint: '$gan',
          },
          weights: 'generator',
        },
        ganClipped: { type: 'math/clip', in: { x: 'ganOfTarget.image' } },
        ganResized: { type: 'math/resize', in: { image: 'ganClipped' }, params: { size: '$size' } },
        ganImage: { type: 'buffer/latest', in: { x: 'ganResized' } },
      }
    : {};
  if (relative === !useMask) return ganImage;
  if (!relative) {
    const gone = ['relative', 'encoderOfGan', 'turnedRelative', 'relitRelative'];
    return {
      ...Object.fromEntries(gone.map((name) => [name, null])),
      hidden: { in: { a: 'encoder' } },
      turnedHidden: { in: { a: 'turnedEncoder' } },
      relitHidden: { in: { a: 'relitEncoder' } },
    };
  }
  return {
    ...ganImage,
    encoderOfGan: {
      type: 'network/res-encoder',
      in: { image: 'ganImage' },
      params: {
        size: '$size',
        out: '$latent',
        width: '$offsetWidth',
        checkpoint: '$pretrained',
        entry: 'netEnc',
      },
      weights: 'encoder',
    },
    relative: { type: 'math/subtract', in: { a: 'encoder', b: 'encoderOfGan' } },
    hidden: { in: { a: 'relative' } },
  };
}

const WITHOUT_PERCEPTUAL: JsonObject = {
  perceptual: null,
  samplePerceptual: null,
  loss1: { in: { losses: { perceptual: null } }, params: { weights: { perceptual: null } } },
  loss3: { in: { losses: { perceptual: null } }, params: { weights: { perceptual: null } } },
};

/** LPIPS with the weights of the case of LPIPS beside this one. */
function perceptualNodes({ golden }: MethodCase): JsonObject {
  const folder = findCases(dirname(golden.folder)).find((path) => new GoldenCase(path).has('pred', 'lpips'));
  if (!folder) throw new Error('the perceptual loss needs the case of LPIPS beside this one');
  const file = join('..', basename(folder));
  return {
    perceptual: { type: 'golden/lpips', params: { checkpoint: file, heads: '' } },
    samplePerceptual: { type: 'golden/lpips', params: { heads: '' } },
  };
}

const CANONICAL = ['canonicalDepth', 'canonicalAlbedo', 'canonicalLight'];

function schedule({ iterations, flip1, flip3, useMask }: MethodCase): Json[] {
  const stage = (name: string, flipped: boolean, steps: Json[]) => ({
    stage: name,
    settings: { copies: flipped ? 2 : 1 },
    steps,
  });
  const times = (step: string) => numberOf(iterations, step);
  const runs = (step: string) => typeof iterations[step] === 'number';
  const mask = useMask ? ['canonicalMask'] : [];
  return [
    { pull: ['ganImage', 'recordSetup'] },
    stage('step 1', flip1, [
      ...(useMask ? [{ pull: ['canonicalMask'] }] : []),
      { pull: ['step1', ...CANONICAL, 'gradients1', 'record1'], times: times('step1') },
    ]),
    ...(runs('step2')
      ? [
          { pull: ['step2', 'gradients2', 'record2'], times: times('step2') },
          { pull: ['samples', 'recordCollected'], times: times('collect') },
        ]
      : []),
    ...(runs('step3')
      ? [
          stage('step 3', flip3, [
            { pull: ['step3', ...CANONICAL, ...mask, 'gradients3', 'record3'], times: times('step3') },
          ]),
        ]
      : []),
  ];
}

function constantOf(golden: GoldenCase, name: string, shape = golden.entry(name).shape): JsonObject {
  return { type: 'source/constant', params: { shape: [...shape], values: [...golden.array(name)] } };
}

/** Parameters with others taken away from what the extended graph states. */
function only(params: JsonObject, gone: readonly string[]): JsonObject {
  return { ...Object.fromEntries(gone.map((name) => [name, null])), ...params };
}

/** Patches one over the other, node by node. */
function merged(...patches: readonly JsonObject[]): JsonObject {
  const nodes: { [name: string]: Json } = {};
  for (const patch of patches) {
    for (const [name, node] of Object.entries(patch)) {
      const before = nodes[name];
      nodes[name] = isObject(before) && isObject(node) ? merged(before, node) : node;
    }
  }
  return nodes;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
