import { Type } from 'typebox';
import { type BufferContext, defineNode, type HostTensor, port } from '../../runtime/node.ts';
import { constant } from '../_example.ts';
import { cholesky } from '../_gaussian.ts';

export const gaussianBuffer = defineNode({
  type: 'buffer/gaussian',
  version: 1,
  title: 'Estimated normal distribution',
  description:
    'The mean and the covariance of all rows that were written: pulled once for every image of a category with what the ' +
    'view or the light network gives, it estimates the prior of that category. sink/gaussian saves it for ' +
    'source/gaussian.',
  example: {
    formatVersion: 1,
    nodes: {
      prior: { type: 'source/gaussian', params: { size: 6 } },
      views: { type: 'view/random', in: { mean: 'prior.mean', factor: 'prior.factor' } },
      estimate: { type: 'buffer/gaussian', in: { x: 'views' }, params: { size: 6 } },
      again: { type: 'view/random', in: { mean: 'estimate.mean', factor: 'estimate.factor' } },
      offset: { type: 'math/subtract', in: { a: 'again', b: 'shift' } },
      shift: constant([1, 6]),
    },
    schedule: [{ pull: 'estimate', times: 3 }, { pull: 'offset' }],
  },
  params: Type.Object({
    size: Type.Integer({
      description: 'Length of a row: 6 for views, 4 for lights',
      default: 6,
      minimum: 1,
      maximum: 1024,
    }),
    jitter: Type.Number({
      description: 'Added to the variances, so that few rows give a distribution at all',
      default: 1e-6,
      minimum: 0,
    }),
  }),
  inputs: { x: port('float[B,$size]') },
  outputs: {
    mean: port('float[$size]'),
    covariance: port('float[$size,$size]'),
    factor: port('float[$size,$size]', { description: 'L of the covariance L·Lᵀ' }),
  },
  role: 'buffer',
  write({ inputs: { x }, params: { size }, context: { memory } }) {
    const { count, mean, products } = momentsOf(memory, size);
    let rows = count;
    for (let at = 0; at < x.data.length; at += size) {
      rows++;
      const row = x.data.subarray(at, at + size);
      // Welford's update: exact for any offset of the data.
      const before = Float64Array.from(row, (value, i) => value - (mean[i] as number));
      mean.forEach((value, i) => {
        mean[i] = value + (before[i] as number) / rows;
      });
      products.forEach((value, i) => {
        const [r, c] = [Math.floor(i / size), i % size];
        products[i] = value + (before[r] as number) * ((row[c] as number) - (mean[c] as number));
      });
    }
    memory.set('count', { shape: [1], data: Int32Array.of(rows) });
    memory.set('mean', { shape: [size], data: Float32Array.from(mean) });
    memory.set('products', { shape: [size, size], data: Float32Array.from(products) });
  },
  read({ params: { size, jitter }, context: { memory } }) {
    const { count, mean, products } = momentsOf(memory, size);
    if (count < 2) throw new Error(`a covariance needs at least 2 rows, but ${count} were written`);
    const covariance = products.map((value, i) => value / (count - 1) + (i % (size + 1) === 0 ? jitter : 0));
    const square = (data: Float64Array): HostTensor => ({
      shape: [size, size],
      data: Float32Array.from(data),
    });
    return {
      mean: { shape: [size], data: Float32Array.from(mean) },
      covariance: square(covariance),
      factor: square(cholesky(covariance, size)),
    };
  },
});

function momentsOf(memory: BufferContext['memory'], size: number) {
  const values = (name: string, length: number) =>
    Float64Array.from(memory.get(name)?.data ?? new Float64Array(length));
  return {
    count: values('count', 1)[0] as number,
    mean: values('mean', size),
    products: values('products', size * size),
  };
}
