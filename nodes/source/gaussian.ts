import { Type } from 'typebox';
import { openCheckpoint } from '../../runtime/formats/index.ts';
import { readText } from '../../runtime/formats/regular-file.ts';
import { defineNode, port } from '../../runtime/node.ts';
import { cholesky, expectSymmetric } from '../_gaussian.ts';

export const gaussian = defineNode({
  type: 'source/gaussian',
  version: 1,
  title: 'Normal distribution',
  description:
    'A multivariate normal distribution: the prior of views (6 numbers) or of lights (4) of a category. From a file of ' +
    'PyTorch or safetensors with `mean` and `cov`, as the original’s view_mvn.pth, from a JSON file of the same two, or ' +
    'the standard distribution times a deviation.',
  example: {
    formatVersion: 1,
    nodes: {
      prior: { type: 'source/gaussian', params: { size: 6, deviation: 0.2 } },
      views: { type: 'view/random', in: { mean: 'prior.mean', factor: 'prior.factor' } },
    },
    schedule: [{ pull: 'views' }],
  },
  params: Type.Object({
    size: Type.Integer({
      description: 'Length of a draw: 6 for views, 4 for lights',
      default: 6,
      minimum: 1,
      maximum: 1024,
    }),
    file: Type.String({ description: 'File with the mean and the covariance; empty for none', default: '' }),
    deviation: Type.Number({
      description: 'Standard deviation in every direction where there is no file',
      default: 1,
      exclusiveMinimum: 0,
    }),
  }),
  inputs: {},
  outputs: {
    mean: port('float[$size]'),
    covariance: port('float[$size,$size]'),
    factor: port('float[$size,$size]', { description: 'L of the covariance L·Lᵀ, lower triangular' }),
  },
  role: 'source',
  every: 'item',
  async load({ params: { size, file, deviation }, context }) {
    const diagonal = Array.from({ length: size * size }, (_, i) =>
      i % (size + 1) === 0 ? deviation ** 2 : 0,
    );
    const path = context.resolve(file);
    const { mean, covariance } = file
      ? await moments(path)
      : { mean: new Array<number>(size).fill(0), covariance: diagonal };
    try {
      if (mean.length !== size || covariance.length !== size * size) {
        throw new Error(
          `the mean has ${mean.length} numbers and the covariance ${covariance.length}, expected ${size} and ${size * size}`,
        );
      }
      expectSymmetric(covariance, size);
      const square = (data: ArrayLike<number>) => ({ shape: [size, size], data: Float32Array.from(data) });
      const factor = cholesky(covariance, size);
      return {
        mean: { shape: [size], data: Float32Array.from(mean) },
        covariance: square(covariance),
        factor: square(factor),
      };
    } catch (cause) {
      throw new Error(`${file ? path : context.node}: ${cause instanceof Error ? cause.message : cause}`, {
        cause,
      });
    }
  },
});

interface Moments {
  readonly mean: ArrayLike<number>;
  readonly covariance: ArrayLike<number>;
}

async function moments(path: string): Promise<Moments> {
  if (path.endsWith('.json')) return jsonMoments(path);
  const file = await openCheckpoint(path);
  try {
    const [mean, covariance] = [
      await file.read('mean', { dtype: 'float32' }),
      await file.read('cov', { dtype: 'float32' }),
    ];
    return { mean: mean.data, covariance: covariance.data };
  } finally {
    file.close();
  }
}

function jsonMoments(path: string): Moments {
  try {
    const { mean, cov }: { readonly mean?: unknown; readonly cov?: unknown } = JSON.parse(readText(path));
    const numbers = (value: unknown, name: string): number[] => {
      const flat = Array.isArray(value) ? value.flat() : [];
      if (flat.length === 0 || !flat.every(Number.isFinite))
        throw new Error(`"${name}" is no array of numbers`);
      return flat;
    };
    return { mean: numbers(mean, 'mean'), covariance: numbers(cov, 'cov') };
  } catch (cause) {
    throw new Error(`${path}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}
