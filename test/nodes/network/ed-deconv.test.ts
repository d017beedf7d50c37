import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { edDeconv, edDeconvNode } from '../../../nodes/network/ed-deconv.ts';
import { useEngine } from '../../../runtime/engine/index.ts';
import { Scope, weightShapes } from '../../../runtime/nn/scope.ts';
import { createRegistry } from '../../../runtime/registry.ts';
import { randomWeights } from '../../nn/random-weights.ts';
import { expectClose, noise, size, tensor } from '../../ops/numeric.ts';
import { checkpoints, messageOf, networkContext } from '../stored.ts';

beforeAll(() => useEngine('cpu'));

const small = { size: 64, in: 3, out: 1, width: 2, groups: 1, latent: 3, activation: 'none' } as const;
const stored = { ...small, checkpoint: 'depth.pt', entry: '' };
const { context, save, saveWeights } = checkpoints();
const registry = createRegistry([{ file: 'ed-deconv.ts', definition: edDeconvNode }]);

function validated(params: object) {
  return registry.validator(edDeconvNode)(params as never);
}

/** The weights that the node asks for with the given parameters. */
function shapesOf(params: object): Map<string, readonly number[]> {
  return weightShapes((scope) => {
    const weights = {
      get: (name: string, options: object) => scope.get(name, ...(Object.values(options) as [never, never])),
    };
    try {
      edDeconvNode.run({
        inputs: { image: undefined as never },
        params: validated(params).value as never,
        context: { weights } as never,
      });
    } catch {
      // nothing can be computed: there is no image
    }
  });
}

describe('the encoder–decoder node', () => {
  it("has GAN2Shape's widths for an image size", () => {
    const parameters = (params: object) =>
      [...shapesOf(params).values()].reduce((sum, shape) => sum + size(shape), 0);
    expect(parameters({ size: 64 })).toBe(12_979_648);
    const at128 = shapesOf({ size: 128, out: 3 });
    expect(at128.get('network.0.weight')).toEqual([4, 4, 3, 32]);
    expect([...at128.values()].at(-1)).toEqual([5, 5, 32, 3]);
    expect(shapesOf({ size: 512 }).get('network.0.weight')).toEqual([4, 4, 3, 16]);
  });

  it.each([
    [{ size: 96 }, 'enum'],
    [{ out: 0 }, 'minimum'],
    [{ activation: 'relu' }, 'const'],
    [{ nf: 64 }, 'additionalProperties'],
  ])('refuses %j', (params, keyword) => {
    expect(validated(params).errors.map((error) => error.keyword)).toContain(keyword);
  });

  it('refuses groups that do not divide the channels', () => {
    const network = edDeconv({ ...small, width: 4, groups: 3 });
    const scope = new Scope({ get: (_, { shape }) => tf.zeros([...shape]) });
    expect(() => network(scope)(tf.zeros([1, 64, 64, 3]))).toThrow(/3 groups do not divide the 4 channels/);
  });

  it('computes with the weights of a file as with those that were saved', async () => {
    const weights = randomWeights(edDeconv(small));
    await saveWeights('depth.pt', weights);
    const loaded = await edDeconvNode.load?.({ params: stored, context });
    expect([...(loaded ?? [])]).toEqual([...weights]);
    const image = tensor<tf.Rank.R4>(noise(64 * 64 * 3, 1), [1, 64, 64, 3]);
    const { map } = edDeconvNode.run({
      inputs: { image },
      params: stored,
      context: networkContext(loaded ?? new Map()),
    });
    expect(map.shape).toEqual([1, 64, 64, 1]);
    expect(Number.isFinite(tf.sum(map).dataSync()[0])).toBe(true);
  });

  it('finds its entry in a file of several networks, with or without the prefix of DataParallel', async () => {
    const { stateDict } = await import('../../../runtime/nn/state-dict.ts');
    const weights = randomWeights(edDeconv(small));
    const prefixed = new Map([...stateDict(weights)].map(([name, value]) => [`module.${name}`, value]));
    await save('all.pt', { netA: prefixed, netD: stateDict(weights), iteration: 3 });
    for (const entry of ['netA', 'netD']) {
      const loaded = await edDeconvNode.load?.({
        params: { ...stored, checkpoint: 'all.pt', entry },
        context,
      });
      expectClose(loaded?.get('network.0.weight')?.data ?? [], weights.get('network.0.weight')?.data ?? []);
    }
    const missing = edDeconvNode.load?.({
      params: { ...stored, checkpoint: 'all.pt', entry: 'netV' },
      context,
    });
    const message = await messageOf(missing as Promise<unknown>);
    expect(message).toMatch(/no such entry: found netA, netD, expected netV/);
  });

  it('lists everything that does not fit at once', async () => {
    const weights = randomWeights(edDeconv(small));
    weights.delete('network.1.bias');
    weights.set('network.42.weight', { data: new Float32Array(50), shape: [5, 5, 2, 1] });
    weights.set('network.0.weight', { data: new Float32Array(8), shape: [1, 1, 4, 2] });
    weights.set('network.44.weight', { data: new Float32Array(2), shape: [2] });
    await saveWeights('wrong.pt', weights);
    const message = await messageOf(
      edDeconvNode.load?.({ params: { ...stored, checkpoint: 'wrong.pt' }, context }) as Promise<unknown>,
    );
    expect(message).toContain('wrong.pt');
    expect(message).toContain('(1 missing, 1 misshapen, 1 extra)');
    expect(message).toContain('missing network.1.bias [2]');
    expect(message).toContain('misshapen network.0.weight: the network has [2,3,4,4], the file [2,4,1,1]');
    expect(message).toContain('extra network.44.weight [2]');
  });
});
