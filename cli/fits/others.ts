import { shapeToTorch } from '../../runtime/nn/torch-weights.ts';
import type { Fit, ListedTensor, Part, Recognised, Recogniser } from './part.ts';

/** Of how many numbers the distributions of the method are. */
const PRIORS: Readonly<Record<number, string>> = { 4: 'light prior', 6: 'view prior' };

function gaussianFit({ shapes }: Part): Recognised {
  const [size, ...more] = shapes.get('mean') ?? [];
  const covariance = shapes.get('cov');
  if (size === undefined || more.length > 0 || !covariance) return undefined;
  const problems =
    `${covariance}` === `${size},${size}` ? [] : [`cov is [${covariance}], not [${size},${size}]`];
  const network = `${PRIORS[size] ?? 'prior'}, normal distribution`;
  return { network, type: 'source/gaussian', params: { size }, notes: [`of ${size} numbers`], problems };
}

function adamFit({ shapes }: Part): Recognised {
  const count = [...shapes.keys()].filter((name) => /^state\.[^.]+\.exp_avg$/.test(name)).length;
  const notes = [`of ${count} tensors`, 'graphs do not take it'];
  return { network: "state of PyTorch's Adam", params: {}, notes, problems: [] };
}

export const OTHER_RECOGNISERS: readonly Recogniser[] = [
  { key: 'cov', recognise: gaussianFit },
  { key: 'state.0.exp_avg', recognise: adamFit },
];

/** A file that is one latent, bare or under the key `latent`, as sources of images read it. */
export function latentFit(tensors: readonly ListedTensor[]): Fit[] {
  const [one, ...more] = tensors;
  if (!one || more.length > 0 || !['', 'latent'].includes(one.name)) return [];
  const { shape } = one;
  const wide = shape.length > 1 && shape[0] === 1 ? shape.slice(1) : shape;
  const [length = 0, each] = wide;
  if (wide.length > 2 || wide.length === 0) return [];
  const network = each === undefined ? 'latent of W' : 'latent of W+, or several';
  const notes = each === undefined ? [`length ${length}`] : [`${length} of length ${each}`];
  const type = each === undefined ? { type: 'source/image-folder' } : {};
  return [{ entry: one.name, network, ...type, params: { latent: each ?? length }, notes, problems: [] }];
}

/** A name in a checkpoint of a run: `NODE/WEIGHT`, `OPTIMIZER/NODE/WEIGHT/…-moment` or `BUFFER@NAME`. */
const WEIGHT = /^([^/@]+)\/([^/@]+)$/;

/** The weights that a checkpoint of a run holds, as networks would have them in a file of PyTorch: node by node. */
export function runTensors(tensors: readonly ListedTensor[]): ListedTensor[] {
  return tensors.flatMap(({ name, shape }) => {
    const [, node, weight] = WEIGHT.exec(name) ?? [];
    return weight === undefined ? [] : [{ name: `${node}.${weight}`, shape: shapeToTorch(shape) }];
  });
}

/** What a checkpoint of a run holds besides networks; nothing for other files. */
export function runFit(tensors: readonly ListedTensor[]): Fit[] {
  const nodes = new Set(tensors.flatMap(({ name }) => WEIGHT.exec(name)?.[1] ?? []));
  const moments = tensors.filter(({ name }) => name.endsWith('-moment'));
  const optimizers = new Set(moments.map(({ name }) => name.split('/')[0] as string));
  const buffers = new Set(tensors.flatMap(({ name }) => /^([^/@]+)@/.exec(name)?.[1] ?? []));
  if (nodes.size + buffers.size === 0) return [];
  const list = (what: string, names: ReadonlySet<string>) =>
    names.size > 0 ? [`${what} ${[...names].join(', ')}`] : [];
  const notes = [
    ...list('weights of', nodes),
    ...list('moments of', optimizers),
    ...list('memory of', buffers),
    '`gan2shape export` makes a file of PyTorch of it',
  ];
  return [{ entry: '', network: 'checkpoint of a run', params: {}, notes, problems: [] }];
}
