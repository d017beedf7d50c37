import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Face, sampleFace } from '../../runtime/faces/face.ts';
import { IDENTITY } from '../../runtime/faces/parameters.ts';
import { BACKGROUND_DEPTH, HEAD_DEPTH, renderFace } from '../../runtime/faces/render.ts';
import { viewOf, viewRotation } from '../../runtime/faces/view.ts';
import {
  createCamera,
  diffuseShading,
  lightDirection,
  normalsFromDepth,
  rotationFromEuler,
  shade,
} from '../../runtime/ops/index.ts';
import { averageDepth, errorsOf, renderSome } from './baselines.ts';

beforeAll(() => tf.setBackend('cpu'));

const straight: Face['pose'] = { pitch: 0, yaw: 0, roll: 0, x: 0, y: 0 };
const average = Object.fromEntries(
  Object.entries(IDENTITY).map(([name, { mean }]) => [name, mean]),
) as Face['identity'];
const bald = (index: number): Face => ({ ...sampleFace(5, index), pose: straight, hairStyle: 'bald' });

describe('renderFace', () => {
  it('has depth inside the canonical range where the mask is, and background elsewhere', () => {
    for (const { depth, mask } of renderSome(11, 12, 32)) {
      const inside = [...depth].filter((_, pixel) => mask[pixel] === 255);
      expect(inside.length).toBeGreaterThan(32 * 32 * 0.15);
      expect(Math.min(...inside)).toBeGreaterThan(0.9);
      expect(Math.max(...inside)).toBeLessThan(1.0901);
      for (const [pixel, d] of depth.entries()) {
        if (mask[pixel] === 0) expect(d).toBe(Math.fround(BACKGROUND_DEPTH));
        else expect(mask[pixel]).toBe(255);
      }
    }
  });

  it('gives the same bytes again, whatever was rendered between', () => {
    const first = renderFace(sampleFace(5, 2), 32);
    renderSome(5, 2, 48, 3);
    expect(renderFace(sampleFace(5, 2), 32)).toEqual(first);
  });

  it('puts the nose nearest, in the middle, with a normal towards the camera', () => {
    const size = 96;
    const { depth } = renderFace({ ...bald(0), identity: average }, size);
    const nearest = depth.indexOf(Math.min(...depth));
    const [column, row] = [nearest % size, Math.floor(nearest / size)];
    const focal = (size - 1) / 2 / Math.tan(Math.PI / 36);
    expect(Math.abs(column - (size - 1) / 2)).toBeLessThan(2);
    const tip = (average.noseLength * average.scale) / (depth[nearest] as number);
    expect(Math.abs(row - (size - 1) / 2 - focal * tip)).toBeLessThan(4);
    const normals = normalsFromDepth(tf.tensor3d(depth, [1, size, size]), createCamera({ size }));
    expect(normals.dataSync()[nearest * 3 + 2]).toBeGreaterThan(0.85);
  });

  it('turns heads as the method’s views do', () => {
    const face = sampleFace(5, 6);
    const view = viewOf(face);
    const rotation = rotationFromEuler(tf.tensor2d([view.slice(0, 3)])).dataSync();
    viewRotation(face).forEach((value, i) => {
      expect(value).toBeCloseTo(rotation[i] as number, 6);
    });
    // the tip of the nose goes to where the view moves it
    const turned = renderFace({ ...bald(0), pose: { ...straight, yaw: 30 } }, 64);
    const nearest = turned.depth.indexOf(Math.min(...turned.depth)) % 64;
    const r = viewRotation({ pose: { ...straight, yaw: 30 } });
    expect(Math.sign(nearest - 31.5)).toBe(Math.sign(r[2] * (0.93 - HEAD_DEPTH)));
  });

  it('is lit as the method says: brightness over albedo is ambient + diffuse · cosine', () => {
    const size = 64;
    // a face that is lit flat shows its albedo
    const face: Face = { ...bald(3), light: { ambient: 0.35, total: 0.95, x: 0.7, y: 0.4 } };
    const flat = renderFace({ ...face, light: { ...face.light, ambient: 1, total: 1 } }, size);
    const lit = renderFace(face, size);
    const normals = normalsFromDepth(tf.tensor3d(lit.depth, [1, size, size]), createCamera({ size }));
    const cosine = diffuseShading(normals, lightDirection(tf.tensor2d([[0.7, 0.4]])));
    const strength = (value: number) => tf.tensor3d([value], [1, 1, 1]);
    const expected = shade(cosine, { ambient: strength(0.35), diffuse: strength(0.6) }).dataSync();
    let error = 0;
    let count = 0;
    // the forehead, which is smooth
    for (let v = 14; v < 22; v++) {
      for (let u = 24; u < 40; u++) {
        const pixel = v * size + u;
        error += Math.abs(
          (lit.image[pixel * 3] as number) / (flat.image[pixel * 3] as number) - (expected[pixel] as number),
        );
        count++;
      }
    }
    expect(error / count).toBeLessThan(0.02);
  });

  it('varies enough that the average depth does not win by being average', () => {
    const faces = renderSome(3, 40, 32);
    const average = averageDepth(renderSome(1, 120, 32));
    const constant = errorsOf(faces, () => new Float32Array(32 * 32).fill(1));
    const mean = errorsOf(faces, () => average);
    expect(constant.side).toBeGreaterThan(1.3);
    expect(mean.side / constant.side).toBeGreaterThan(0.65);
    expect(mean.side / constant.side).toBeLessThan(0.85);
  });
});
