/** The operations that TensorFlow.js lacks and this method needs, on any engine, with their gradients. */

export * from './alignment/congeal.ts';
export * from './alignment/disc-frame.ts';
export * from './alignment/local-contrast.ts';
export * from './alignment/match-template.ts';
export * from './avg-pool.ts';
export * from './backdrop.ts';
export { type ConvOptions, type ConvTransposeOptions, conv2d, convTranspose2d } from './conv.ts';
export * from './fir.ts';
export * from './geometry/camera.ts';
export * from './geometry/crop-mesh.ts';
export * from './geometry/depth-range.ts';
export * from './geometry/ellipsoid.ts';
export * from './geometry/normals.ts';
export * from './geometry/render-view.ts';
export * from './geometry/shading.ts';
export * from './geometry/view.ts';
export * from './geometry/warp-depth.ts';
export * from './geometry/warp-grid.ts';
export * from './grid-sample.ts';
export * from './group-norm.ts';
export * from './inflate.ts';
export * from './leaky-relu.ts';
export * from './light/colour-segments.ts';
export * from './light/light-of-shading.ts';
export { shadingError } from './light/shading-error.ts';
export * from './losses.ts';
export * from './max-pool.ts';
export * from './metrics.ts';
export * from './minibatch-stddev.ts';
export * from './modulated-conv.ts';
export { type RasterizeColourOptions, rasterizeColour } from './rasterize-colour.ts';
export {
  type DepthMaps,
  projectToNdc,
  type RasterizeDepthOptions,
  rasterizeDepth,
  rasterizeDepthMaps,
} from './rasterize-depth.ts';
export * from './relief.ts';
export * from './resize.ts';
export * from './stereo/integrate-normals.ts';
export * from './stereo/photometric-stereo.ts';
export * from './stereo/remove-bowl.ts';
export * from './upfirdn.ts';
