import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { lpips, lpipsNode, vgg16 } from '../../../nodes/loss/lpips.ts';
import { useEngine } from '../../../runtime/engine/index.ts';
import { weightShapes } from '../../../runtime/nn/scope.ts';
import { randomWeights } from '../../nn/random-weights.ts';
import { expectClose, noise, size, tensor } from '../../ops/numeric.ts';
import { checkpoints, messageOf, networkContext } from '../stored.ts';

beforeAll(() => useEngine('onnx:cpu'));

const { context, saveWeights } = checkpoints();
const weights = randomWeights(lpips);
const images = (batch: number, seed: number) =>
  tensor<tf.Rank.R4>(noise(batch * 16 * 16 * 3, seed), [batch, 16, 16, 3]);
const params = { copies: 1, checkpoint: 'vgg.pt', heads: '' };

function run(inputs: { image: tf.Tensor4D; target: tf.Tensor4D; mask?: tf.Tensor4D }, copies = 1) {
  return lpipsNode.run({
    inputs: { mask: undefined, ...inputs },
    params: { ...params, copies },
    context: networkContext(weights),
  });
}

describe('the perceptual distance', () => {
  it('has the weights of VGG16 without its classifier, and five heads', () => {
    const shapes = [...weightShapes(vgg16).values()];
    expect(shapes).toHaveLength(26);
    expect(shapes.reduce((sum, shape) => sum + size(shape), 0)).toBe(14_714_688);
    expect(weights.get('lin4.model.1.weight')?.shape).toEqual([1, 1, 512, 1]);
  });

  it('is zero for equal images, the same both ways, and the mean over the batch', () => {
    const [a, b] = [images(2, 1), images(2, 2)];
    expect(run({ image: a, target: a }).loss.dataSync()[0]).toBe(0);
    const { loss, distance } = run({ image: a, target: b });
    expectClose(run({ image: b, target: a }).distance.dataSync(), distance.dataSync());
    const [first, second] = distance.dataSync() as unknown as [number, number];
    expectClose(loss.dataSync(), [(first + second) / 2]);
  });

  it('adds up over the copies of a mirrored shape, with one mask for both', () => {
    const [a, b, target] = [images(1, 3), images(1, 4), images(1, 5)] as const;
    const mask = tf.cast<tf.Tensor4D>(tf.greater(tensor(noise(256, 6), [1, 16, 16, 1]), 0), 'float32');
    const apart = [a, b].map((image) => run({ image, target, mask }).loss.dataSync()[0] as number);
    const both = run({ image: tf.concat([a, b]), target, mask: tf.concat([mask, mask]) }, 2);
    expectClose(both.loss.dataSync(), [(apart[0] as number) + (apart[1] as number)]);
    expectClose(both.distance.dataSync(), apart);
  });

  it('has a finite gradient where features vanish', () => {
    const dead = new Map(
      [...weights].map(([name, { data, shape }]) => [
        name,
        { shape, data: name.includes('lin') ? data : data.map(() => 0) },
      ]),
    );
    const gradient = tf.grad((image) => {
      const inputs = { image: image as tf.Tensor4D, target: images(1, 7), mask: undefined };
      return lpipsNode.run({ inputs, params, context: networkContext(dead) }).loss;
    })(images(1, 8));
    expect([...gradient.dataSync()].every((value) => value === 0)).toBe(true);
  });

  it('reads VGG16 as torchvision saves it and the heads from a file of their own', async () => {
    const parts = [...weights];
    const vgg = new Map(parts.filter(([name]) => name.startsWith('features')));
    const heads = new Map(parts.filter(([name]) => name.startsWith('lin')));
    await saveWeights(
      'vgg.pt',
      new Map([...vgg, ['classifier.0.bias', { data: new Float32Array(3), shape: [3] }]]),
    );
    await saveWeights('lin.pth', heads);
    const loaded = await lpipsNode.load?.({ params: { ...params, heads: 'lin.pth' }, context });
    expect([...(loaded?.keys() ?? [])].sort()).toEqual([...weights.keys()].sort());
    const message = await messageOf(lpipsNode.load?.({ params, context }) as Promise<unknown>);
    expect(message).toContain('(5 missing, 0 misshapen, 0 extra)');
    expect(message).toContain('missing lin0.model.1.weight [1,64,1,1]');
  });
});
