import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { biSeNet } from '../../../nodes/segmentation/bisenet.ts';
import { type PspNetOptions, pspNet } from '../../../nodes/segmentation/pspnet.ts';
import { useEngine } from '../../../runtime/engine/index.ts';
import { Scope, weightShapes } from '../../../runtime/nn/scope.ts';
import { size } from '../../ops/numeric.ts';

beforeAll(() => useEngine('cpu'));

const parameters = (build: (scope: Scope) => unknown) =>
  [...weightShapes(build)]
    .filter(([name]) => !name.includes('running'))
    .reduce((sum, [, shape]) => sum + size(shape), 0);

describe('segmentation networks', () => {
  const pyramid: PspNetOptions = { layers: 50, classes: 21, bins: [1, 2, 3, 6], zoom: 8 };

  it('have as many parameters as the published ones', () => {
    expect(parameters((scope) => biSeNet(19)(scope))).toBe(13_300_416);
    expect(parameters(pspNet(pyramid))).toBe(46_716_373);
  });

  it('have more blocks in deeper residual networks', () => {
    const blocks = (layers: PspNetOptions['layers']) =>
      [...weightShapes(pspNet({ ...pyramid, layers })).keys()].filter((name) =>
        /layer3\.\d+\.conv2/.test(name),
      ).length;
    expect([blocks(50), blocks(101), blocks(152)]).toEqual([6, 23, 36]);
  });

  it('leave the pyramid out where there are no poolings', () => {
    const shapes = weightShapes(pspNet({ ...pyramid, bins: [] }));
    expect([...shapes.keys()].some((name) => name.startsWith('ppm'))).toBe(false);
    expect(shapes.get('cls.0.weight')).toEqual([3, 3, 2048, 512]);
  });

  it('refuse images whose size is not a multiple of 8, plus 1', () => {
    const scope = new Scope({ get: () => tf.scalar(0) });
    expect(() => pspNet(pyramid)(scope)(tf.zeros([1, 32, 33, 3]))).toThrow(
      'image has shape [1,32,33,3], expected a multiple of 8 and one more',
    );
  });
});
