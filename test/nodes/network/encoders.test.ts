import type * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { encoder, encoderNode } from '../../../nodes/network/encoder.ts';
import { resEncoder, resEncoderNode } from '../../../nodes/network/res-encoder.ts';
import { useEngine } from '../../../runtime/engine/index.ts';
import { weightShapes } from '../../../runtime/nn/scope.ts';
import { randomWeights } from '../../nn/random-weights.ts';
import { noise, tensor } from '../../ops/numeric.ts';
import { checkpoints, networkContext } from '../stored.ts';

beforeAll(() => useEngine('cpu'));

const { context, saveWeights } = checkpoints();
const image = tensor<tf.Rank.R4>(noise(2 * 64 * 64 * 3, 1), [2, 64, 64, 3]);

describe('the encoder node', () => {
  const params = {
    size: 64,
    in: 3,
    out: 6,
    width: 2,
    activation: 'tanh',
    checkpoint: 'view.pt',
    entry: '',
  } as const;

  it('gives a vector within (-1, 1), with the weights of a file', async () => {
    const weights = randomWeights(encoder(params));
    await saveWeights('view.pt', weights);
    const loaded = await encoderNode.load?.({ params, context });
    const { vector } = encoderNode.run({
      inputs: { image },
      params,
      context: networkContext(loaded ?? new Map()),
    });
    expect(vector.shape).toEqual([2, 6]);
    const free = encoder({ ...params, activation: 'none' });
    const { vector: raw } = encoderNode.run({
      inputs: { image },
      params: { ...params, activation: 'none' },
      context: networkContext(randomWeights(free)),
    });
    const [bounded, values] = [vector.dataSync(), raw.dataSync()];
    bounded.forEach((value, i) => {
      expect(value).toBeCloseTo(Math.tanh(values[i] as number), 5);
    });
  });

  it('is one convolution deeper for twice the size', () => {
    const convolutions = (size: number) => weightShapes(encoder({ ...params, size })).size;
    expect([64, 128, 256].map(convolutions)).toEqual([6, 7, 8]);
    expect(() => encoder({ ...params, size: 100 })).toThrow(
      'size is 100, expected a power of two of at least 64',
    );
  });
});

describe('the residual encoder node', () => {
  const params = {
    size: 64,
    in: 3,
    out: 5,
    width: 2,
    activation: 'none',
    checkpoint: 'offset.pt',
    entry: '',
  } as const;

  it('gives a vector, with the weights of a file', async () => {
    const weights = randomWeights(resEncoder(params));
    await saveWeights('offset.pt', weights);
    const loaded = await resEncoderNode.load?.({ params, context });
    expect([...(loaded?.keys() ?? [])]).toEqual([...weights.keys()]);
    const { vector } = resEncoderNode.run({
      inputs: { image },
      params,
      context: networkContext(loaded ?? new Map()),
    });
    expect(vector.shape).toEqual([2, 5]);
  });

  it('has shortcuts of 1×1 convolutions with offsets', () => {
    const shapes = weightShapes(resEncoder(params));
    expect(shapes.get('network.2.conv_sc.weight')).toEqual([1, 1, 4, 8]);
    expect(shapes.get('network.2.conv_sc.bias')).toEqual([8]);
  });
});
