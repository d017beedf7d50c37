import { edDeconv } from '../../nodes/network/ed-deconv.ts';
import { encoder } from '../../nodes/network/encoder.ts';
import { resEncoder } from '../../nodes/network/res-encoder.ts';
import { type Part, problemsOf, type Recognised, type Recogniser, sizeAt } from './part.ts';

/** What the networks are called in files of the method, with what they are for. */
const PURPOSE: Readonly<Record<string, string>> = {
  netD: 'depth',
  netA: 'albedo',
  netV: 'view',
  netL: 'light',
  netEnc: 'latent offset',
};

/** Tells the three networks whose first layer is `network.0` apart by what else they have. */
function methodFit(part: Part): Recognised {
  const names = [...part.shapes.keys()].filter((name) => name.startsWith('network.'));
  if (sizeAt(part, 'network.0.weight', 2) !== 4) return undefined;
  const shortcuts = names.filter((name) => name.endsWith('.conv_sc.weight')).length;
  if (shortcuts > 0) return resEncoderFit(part, shortcuts + 1);
  if (names.every((name) => part.shapes.get(name)?.length === 4)) return encoderFit(part, names.length - 2);
  return edDeconvFit(part, (names.length - 2) / 9);
}

function edDeconvFit(part: Part, halvings: number): Recognised {
  if (!Number.isInteger(halvings) || halvings < 1) return undefined;
  const size = 4 * 2 ** halvings;
  const latent = sizeAt(part, `network.${3 * halvings - 1}.weight`, 0);
  const { width, inputs, out } = ends(part);
  if (latent === undefined) return undefined;
  const shape = { size, in: inputs, out, width, latent };
  const problems = problemsOf(part, edDeconv({ ...shape, groups: 1, activation: 'none' }));
  return {
    network: named(part, 'encoder–decoder (EDDeconv)'),
    type: 'network/ed-deconv',
    params: shape,
    notes: [
      `images of ${size}×${size}`,
      `${inputs} to ${out} channels`,
      `width ${width}`,
      `bottleneck ${latent}`,
    ],
    problems,
  };
}

function encoderFit(part: Part, halvings: number): Recognised {
  const size = 4 * 2 ** halvings;
  const { width, inputs, out } = ends(part);
  const shape = { size, in: inputs, out, width };
  const problems = problemsOf(part, encoder({ ...shape, activation: 'none' }));
  return {
    network: named(part, 'encoder'),
    type: 'network/encoder',
    params: shape,
    notes: [`images of ${size}×${size}`, `${out} numbers`, `width ${width}`],
    problems,
  };
}

function resEncoderFit(part: Part, halvings: number): Recognised {
  const size = 4 * 2 ** halvings;
  const { width, inputs, out } = ends(part);
  const shape = { size, in: inputs, out, width };
  const problems = problemsOf(part, resEncoder({ ...shape, activation: 'none' }));
  return {
    network: named(part, 'residual encoder'),
    type: 'network/res-encoder',
    params: shape,
    notes: [`images of ${size}×${size}`, `latents of length ${out}`, `width ${width}`],
    problems,
  };
}

/** Channels of the first layer, of its input, and of the last layer. */
function ends(part: Part): { readonly width: number; readonly inputs: number; readonly out: number } {
  const numbered = [...part.shapes].flatMap(([name, shape]) => {
    const layer = /^network\.(\d+)\.weight$/.exec(name);
    return layer ? [{ layer: Number(layer[1]), shape }] : [];
  });
  const last = numbered.reduce((a, b) => (b.layer > a.layer ? b : a));
  const [width = 0, inputs = 0] = part.shapes.get('network.0.weight') ?? [];
  return { width, inputs, out: last.shape[0] ?? 0 };
}

function named(part: Part, network: string): string {
  const purpose = PURPOSE[part.entry.split('.').at(-1) ?? ''];
  return purpose === undefined ? network : `${purpose} network, ${network}`;
}

export const METHOD_RECOGNISERS: readonly Recogniser[] = [{ key: 'network.0.weight', recognise: methodFit }];
