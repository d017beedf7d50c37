import { join, relative } from 'node:path';
import { Command, Option } from 'commander';
import { openGraph } from '../../runtime/graph/index.ts';
import { loadRegistry } from '../../runtime/registry.ts';
import { RunError } from '../../runtime/run/errors.ts';
import { action, type CommonOptions, collect, columns, numberOf, print, SET_OPTION } from '../action.ts';
import type { ProjectedGan } from '../gan-file.ts';
import { type PerformOptions, performRun, resumed, runOptions, type Start } from '../perform.ts';

interface ProjectOptions extends CommonOptions, PerformOptions {
  readonly gan?: string;
  readonly entry?: string;
  readonly space: 'w' | 'w+';
  readonly steps?: number;
  readonly fit: 'crop' | 'stretch';
  readonly vgg?: string;
  readonly lpips?: string;
  readonly seed?: number;
  readonly out?: string;
  readonly resume?: string;
  readonly plain?: boolean;
  readonly set?: readonly string[];
}

export function projectCommand(): Command {
  const command = new Command('project')
    .description('find the latents with which a GAN draws pictures')
    .argument('[image...]', 'pictures, such as photographs: PNG, JPEG, WebP or GIF of any size')
    .option(
      '--gan <file>',
      'the GAN: a file of PyTorch or safetensors with its generator and mapping network',
    )
    .option(
      '--entry <name>',
      'entry of that file with the generator (default: g_ema, where there are several)',
    )
    .addOption(
      new Option('--space <space>', 'one latent for all layers of the generator, or one for each')
        .choices(['w', 'w+'])
        .default('w'),
    )
    .option('--steps <count>', 'steps of gradient descent for a picture (default: 1000)', numberOf)
    .addOption(
      new Option('--fit <how>', 'how a picture becomes a square: its middle, or squeezed')
        .choices(['crop', 'stretch'])
        .default('crop'),
    )
    .option('--vgg <file>', 'weights of VGG16: what pictures show is compared, besides pixels and edges')
    .option('--lpips <file>', 'heads of LPIPS for it, where they are not in the same file')
    .option('--seed <number>', 'what everything random follows from (default: 0)', numberOf)
    .option('--engine <name>', 'what computes; `gan2shape doctor` lists them (default: auto)')
    .option('--threads <count>', 'threads of one operator on the CPU (default: every core)', numberOf)
    .option('--out <folder>', 'folder of the run (default: runs/project-TIME)')
    .option('--resume <run>', 'go on with the projection in that folder')
    .option('--plain', 'one line an event instead of the dashboard')
    .option(...SET_OPTION, collect)
    .addHelpText(
      'after',
      `
It runs graphs/project.json. In the folder of the run are, named like the pictures, inputs/ and latents/, which
reconstructions take, and projections/, each picture beside what the GAN makes of it. A GAN draws what it was trained
on: pictures have to be cut out as those were, faces with their eyes at the same places.

Examples:
  $ gan2shape project me.jpg --gan checkpoints/stylegan2/stylegan2-celeba-config-e.pt
  $ gan2shape project photos/*.png --gan gan.pt --space w+ --steps 500 --out runs/photos
  $ gan2shape run celeba --set settings.images=runs/photos/inputs --set settings.latents=runs/photos/latents --set settings.list=`,
    );
  return action<ProjectOptions>(command, async (images, options) => {
    const { resume, json } = options;
    const begin = resume === undefined ? await start(images, options) : resumed(resume, options);
    const { code, folder, status } = await performRun(begin, options);
    if (folder !== undefined && status !== 'failed') await report(folder, json === true);
    return code;
  });
}

/** Checks what was given before anything is started. */
async function start(images: readonly string[], options: ProjectOptions): Promise<Start> {
  const { gan: file, entry, seed, out, lpips, vgg } = options;
  const usage = 'gan2shape project IMAGE... --gan FILE, or --resume RUN.';
  if (images.length === 0) throw new RunError('bad-option', 'There is no picture', { hint: usage });
  if (file === undefined) throw new RunError('bad-option', 'There is no GAN', { hint: usage });
  if (lpips !== undefined && vgg === undefined) {
    throw new RunError('bad-option', '--lpips gives heads for VGG16, but there is no --vgg');
  }
  const { expectImages, findGenerator } = await import('../gan-file.ts');
  await expectImages(images);
  const gan = await findGenerator(file, entry);
  const set = [...settingsOf(images, gan, options), ...(options.set ?? [])];
  const name = vgg === undefined ? 'project' : 'project-perceptual';
  const graph = openGraph(name, { registry: await loadRegistry(), set });
  return async (commands) => {
    const { runGraph } = await import('../../runtime/run/index.ts');
    return runGraph(graph, {
      ...runOptions(options, commands),
      ...(seed !== undefined && { seed }),
      ...(out !== undefined && { folder: out }),
    });
  };
}

function settingsOf(images: readonly string[], gan: ProjectedGan, options: ProjectOptions): string[] {
  const { space, steps, fit, vgg, lpips } = options;
  const settings = {
    files: images,
    fit,
    gan: gan.file,
    ganEntry: gan.entry,
    size: gan.size,
    latent: gan.latent,
    layers: 2 * Math.log2(gan.size) - 2,
    mappingLayers: gan.mappingLayers,
    space,
    ...(steps !== undefined && { steps, previewEvery: Math.max(1, Math.round(steps / 10)) }),
    ...(vgg !== undefined && { vgg, lpips: lpips ?? '', perceptualSize: Math.min(256, gan.size) }),
  };
  const set = Object.entries(settings).map(([name, value]) => `settings.${name}=${JSON.stringify(value)}`);
  return space === 'w+' ? [...set, 'nodes.latentFile.in.latent=latent.layers'] : set;
}

/** Lays out what was found and says where it is. */
async function report(run: string, json: boolean): Promise<void> {
  const { collectProjections } = await import('../projections.ts');
  const projections = await collectProjections(run);
  if (json) {
    print(JSON.stringify({ kind: 'projections', folder: run, projections }));
    return;
  }
  if (projections.length === 0) return;
  const shown = (path: string) => {
    const short = relative(process.cwd(), join(run, path));
    return short.startsWith('..') ? join(run, path) : short;
  };
  const rows = projections.map(({ item, psnr, beforeAfter, latent }) => [
    `  ${item}`,
    psnr === undefined ? '' : `${psnr.toFixed(2)} dB`,
    shown(beforeAfter),
    shown(latent),
  ]);
  print(`\n${columns([['  picture', 'PSNR', 'before and after', 'latent'], ...rows])}`);
}
