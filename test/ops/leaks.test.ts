import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../runtime/engine/index.ts';
import * as ops from '../../runtime/ops/index.ts';
import { ENGINES, noise, size, tensor } from './numeric.ts';

const [B, S, C] = [2, 4, 2];
const camera = ops.createCamera({ size: S });
const options = { camera };
const range = ops.DEFAULT_DEPTH_RANGE;
const lengths = { rotation: 60, translationXY: 0.1, translationZ: 0.1 };

function random<R extends tf.Rank>(shape: tf.ShapeMap[R], centre = 0, spread = 1): tf.Tensor<R> {
  return tensor<R>(
    noise(size(shape), 1).map((value) => centre + spread * value),
    shape,
  );
}

const frame = { side: 5, reach: 1 };
const discs = ({ strength }: Inputs): ops.Discs => ({ x: strength, y: strength, radius: strength });

function makeInputs() {
  return {
    image: random<tf.Rank.R4>([B, S, S, C]),
    rgb: random<tf.Rank.R4>([B, S, S, 3]),
    filter: random<tf.Rank.R4>([3, 3, C, C]),
    style: random<tf.Rank.R2>([B, C], 1, 0.1),
    channels: random<tf.Rank.R1>([C]),
    depth: random<tf.Rank.R3>([B, S, S], 1, 0.1),
    mask: tf.ones<tf.Rank.R3>([B, S, S]),
    weights: tf.ones<tf.Rank.R4>([B, S, S, 1]),
    silhouette: tf.ones<tf.Rank.R4>([1, S, S, 1]),
    points: random<tf.Rank.R4>([B, S, S, 3], 1, 0.1),
    normals: random<tf.Rank.R4>([B, S, S, 3]),
    direction: random<tf.Rank.R4>([B, 1, 1, 3]),
    strength: random<tf.Rank.R3>([B, 1, 1]),
    grid: random<tf.Rank.R4>([B, 3, 3, 2]),
    view: random<tf.Rank.R2>([B, 6], 0, 0.1),
    angles: random<tf.Rank.R2>([B, 3]),
    light: random<tf.Rank.R2>([B, 4]),
    rows: tf.ones<tf.Rank.R1>([B]),
    lit: tf.ones<tf.Rank.R4>([24, 6, 6, 1]),
    slants: random<tf.Rank.R4>([24, 6, 6, 3], 0, 0.1),
    skin: tf.ones<tf.Rank.R4>([1, 6, 6, 1]),
    places: tf.ones<tf.Rank.R2>([B, 4]),
    slopes: random<tf.Rank.R4>([B, S, S, 2], 0, 0.1),
  };
}

type Inputs = ReturnType<typeof makeInputs>;
type Call = (t: Inputs) => unknown;

