import { imageSize } from '../runtime/formats/image.ts';
import { openCheckpoint } from '../runtime/formats/index.ts';
import { messageOf, RunError } from '../runtime/run/errors.ts';
import { fitsOf } from './fits/index.ts';

/** A generator with its mapping network in a file, as settings of graphs describe it. */
export interface ProjectedGan {
  readonly file: string;
  readonly entry: string;
  /** Side of its images. */
  readonly size: number;
  /** Length of its latents. */
  readonly latent: number;
  readonly mappingLayers: number;
}

/**
 * Finds the generator in a file: under the given entry, or `g_ema`, or the only one.
 * @throws CheckpointError where the file cannot be read, RunError `bad-option` where there is no such generator
 */
export async function findGenerator(file: string, entry?: string): Promise<ProjectedGan> {
  const checkpoint = await openCheckpoint(file);
  const fits = fitsOf(checkpoint.tensors());
  checkpoint.close();
  const generators = fits.filter(({ type }) => type === 'gan/stylegan2-generator');
  const wanted = entry ?? (generators.length > 1 ? 'g_ema' : generators[0]?.entry);
  const found = generators.find((one) => one.entry === wanted);
  if (!found) {
    const others = fits.map((fit) => `${fit.entry || 'the file'}: ${fit.network}`).join('; ');
    const what = entry === undefined ? 'no StyleGAN2 generator' : `no StyleGAN2 generator under "${entry}"`;
    const hint = others ? `It holds ${others}.` : '`gan2shape inspect` lists what it holds.';
    throw new RunError('bad-option', `${file} holds ${what}`, { hint });
  }
  if (found.problems.length > 0) {
    throw new RunError('bad-option', `The generator in ${file} is not whole: ${found.problems.join('; ')}`);
  }
  const { size, latent, layers } = found.params as { size: number; latent: number; layers: number };
  if (layers === 0) {
    const hint = 'Its mapping network tells where latents lie: give a file that has both.';
    throw new RunError('bad-option', `${file} holds a generator without its mapping network`, { hint });
  }
  return { file, entry: found.entry, size, latent, mappingLayers: layers };
}

/** Checks that files are pictures, from their headers. @throws RunError `bad-option` that lists all that are not */
export async function expectImages(files: readonly string[]): Promise<void> {
  const problems: string[] = [];
  for (const file of files) await imageSize(file).catch((cause) => problems.push(messageOf(cause)));
  if (problems.length === 0) return;
  const [first = '', ...more] = problems;
  const message = more.length === 0 ? first : `${problems.length} pictures:\n  ${problems.join('\n  ')}`;
  const hint = 'Expected PNG, JPEG, WebP or GIF files.';
  throw new RunError('bad-option', message, { hint });
}
