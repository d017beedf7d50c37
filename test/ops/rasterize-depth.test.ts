import { execFileSync } from 'node:child_process';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EngineError } from '../../runtime/engine/errors.ts';
import { registerGradients } from '../../runtime/engine/gradients/index.ts';
import { rasterizeDepth as onHost, setRasterizerThreads } from '../../runtime/engine/wasm/raster.ts';
import { projectToNdc, rasterizeDepth, rasterizeDepthMaps } from '../../runtime/ops/rasterize-depth.ts';
import { depthOfFaces, relief, visibleFaces } from './grid-mesh.ts';

const SIZE = 7;
const FAR = 100;

registerGradients();
beforeAll(() => tf.setBackend('cpu'));
afterEach(() => setRasterizerThreads(2));

/** A flat mesh at one depth whose corners lie at ±extent. */
function plate(size: number, extent: number, depth: number): tf.Tensor4D {
  const at = (i: number) => ((2 * i) / (size - 1) - 1) * extent;
  const points = Array.from({ length: size ** 2 }, (_, i) => [
    at(i % size),
    -at(Math.floor(i / size)),
    depth,
  ]);
  return tf.tensor4d(points.flat(), [1, size, size, 3]);
}

describe('rasterizeDepth', () => {
  it.each([
    ['the front', 0.3],
    ['a steep side', 1.35],
    ['the back', Math.PI - 0.4],
  ])('agrees with every face at every sample in double precision, seen from %s', (_, yaw) => {
    const mesh = relief(SIZE, yaw);
    const vertices = mesh.dataSync();
    const { depth, faceIndex, supersampled } = rasterizeDepthMaps(mesh);
    const faces = visibleFaces(vertices, SIZE);
    expect([...faceIndex.dataSync()]).toEqual(faces);
    expect(faces.some((face) => face >= 0) && faces.includes(-1)).toBe(true);
    const expected = depthOfFaces(vertices, faces, SIZE, FAR);
    depth.dataSync().forEach((value, i) => {
      expect(Math.abs(value / (expected[i] ?? 0) - 1)).toBeLessThan(2e-5);
    });
    expect(rasterizeDepth(mesh).dataSync()).toEqual(depth.dataSync());
    expect(supersampled.shape).toEqual([1, 2 * SIZE, 2 * SIZE]);
  });

  it('averages background samples in, at the far depth', () => {
    const { depth, faceIndex } = rasterizeDepthMaps(plate(4, 0.4, 2), { far: 10 });
    // Samples lie at ±0.125, ±0.375 (inside), ±0.625, ±0.875 (outside): each pixel is wholly in or out.
    expect([...depth.dataSync()]).toEqual([10, 10, 10, 10, 10, 2, 2, 10, 10, 2, 2, 10, 10, 10, 10, 10]);
    expect(faceIndex.dataSync().filter((face) => face >= 0).length).toBe(16);
    const corner = rasterizeDepth(plate(4, 0.2, 2), { far: 10 }).dataSync();
    expect(corner[5]).toBe((2 + 3 * 10) / 4);
  });

  it('draws nothing outside the depth range', () => {
    for (const depth of [0.5, 0.4, 5, 6, -1]) {
      const drawn = rasterizeDepth(plate(4, 1, depth), { near: 0.5, far: 5 }).dataSync();
      expect(drawn.every((value) => value === 5)).toBe(true);
    }
  });

  it('lets the first face win where depths are equal', () => {
    const folded = tf.tensor4d([-1, 1, 1, 1, 1, 1, -1, -1, 1, -1, 1, 1], [1, 2, 2, 3]);
    // The second triangle folds back over the first; both reach the samples of the left half.
    const faces = rasterizeDepthMaps(folded).faceIndex.dataSync();
    expect(new Set(faces)).toEqual(new Set([-1, 0]));
  });

  it('leaves out the faces of a vertex that is not finite and keeps the others', () => {
    const whole = relief(SIZE, 0.2);
    const expected = rasterizeDepthMaps(whole).faceIndex.dataSync();
    for (const bad of [Number.NaN, Infinity, -Infinity]) {
      for (const coordinate of [0, 1, 2]) {
        const vertices = whole.dataSync().slice();
        vertices[3 * (3 * SIZE + 3) + coordinate] = bad;
        const holed = rasterizeDepthMaps(tf.tensor4d(vertices, [1, SIZE, SIZE, 3]));
        const faces = holed.faceIndex.dataSync();
        const changed = faces.filter((face, i) => face !== expected[i]);
        expect(changed.length).toBeGreaterThan(4);
        expect(changed.every((face) => face === -1)).toBe(true);
        expect(holed.depth.dataSync().every(Number.isFinite)).toBe(true);
      }
    }
  });

  it('takes meshes of nothing but NaN, of huge and of collapsed triangles', () => {
    const far = (mesh: tf.Tensor4D) =>
      rasterizeDepth(mesh)
        .dataSync()
        .every((value) => value === FAR);
    expect(far(tf.fill([2, 5, 5, 3], Number.NaN))).toBe(true);
    expect(far(tf.zeros([1, 5, 5, 3]))).toBe(true);
    expect(far(tf.ones([1, 5, 5, 3]))).toBe(true);
    expect(far(tf.mul(plate(5, 1, 1), tf.tensor1d([3e38, 3e38, 1])))).toBe(true);
    expect(
      rasterizeDepth(plate(5, 1e6, 1))
        .dataSync()
        .every((value) => Math.abs(value - 1) < 1e-6),
    ).toBe(true);
    expect(rasterizeDepth(tf.zeros([0, 5, 5, 3])).shape).toEqual([0, 5, 5]);
  });

  it('gives the same bits for any number of threads', () => {
    const batch = tf.concat(Array.from({ length: 9 }, (_, i) => relief(SIZE, i * 0.3))) as tf.Tensor4D;
    const results = [1, 2, 3].map((threads) => {
      setRasterizerThreads(threads);
      const maps = rasterizeDepthMaps(batch);
      const gradient = tf.grad((mesh: tf.Tensor) => tf.sum(rasterizeDepth(mesh as tf.Tensor4D)))(batch);
      return [maps.depth, maps.faceIndex, maps.supersampled, gradient].map((tensor) => tensor.dataSync());
    });
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
    const single = rasterizeDepth(tf.slice(batch, [4, 0, 0, 0], [1, -1, -1, -1])).dataSync();
    expect(single).toEqual(results[0]?.[0]?.slice(4 * SIZE ** 2, 5 * SIZE ** 2));
    expect(() => setRasterizerThreads(0)).toThrow(RangeError);
  });

  it('splits a batch that is larger than its memory', () => {
    const mesh = relief(128, 0.3);
    const one = rasterizeDepth(mesh).dataSync();
    const many = rasterizeDepth(tf.tile(mesh, [40, 1, 1, 1])).dataSync();
    expect(many.length).toBe(40 * one.length);
    expect(many.slice(-one.length)).toEqual(one);
    expect(many.slice(0, one.length)).toEqual(one);
  });

  it('refuses wrong shapes, dtypes and depth ranges', () => {
    const bad =
      (shape: number[], dtype: 'float32' | 'int32' = 'float32') =>
      () =>
        rasterizeDepth(tf.zeros(shape as [number, number, number, number], dtype));
    expect(bad([4, 4, 3])).toThrow(/rasterizeDepth: vertices has shape \[4,4,3\]/);
    expect(bad([1, 4, 5, 3])).toThrow(/\[1,4,5,3\]/);
    expect(bad([1, 4, 4, 2])).toThrow(RangeError);
    expect(bad([1, 1, 1, 3])).toThrow(/at least 2/);
    expect(bad([1, 4, 4, 3], 'int32')).toThrow(/int32/);
    expect(bad([0, 5000, 5000, 3])).toThrow(/at most 4096/);
    for (const range of [{ near: 0 }, { near: 2, far: 1 }, { far: Infinity }, { near: Number.NaN }]) {
      expect(() => rasterizeDepth(plate(4, 1, 1), range)).toThrow(/expected 0 < near < far/);
    }
    const huge = { vertices: new Float32Array(0), batch: 1, size: 8192 };
    const nothing = { depth: new Float32Array(0), faces: new Int32Array(0) };
    expect(() => onHost(huge, { near: 0.1, far: 1 }, nothing)).toThrow(EngineError);
  });

  it('lets the process end and works inside a worker thread', () => {
    const module = new URL('../../runtime/engine/wasm/raster.ts', import.meta.url).href;
    const job = `
      const { rasterizeDepth, setRasterizerThreads } = await import(${JSON.stringify(module)});
      setRasterizerThreads(2);
      const depth = new Float32Array(64);
      const meshes = { vertices: new Float32Array(192), batch: 4, size: 4 };
      rasterizeDepth(meshes, { near: 0.1, far: 9 }, { depth, faces: new Int32Array(256) });`;
    const inWorker = `(await import('tsx/esm/api')).register(); ${job} require('node:worker_threads').parentPort.postMessage(depth.every((z) => z === 9));`;
    const code = `${job}
      const { Worker } = await import('node:worker_threads');
      const source = ${JSON.stringify(`(async () => {${inWorker}})()`)};
      new Worker(source, { eval: true, execArgv: [] }).once('message', (fine) => console.log(fine && depth[0] === 9));`;
    const args = ['--import', 'tsx', '--input-type=module', '-e', code];
    const output = execFileSync(process.execPath, args, { encoding: 'utf8', timeout: 30_000 });
    expect(output.trim()).toBe('true');
  });
});

