import type { JsonObject } from '../../runtime/graph/index.ts';
import type { MethodCase } from './method-case.ts';
import { numberOf } from './network.ts';

/** The outputs of step 1 of which gradients are stored, by the names of our nodes. */
export const FIELDS = ['depth', 'albedo', 'view', 'light'] as const;

/** Nodes that show what the reference reports and the graph has no need of. */
export function probeNodes({ cfgs, flip1, flip3, useMask }: MethodCase): JsonObject {
  const unscaled = { rotation: 180 / Math.PI, translation: 1, depthTranslation: 1 };
  const raw = (node: string) => ({
    type: 'view/view',
    in: { raw: node, ...(cfgs.add_mean_V === true && { mean: 'viewPrior.mean' }) },
    params: unscaled,
  });
  const truth = { in: { depth: 'firstSeen', truth: 'target.depth', mask: 'firstVisible' } };
  return {
    rawView: raw('viewNet'),
    rawViews: { type: 'math/repeat', in: { x: 'rawView' }, params: { times: '$copies' } },
    seenNormals: { type: 'shape/normals', in: { depth: 'warp.depth' }, params: { fov: '$fov' } },
    firstSeen: { type: 'math/take', in: { x: 'warp.depth' } },
    firstVisible: { type: 'math/take', in: { x: 'visible' } },
    errors: { type: 'metric/depth', ...truth, params: { fov: '$fov' } },
    ...(useMask && {
      allForwardGrids: {
        type: 'renderer/to-canonical',
        in: { depth: 'depth', view: 'views' },
        params: { fov: '$fov', rotationCentre: '$rotationCentre' },
      },
    }),
    ...splitPhoto(
      'photo',
      { image: 'recon', target: 'target.image', mask: 'visible' },
      { count: 1, flip: flip1 },
    ),
    ...splitPhoto(
      'samplePhoto',
      { image: 'sampleRecon', target: 'samples.image', mask: 'sampleVisible' },
      { count: numberOf(cfgs, 'batchsize'), flip: flip3 },
    ),
  };
}

function splitPhoto(
  name: string,
  { image, target, mask }: { readonly image: string; readonly target: string; readonly mask: string },
  { count, flip }: { readonly count: number; readonly flip: boolean },
): JsonObject {
  const part = (ending: string, start: number): JsonObject => ({
    [`${name}Image${ending}`]: { type: 'math/take', in: { x: image }, params: { count, start } },
    [`${name}Mask${ending}`]: { type: 'math/take', in: { x: mask }, params: { count, start } },
    [`${name}${ending}`]: {
      type: 'loss/photometric',
      in: { image: `${name}Image${ending}`, target, mask: `${name}Mask${ending}` },
    },
  });
  return { ...part('Plain', 0), ...(flip && part('Flipped', count)) };
}

/** Between the fields of step 1 and what uses them: a gradient by a tap's weight is one by the field. */
export const tapNodes = ({ cfgs }: MethodCase): JsonObject => ({
  depthItself: { type: 'math/mirror', in: { x: 'ownDepth' }, params: { copies: '$copies' } },
  depth: { type: 'golden/tap', in: { x: 'depthItself' }, params: null },
  albedoItself: { type: 'math/mirror', in: { x: 'albedoNet' }, params: { copies: '$copies' } },
  albedo: { type: 'golden/tap', in: { x: 'albedoItself' }, params: null },
  viewItself: {
    type: 'view/view',
    in: { raw: 'viewNet', ...(cfgs.add_mean_V === true && { mean: 'viewPrior.mean' }) },
    params: { rotation: '$rotation', translation: '$translation', depthTranslation: '$depthTranslation' },
  },
  view: { type: 'golden/tap', in: { raw: null, mean: null, x: 'viewItself' }, params: null },
  lightItself: { type: 'math/repeat', in: { x: 'ownLight' }, params: { times: '$copies' } },
  light: { type: 'golden/tap', in: { x: 'lightItself' }, params: null },
});

/** A node that gives a loss's gradients by the weights of networks. */
export function gradients(loss: string, train: readonly string[]): JsonObject {
  return { type: 'golden/gradients', in: { loss }, params: { train: [...train] } };
}
