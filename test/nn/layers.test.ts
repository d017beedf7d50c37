import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../runtime/engine/index.ts';
import { convNorm } from '../../runtime/nn/conv-norm.ts';
import { hostScope } from '../../runtime/nn/host-weights.ts';
import { conv, convTranspose, doubleNearest, groupNorm, relu, sequential } from '../../runtime/nn/layers.ts';
import { basicBlock, bottleneck, stage } from '../../runtime/nn/resnet.ts';
import { Scope, weightShapes } from '../../runtime/nn/scope.ts';
import { expectClose, noise, tensor } from '../ops/numeric.ts';
import { randomWeights } from './random-weights.ts';

beforeAll(() => useEngine('cpu'));

const input = tensor<tf.Rank.R4>(noise(2 * 4 * 4 * 3, 1), [2, 4, 4, 3]);

describe('layers', () => {
  it('ask for all weights while they are built, under their position', () => {
    const network = sequential([
      conv({ in: 3, out: 8, kernel: 4, stride: 2, padding: 1 }),
      groupNorm(2, 8),
      relu,
      convTranspose({ in: 8, out: 5, kernel: 4 }),
      conv({ in: 5, out: 2, kernel: 1, bias: true }),
    ]);
    expect([...weightShapes((scope) => network(scope.at('net')))]).toEqual([
      ['net.0.weight', [4, 4, 3, 8]],
      ['net.1.weight', [8]],
      ['net.1.bias', [8]],
      ['net.3.weight', [4, 4, 5, 8]],
      ['net.4.weight', [1, 1, 5, 2]],
      ['net.4.bias', [2]],
    ]);
  });

  it('begin as in PyTorch: uniform in ±1/√fan', () => {
    const limits = new Map<string, number>();
    const random = { uniform: (n: number) => new Float32Array(n).fill(1), normal: never, integers: never };
    const scope = new Scope({
      get(name, { shape, init }) {
        limits.set(name, init(shape, random)[0] as number);
        return tf.scalar(0);
      },
    });
    conv({ in: 3, out: 8, kernel: 4, bias: true })(scope.at('conv'));
    convTranspose({ in: 3, out: 8, kernel: 4 })(scope.at('deconv'));
    expect(limits.get('conv.weight')).toBeCloseTo(1 / Math.sqrt(48), 6);
    expect(limits.get('conv.bias')).toBeCloseTo(1 / Math.sqrt(48), 6);
    expect(limits.get('deconv.weight')).toBeCloseTo(1 / Math.sqrt(128), 6);
  });

  it('double an image', () => {
    const doubled = doubleNearest(new Scope({ get: () => tf.scalar(0) }))(
      tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1]),
    );
    expect([...doubled.dataSync()]).toEqual([1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4]);
  });

  it('fold batch normalisation into the filter', () => {
    const module = convNorm({ in: 3, out: 2, kernel: 1, names: ['c', 'n'] });
    const weights = randomWeights(module);
    const [filter, gain, offset, mean, variance] = [...weights.values()].map(({ data }) => [...data]) as [
      number[],
      number[],
      number[],
      number[],
      number[],
    ];
    const expected = [...input.dataSync()].reduce<number[]>((out, _, i, x) => {
      if (i % 3 !== 0) return out;
      for (const o of [0, 1]) {
        const sum = [0, 1, 2].reduce((s, c) => s + (x[i + c] as number) * (filter[c * 2 + o] as number), 0);
        const scale = (gain[o] as number) / Math.sqrt((variance[o] as number) + 1e-5);
        out.push((sum - (mean[o] as number)) * scale + (offset[o] as number));
      }
      return out;
    }, []);
    expectClose(module(hostScope(weights))(input).dataSync(), expected);
  });
});

describe('residual stages', () => {
  it('have a shortcut of their own only where the shape changes', () => {
    const names = (module: ReturnType<typeof stage>) =>
      [...weightShapes(module).keys()].filter((name) => /downsample\.0/.test(name));
    expect(names(stage(basicBlock, 2, { in: 4, width: 4, out: 4 }))).toEqual([]);
    expect(names(stage(basicBlock, 2, { in: 4, width: 8, out: 8, stride: 2 }))).toEqual([
      '0.downsample.0.weight',
    ]);
    expect(names(stage(bottleneck, 3, { in: 4, width: 4, out: 16 }))).toEqual(['0.downsample.0.weight']);
  });

  it('keep the size where they are dilated, and halve it where they are strided', () => {
    const shape = (options: { stride?: number; dilation?: number }) => {
      const module = stage(bottleneck, 2, { in: 3, width: 2, out: 8, ...options });
      return module(hostScope(randomWeights(module)))(input).shape;
    };
    expect(shape({ dilation: 2 })).toEqual([2, 4, 4, 8]);
    expect(shape({ stride: 2 })).toEqual([2, 2, 2, 8]);
  });
});

function never(): never {
  throw new Error('not asked for');
}