describe('the gradient of rasterizeDepth', () => {
  it.each([
    ['the front', 0.3],
    ['a side', 1.1],
    ['the back', Math.PI - 0.4],
  ])('agrees with differences of the double-precision formula on the faces seen, from %s', (_, yaw) => {
    const mesh = relief(SIZE, yaw);
    const faces = rasterizeDepthMaps(mesh).faceIndex.dataSync();
    const weights = Float32Array.from({ length: SIZE ** 2 }, (_, i) => Math.sin(2.1 * i));
    const gradient = tf
      .grad((vertices: tf.Tensor) =>
        tf.sum(tf.mul(rasterizeDepth(vertices as tf.Tensor4D), tf.tensor3d(weights, [1, SIZE, SIZE]))),
      )(mesh)
      .dataSync();
    const vertices = Float64Array.from(mesh.dataSync());
    const loss = () =>
      depthOfFaces(vertices, faces, SIZE, FAR).reduce((sum, depth, i) => sum + depth * (weights[i] ?? 0), 0);
    const differences = Array.from(vertices, (value, i) => {
      const step = 1e-6;
      vertices[i] = value + step;
      const above = loss();
      vertices[i] = value - step;
      const below = loss();
      vertices[i] = value;
      return (above - below) / (2 * step);
    });
    const scale = Math.max(...differences.map(Math.abs));
    expect(scale).toBeGreaterThan(0.1);
    gradient.forEach((value, i) => {
      expect(Math.abs(value - (differences[i] ?? 0))).toBeLessThan(2e-4 * scale);
    });
  });

  it('sums to what moving the whole mesh along z does', () => {
    // On a plate parallel to the image every sample moves with it: the gradients with respect to z sum to 16.
    const gradient = tf.grad((mesh: tf.Tensor) => tf.sum(rasterizeDepth(mesh as tf.Tensor4D)))(
      plate(4, 1.1, 2),
    );
    const [x, y, z] = tf.split(gradient, 3, 3).map((part) => part.dataSync());
    expect(Array.from(z ?? []).reduce((sum, value) => sum + value, 0)).toBeCloseTo(16, 4);
    for (const side of [x, y]) expect(side?.every((value) => Math.abs(value) < 1e-5)).toBe(true);
  });

  it('is zero where nothing is seen', () => {
    const gradient = tf.grad((mesh: tf.Tensor) => tf.sum(rasterizeDepth(mesh as tf.Tensor4D)));
    expect(
      gradient(plate(4, 1, 200))
        .dataSync()
        .every((value) => value === 0),
    ).toBe(true);
    expect(
      gradient(tf.fill([1, 4, 4, 3], Number.NaN))
        .dataSync()
        .every((value) => value === 0),
    ).toBe(true);
  });
});

describe('projectToNdc', () => {
  it('puts the optical axis and the outermost pixel centres where the original does', () => {
    const [size, focal, centre] = [5, 10, 2];
    const points = [0, 0, 2, ...Array<number>(3 * 23).fill(1), 0.4, -0.4, 2];
    const ndc = projectToNdc(tf.tensor4d(points, [1, size, size, 3]), { focal, centre }).dataSync();
    // Pixel (2, 2) of 5: x = 2·2/5 - 1, y = 1 - 2·2/5; pixel (4, 0): x = 8/5 - 1, y = 1.
    [-0.2, 0.2, 2].forEach((value, i) => void expect(ndc[i]).toBeCloseTo(value, 6));
    [0.6, 1, 2].forEach((value, i) => void expect(ndc[72 + i]).toBeCloseTo(value, 6));
    expect(() => projectToNdc(tf.zeros([1, 2, 3, 3]), { focal, centre })).toThrow(/projectToNdc: points/);
  });
});
