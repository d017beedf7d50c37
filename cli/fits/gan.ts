import { discriminator } from '../../runtime/nn/stylegan2-discriminator.ts';
import { mapping } from '../../runtime/nn/stylegan2-mapping.ts';
import { synthesis } from '../../runtime/nn/stylegan2-synthesis.ts';
import {
  discriminatorWidths,
  generatorWidths,
  officialWidths,
  type Widths,
} from '../../runtime/nn/stylegan2-widths.ts';
import {
  countOf,
  ownShape,
  type Part,
  problemsOf,
  type Recognised,
  type Recogniser,
  sizeAt,
} from './part.ts';

// Any blur will do: kernels are no weights.
const TAPS = [1, 3, 3, 1];
const LARGEST = 1024;

function generatorFit(part: Part): Recognised {
  const latent = sizeAt(part, 'conv1.conv.modulation.weight', 1);
  const size = 4 * 2 ** countOf(part, 'to_rgbs.*.conv.weight');
  if (latent === undefined || size === 4 || size > LARGEST) return undefined;
  const widths = generatorWidths((name) => ownShape(part, name), officialWidths());
  const drawing = problemsOf(part, synthesis({ size, latent, taps: TAPS, widths, noise: 'fixed' }), {
    optional: /^noises\./,
  });
  const layers = countOf(part, 'style.*.weight', 1);
  const mapped = layers > 0 ? problemsOf(part, mapping({ latent, layers })) : [];
  return {
    network: 'StyleGAN2 generator',
    type: 'gan/stylegan2-generator',
    params: { size, latent, layers },
    notes: [
      `images of ${size}×${size}`,
      `latents of length ${latent}`,
      layers > 0 ? `mapping network of ${layers} layers` : 'no mapping network',
      channelsText(widths, size),
    ],
    problems: [...drawing, ...mapped],
  };
}

function discriminatorFit(part: Part): Recognised {
  const size = 4 * 2 ** countOf(part, 'convs.*.conv1.0.weight', 1);
  if (size === 4 || size > LARGEST) return undefined;
  const widths = discriminatorWidths(size, (name) => ownShape(part, name), officialWidths());
  const problems = problemsOf(part, discriminator({ size, widths, taps: TAPS, group: 4 }));
  return {
    network: 'StyleGAN2 discriminator',
    type: 'gan/stylegan2-discriminator',
    params: { size },
    notes: [`images of ${size}×${size}`, channelsText(widths, size)],
    problems,
  };
}

/** The configuration by its name in the paper, else the channels from 4×4 up. */
function channelsText(widths: Widths, size: number): string {
  const resolutions = Array.from({ length: Math.log2(size) - 1 }, (_, i) => 4 * 2 ** i);
  const is = (official: Widths) => resolutions.every((one) => widths(one) === official(one));
  const named = ([multiplier, name]: readonly [number, string]) =>
    is(officialWidths({ multiplier })) && size > 32 ? [`channels of ${name}`] : [];
  const [name] = (
    [
      [2, 'config-f'],
      [1, 'config-e'],
    ] as const
  ).flatMap(named);
  return name ?? `channels ${resolutions.map(widths).join(', ')}`;
}

export const GAN_RECOGNISERS: readonly Recogniser[] = [
  { key: 'input.input', recognise: generatorFit },
  { key: 'final_conv.0.weight', recognise: discriminatorFit },
];
