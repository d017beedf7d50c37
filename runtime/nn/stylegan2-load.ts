import * as tf from '@tensorflow/tfjs-core';
import type { HostTensor } from '../engine/host-op.ts';
import { CheckpointError } from '../formats/index.ts';
import type { HostContext, HostRandom } from '../node-context.ts';
import { hostScope } from './host-weights.ts';
import { type StoredNetwork, type WeightsFile, withStored } from './load.ts';
import { weightShapes } from './scope.ts';
import { checkBuffers, discriminatorBuffers, generatorBuffers } from './stylegan2-buffers.ts';
import {
  type DiscriminatorOptions,
  discriminator,
  discriminatorFeatures,
} from './stylegan2-discriminator.ts';
import { mapping } from './stylegan2-mapping.ts';
import { noiseResolutions, type SynthesisOptions, synthesis } from './stylegan2-synthesis.ts';
import { discriminatorWidths, generatorWidths, officialWidths } from './stylegan2-widths.ts';

/** The name under which a generator keeps the mean of w, which PyTorch checkpoints do not have. */
export const MEAN_LATENT = 'mean_latent';

// Samples behind the mean latent, as in the original.
const MEAN_SAMPLES = 4096;

interface GeneratorFile extends WeightsFile {
  readonly context: Pick<HostContext, 'resolve' | 'random'>;
  /** Whether the mean latent is wanted too. */
  readonly withMean: boolean;
}

/**
 * Reads the weights of a synthesis network, whose channels are those of the file. Noise that an older file lacks is
 * drawn.
 *
 * @throws CheckpointError where the file is of a GAN of another size or latent length, or lists all that does not fit
 */
export function loadSynthesis(
  { size, latent, taps }: Pick<SynthesisOptions, 'size' | 'latent' | 'taps'>,
  where: GeneratorFile,
): Promise<Map<string, HostTensor>> {
  return withStored(where, async (stored) => {
    const network = `a generator of ${size}×${size} images with latents of length ${latent}`;
    assertGeneratorSize(stored, { size, latent });
    await checkBuffers(stored, generatorBuffers(size, taps), network);
    const widths = generatorWidths(stored.shapeOf, officialWidths());
    const shapes = weightShapes(synthesis({ size, latent, taps, widths, noise: 'fixed' }));
    const { random } = where.context;
    const drawn = new Map<string, HostTensor>();
    for (const [i, resolution] of noiseResolutions(size).entries()) {
      const name = `noises.noise_${i}`;
      if (stored.shapeOf(name)) continue;
      shapes.delete(name);
      drawn.set(name, { data: random.normal(resolution ** 2), shape: [resolution, resolution, 1, 1] });
    }
    const weights = await stored.read(shapes, { network, unused: /(^|\.)style\.\d|\.kernel$|strided_style/ });
    if (where.withMean) drawn.set(MEAN_LATENT, await meanLatent(stored, { latent, random }));
    return new Map([...weights, ...drawn]);
  });
}

function assertGeneratorSize(
  { file, shapeOf }: StoredNetwork,
  wanted: { readonly size: number; readonly latent: number },
): void {
  const latent = shapeOf('conv1.conv.modulation.weight')?.[0];
  // Without this weight the file is something else: the list of what is missing says so.
  if (latent === undefined) return;
  let size = 4;
  for (let i = 0; shapeOf(`to_rgbs.${i}.conv.weight`); i++) size *= 2;
  if (size === wanted.size && latent === wanted.latent) return;
  throw new CheckpointError('network-mismatch', 'the generator is another than the graph says', {
    file,
    found: `images of ${size}×${size} and latents of length ${latent}`,
    expected: `images of ${wanted.size}×${wanted.size} and latents of length ${wanted.latent}`,
    hint: 'Change the size and the latent length of the graph, or give the checkpoint of another GAN.',
  });
}

/** Reads the weights of a range of steps of a mapping network. */
export function loadMapping(
  options: {
    readonly latent: number;
    readonly layers: number;
    readonly skip: number;
    readonly depth: number;
  },
  where: WeightsFile,
): Promise<Map<string, HostTensor>> {
  const { latent, layers } = options;
  return withStored(where, (stored) => {
    const network = `a mapping network of ${layers} layers with latents of length ${latent}`;
    const deeper = stored.shapeOf(`style.${layers + 1}.weight`);
    if (deeper) {
      const details = {
        file: stored.file,
        found: `style.${layers + 1}`,
        expected: `style.${layers} to be the last`,
      };
      throw new CheckpointError('network-mismatch', `it has more layers than ${network}`, details);
    }
    return stored.read(weightShapes(mapping(options)), { network, unused: 'any' });
  });
}

/** The mean of w over random z, [1,L]. */
async function meanLatent(
  stored: StoredNetwork,
  { latent, random }: { readonly latent: number; readonly random: HostRandom },
): Promise<HostTensor> {
  let layers = 0;
  while (stored.shapeOf(`style.${layers + 1}.weight`)) layers++;
  const network = mapping({ latent, layers });
  const weights = await stored.read(weightShapes(network), { network: 'a mapping network', unused: 'any' });
  const mean = tf.tidy(() => {
    const z = tf.tensor2d(random.normal(MEAN_SAMPLES * latent), [MEAN_SAMPLES, latent]);
    return tf.mean(network(hostScope(weights))(z), 0, true);
  });
  const data = (await mean.data()) as Float32Array;
  mean.dispose();
  return { data, shape: [1, latent] };
}

/** Reads the weights of a discriminator or, with a count, of what its first features need. */
export function loadDiscriminator(
  { count, ...options }: Omit<DiscriminatorOptions, 'widths'> & { readonly count?: number },
  where: WeightsFile,
): Promise<Map<string, HostTensor>> {
  const { size, taps } = options;
  return withStored(where, async (stored) => {
    const network = `a discriminator of ${size}×${size} images`;
    assertDiscriminatorSize(stored, size);
    await checkBuffers(stored, discriminatorBuffers(size, taps), network);
    const widths = discriminatorWidths(size, stored.shapeOf, officialWidths());
    const build =
      count === undefined
        ? discriminator({ ...options, widths })
        : discriminatorFeatures({ ...options, widths, count });
    return stored.read(weightShapes(build), { network, unused: count === undefined ? /\.kernel$/ : 'any' });
  });
}

function assertDiscriminatorSize({ file, shapeOf }: StoredNetwork, wanted: number): void {
  let size = 4;
  for (let i = 1; shapeOf(`convs.${i}.conv1.0.weight`); i++) size *= 2;
  if (size === wanted || size === 4) return;
  throw new CheckpointError('network-mismatch', 'the discriminator is another than the graph says', {
    file,
    found: `images of ${size}×${size}`,
    expected: `images of ${wanted}×${wanted}`,
    hint: 'Change the size of the graph, or give the checkpoint of another GAN.',
  });
}