/** Calls of every operation: one, or one for each way through it. */
const CALLS: Readonly<Record<string, readonly Call[]>> = {
  adaptiveAvgPool2d: [(t) => ops.adaptiveAvgPool2d(t.image, [3, 3])],
  alignedReliefError: [(t) => ops.alignedReliefError(t.depth, t.depth, t.mask)],
  angularError: [
    (t) => ops.angularError(t.normals, t.points),
    (t) => ops.angularError(t.normals, t.points, t.mask),
  ],
  applyInverseView: [(t) => ops.applyInverseView(t.points, t.view)],
  applyShading: [(t) => ops.applyShading(t.rgb, t.depth)],
  applyView: [(t) => ops.applyView(t.points, t.view)],
  avgPool2d: [
    (t) => ops.avgPool2d(t.image, { kernel: 2 }),
    (t) => ops.avgPool2d(t.image, { kernel: 3, padding: 1, countIncludePad: false }),
  ],
  beforeBackdrop: [
    (t) => ops.beforeBackdrop(t.image, { threshold: 0.1, frame: 0.1, thinnest: 0.1, step: 0.03 }),
  ],
  blur2d: [(t) => ops.blur2d(t.image)],
  clampBorderDepth: [(t) => ops.clampBorderDepth(t.depth, range)],
  conv2d: [(t) => ops.conv2d(t.image, t.filter), (t) => ops.conv2d(t.image, t.filter, { stride: 2 })],
  convDown: [(t) => ops.convDown(t.image, t.filter)],
  convTranspose2d: [
    (t) => ops.convTranspose2d(t.image, t.filter),
    (t) => ops.convTranspose2d(t.image, t.filter, { stride: 2, dilation: 2 }),
  ],
  colourSegments: [(t) => ops.colourSegments(t.image, t.weights, { count: 2, border: 1 })],
  congeal: [(t) => ops.congeal(t.weights, t.silhouette, t.rows, { reach: 1, rounds: 1, share: 1 })],
  createCamera: [() => ops.createCamera({ size: S })],
  cropCentre: [(t) => ops.cropCentre(t.image, 2), (t) => ops.cropCentre(t.image, S)],
  cropMesh: [(t) => ops.cropMesh(t.points, { top: 1, left: 1 })],
  depthFromRaw: [(t) => ops.depthFromRaw(t.depth, range)],
  depthMetrics: [
    (t) =>
      ops.depthMetrics({
        depth: t.depth,
        truth: t.depth,
        normals: t.normals,
        trueNormals: t.normals,
        mask: t.mask,
      }),
  ],
  depthToPoints: [(t) => ops.depthToPoints(t.depth, camera)],
  depthToUnit: [(t) => ops.depthToUnit(t.depth, range)],
  diffuseShading: [(t) => ops.diffuseShading(t.normals, t.direction)],
  discsOf: [(t) => ops.discsOf(t.weights)],
  downsample2d: [(t) => ops.downsample2d(t.image)],
  ellipsoidDepth: [
    (t) => ops.ellipsoidDepth(t.silhouette),
    (t) => ops.ellipsoidDepth(t.silhouette, { bottomAtEdge: true }),
  ],
  erodeMask: [(t) => ops.erodeMask(t.mask)],
  evaluationMask: [(t) => ops.evaluationMask(t.depth, t.mask)],
  frameGrid: [
    (t) => ops.frameGrid(discs(t), frame, { size: S }),
    (t) => ops.frameGrid(discs(t), frame, { size: S, moved: t.style }),
  ],
  gridSample: [
    (t) => ops.gridSample(t.image, t.grid, { alignCorners: true }),
    (t) => ops.gridSample(t.image, t.grid, { alignCorners: false, mode: 'nearest' }),
  ],
  groupNorm: [
    (t) => ops.groupNorm(t.image, t.channels, t.channels, { groups: 1 }),
    (t) => ops.groupNorm(t.image, t.channels, t.channels, { groups: C }),
  ],
  imageGrid: [(t) => ops.imageGrid(discs(t), frame, { size: S, places: t.places })],
  inflate: [(t) => ops.inflate(t.weights)],
  integrateNormals: [(t) => ops.integrateNormals(t.slopes, t.weights, { spacing: 1 })],
  intrinsics: [() => ops.intrinsics(camera)],
  inverseIntrinsics: [() => ops.inverseIntrinsics(camera)],
  inverseWarpedGrid: [(t) => ops.inverseWarpedGrid(t.depth, t.view, options)],
  inverseWarpedPoints: [(t) => ops.inverseWarpedPoints(t.depth, t.view, options)],
  latentNormLoss: [(t) => ops.latentNormLoss(t.image)],
  leakyRelu: [(t) => ops.leakyRelu(t.image), (t) => ops.leakyRelu(t.image, { gain: 2 })],
  leakyReluBias: [(t) => ops.leakyReluBias(t.image, t.channels)],
  lightDirection: [(t) => ops.lightDirection(t.style)],
  lightingFromVector: [(t) => ops.lightingFromVector(t.light)],
  lightOfShading: [
    (t) =>
      ops.lightOfShading(t.image, t.normals, t.weights, {
        mean: [0, 0, 0, 0],
        deviation: [1, 1, 1, 1],
        noise: 0.1,
        pixels: 10,
      }),
  ],
  localContrast: [(t) => ops.localContrast(t.weights, t.weights)],
  maskRange: [(t) => ops.maskRange(t.silhouette)],
  maskedCorrelation: [(t) => ops.maskedCorrelation(t.depth, t.depth, t.mask)],
  maskedMean: [(t) => ops.maskedMean(t.depth, t.mask)],
  matchTemplate: [
    (t) =>
      ops.matchTemplate(t.weights, t.silhouette, t.silhouette, t.rows, {
        across: 1,
        along: 1,
        sizes: [1],
        widths: [1],
        tether: 0,
      }),
  ],
  maxPool2d: [(t) => ops.maxPool2d(t.image, { kernel: 3, stride: 2, padding: 1 })],
  minibatchStddev: [(t) => ops.minibatchStddev(t.image)],
  modulatedConv2d: (['none', 'up', 'down'] as const).flatMap((resample): Call[] => [
    (t) => ops.modulatedConv2d(t.image, t.filter, t.style, { resample }),
    (t) => ops.modulatedConv2d(t.image, t.filter, t.style, { resample, demodulate: false }),
  ]),
  normalsFromDepth: [(t) => ops.normalsFromDepth(t.depth, camera)],
  photometricLoss: [
    (t) => ops.photometricLoss(t.image, t.image),
    (t) => ops.photometricLoss(t.image, t.image, { mask: t.weights, sigma: t.weights }),
  ],
  photometricStereo: [(t) => ops.photometricStereo(t.lit, t.lit, t.slants, t.skin)],
  pixelGrid: [() => ops.pixelGrid(camera, { units: 'pixels' })],
  pointsToGrid: [(t) => ops.pointsToGrid(t.points, camera)],
  projectToNdc: [(t) => ops.projectToNdc(t.points, camera)],
  rasterizeColour: [(t) => ops.rasterizeColour(t.points, t.rgb)],
  rasterizeDepth: [(t) => ops.rasterizeDepth(t.points)],
  rasterizeDepthMaps: [(t) => ops.rasterizeDepthMaps(t.points)],
  raySlopes: [() => ops.raySlopes(camera)],
  removeBowl: [(t) => ops.removeBowl(t.depth, t.weights)],
  renderMesh: [
    (t) => ops.renderMesh(t.rgb, t.depth, t.view, options),
    (t) => ops.renderMesh(t.rgb, t.depth, t.view, { ...options, from: t.view, crop: { top: 1 } }),
  ],
  rescaleDepth: [(t) => ops.rescaleDepth(t.depth, range)],
  resize: [
    (t) => ops.resize(t.image, [6, 6]),
    (t) => ops.resize(t.image, [2, 2]),
    (t) => ops.resize(t.image, [S, S]),
  ],
  resizeArea: [1, 2, 3, S].map(
    (length): Call =>
      (t) =>
        ops.resizeArea(t.image, [length, length]),
  ),
  resizeBilinear: [(t) => ops.resizeBilinear(t.image, [6, 6])],
  resizeNearest: [3, S, 2 * S].map(
    (length): Call =>
      (t) =>
        ops.resizeNearest(t.image, [length, length]),
  ),
  rotationFromEuler: [(t) => ops.rotationFromEuler(t.angles)],
  scaleInvariantError: [
    (t) => ops.scaleInvariantError(t.depth, t.depth),
    (t) => ops.scaleInvariantError(t.depth, t.depth, t.mask),
  ],
  scaleView: [(t) => ops.scaleView(t.view, lengths)],
  shadingError: [(t) => ops.shadingError(t.image, t.depth, t.weights, 0.1)],
  shade: [(t) => ops.shade(t.depth, { ambient: t.strength, diffuse: t.strength })],
  smoothnessLoss: [(t) => ops.smoothnessLoss(t.depth), (t) => ops.smoothnessLoss([t.image, t.image])],
  turntable: (['pitch', 'yaw'] as const).map(
    (axis): Call =>
      () =>
        ops.turntable({ axis, degrees: 20, count: 3 }),
  ),
  upfirdn2d: [
    (t) => ops.upfirdn2d(t.image, ops.BLUR_TAPS),
    (t) => ops.upfirdn2d(t.image, ops.BLUR_TAPS, { up: 2, down: 3, padding: [5, -1] }),
  ],
  upsample2d: [(t) => ops.upsample2d(t.image)],
  viewDepthRange: [() => ops.viewDepthRange({})],
  viewTransform: [(t) => ops.viewTransform(t.view)],
  visibleMask: [(t) => ops.visibleMask(t.depth)],
  warpDepth: [(t) => ops.warpDepth(t.depth, t.view, options)],
  warpImage: [
    (t) => ops.warpImage(t.image, t.depth, t.view, options),
    (t) => ops.warpImage(t.image, t.depth, t.view, { ...options, mode: 'nearest' }),
  ],
  warpedGrid: [(t) => ops.warpedGrid(t.depth, t.view, options)],
  warpedPoints: [(t) => ops.warpedPoints(t.depth, t.view, options)],
};

function tensorsIn(value: unknown): tf.Tensor[] {
  return tf.tensor_util.getTensorsInContainer(value as tf.TensorContainer);
}

it('lists a call of every operation', () => {
  const functions = Object.entries(ops).filter(([, value]) => typeof value === 'function');
  expect(Object.keys(CALLS).sort()).toEqual(functions.map(([name]) => name).sort());
});

describe.each(ENGINES)('operations on %s', (engine) => {
  let inputs: Inputs;
  beforeAll(async () => {
    await useEngine(engine);
    inputs = makeInputs();
  });

  it.each(Object.entries(CALLS))('%s leaves nothing behind but its result', (_name, calls) => {
    for (const call of calls) {
      const before = tf.memory();
      const given = new Set<unknown>(Object.values(inputs));
      const made = tensorsIn(call(inputs)).filter((result) => !given.has(result));
      expect(tf.memory().numTensors - before.numTensors).toBe(made.length);
      for (const result of made) expect(result.isDisposed).toBe(false);
      tf.dispose(made);
      expect(tf.memory().numTensors).toBe(before.numTensors);
      expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
      for (const [name, input] of Object.entries(inputs))
        expect([name, input.isDisposed]).toEqual([name, false]);
    }
  });
});
