import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { cropMesh } from '../../../runtime/ops/geometry/crop-mesh.ts';
import '../numeric.ts';

beforeAll(() => tf.setBackend('cpu'));

/** Points whose x, y and z tell their column, row and number. */
const mesh = tf.tensor4d(
  Array.from({ length: 20 }, (_, i) => [i % 5, Math.floor(i / 5), i]).flat(),
  [1, 4, 5, 3],
);

describe('cropMesh', () => {
  it('folds rows in y and z, columns in x and z', () => {
    const points = cropMesh(mesh, { top: 1, bottom: 1, left: 2, right: 1 }).arraySync()[0] as number[][][];
    expect(points[0]?.[0]).toEqual([2, 1, 7]);
    expect(points[3]?.[4]).toEqual([3, 2, 13]);
    expect(points[2]?.[0]).toEqual([2, 2, 12]);
    expect(points[1]?.[3]).toEqual([3, 1, 8]);
  });

  it('leaves the mesh as it is without a crop', () => {
    expect(cropMesh(mesh, {}).dataSync()).toEqual(mesh.dataSync());
  });

  it('refuses to leave nothing', () => {
    expect(() => cropMesh(mesh, { top: 2, bottom: 2 })).toThrow(
      'cropMesh: cropping 2 and 2 of 4 leaves nothing',
    );
    expect(() => cropMesh(mesh, { left: -1 })).toThrow('cropMesh');
  });
});
