import type { JsonObject } from '../../runtime/graph/index.ts';
import type { MethodCase } from './method-case.ts';

/** Our outputs by the names of stored values; `image` where the reference has channels before rows. */
export type Outputs = { readonly [stored: string]: readonly [output: string, layout?: 'image'] };

const SETUP: Outputs = {
  'setup/center_w': ['centre'],
  'setup/center_h': ['centreHidden'],
  'setup/gan_im': ['ganResized', 'image'],
};

const STEP1: Outputs = {
  'step1/depth_raw': ['depthNet'],
  'step1/depth': ['depth'],
  'step1/view': ['rawView'],
  'step1/view_trans': ['view'],
  'step1/albedo': ['albedo', 'image'],
  'step1/light': ['light'],
  'step1/normal': ['normals'],
  'step1/diffuse_shading': ['shading.diffuse'],
  'step1/shading': ['shading.shading'],
  'step1/texture': ['texture', 'image'],
  'step1/recon_depth': ['warp.depth'],
  'step1/recon_normal': ['seenNormals'],
  'step1/grid_2d_from_canon': ['warp.grid'],
  'step1/recon_im': ['recon', 'image'],
};

const MASK1: Outputs = {
  'step1/canon_mask': ['frontalMask', 'image'],
  'step1/grid_2d_forward': ['allForwardGrids'],
};

const STEP2: Outputs = {
  'step2/pseudo_im': ['pseudo', 'image'],
  'step2/mask': ['pseudoMask', 'image'],
  'step2/proj_im': ['projected', 'image'],
  'step2/offset': ['offset'],
  'step2/latent': ['projectedLatent'],
};

const COLLECTED: Outputs = {
  'collect/first_proj_im': ['projected', 'image'],
  'collect/first_mask': ['pseudoMask', 'image'],
};

const STEP3: Outputs = {
  'step3/recon_depth': ['sampleWarp.depth'],
  'step3/recon_im': ['sampleRecon', 'image'],
  'step3/proj_im': ['samples.image', 'image'],
  'step3/mask': ['samples.mask', 'image'],
  'step3/light': ['light'],
  'step3/view': ['rawViews'],
};

const MASK3: Outputs = { 'step3/canon_mask': ['frontalMask', 'image'] };

/** What the recording sinks take, by sink. */
export function outputsOf({ useMask }: MethodCase): { readonly [recorder: string]: Outputs } {
  return {
    recordSetup: SETUP,
    record1: { ...STEP1, ...(useMask && MASK1) },
    record2: STEP2,
    recordCollected: COLLECTED,
    record3: { ...STEP3, ...(useMask && MASK3) },
  };
}

/** An output as the name under which a sink takes it. */
export function keyOf(output: string): string {
  return output.replace('.', '_');
}

/** A recording sink, with the nodes that split losses and measure errors beside the outputs. */
export function recorder(
  { hasTruth, flip1, flip3, perceptual }: MethodCase,
  name: string,
  outputs: { readonly [recorder: string]: Outputs },
): JsonObject {
  const photo = (node: string, flip: boolean) => ({
    [`${node}Plain`]: `${node}Plain`,
    ...(flip && { [`${node}Flipped`]: `${node}Flipped` }),
  });
  const further: { readonly [recorder: string]: { readonly [key: string]: string } } = {
    record1: {
      ...photo('photo', flip1),
      ...(hasTruth && { side: 'errors.side', mad: 'errors.mad', mae: 'errors.mae', mse: 'errors.mse' }),
      ...(perceptual && { distance: 'perceptual.distance' }),
    },
    record3: {
      ...photo('samplePhoto', flip3),
      ...(perceptual && { distance: 'samplePerceptual.distance' }),
    },
  };
  const own = Object.values(outputs[name] ?? {}).map(([output]) => [keyOf(output), output]);
  return { type: 'golden/record', in: { values: { ...Object.fromEntries(own), ...further[name] } } };
}
