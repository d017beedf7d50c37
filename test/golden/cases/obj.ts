import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { gridMesh } from '../../../runtime/formats/mesh.ts';
import { toMtl, toObj } from '../../../runtime/formats/mesh-obj.ts';
import { createCamera, depthToPoints, normalsFromDepth } from '../../../runtime/ops/index.ts';
import type { Check } from '../check.ts';
import type { GoldenCase } from '../fixture.ts';
import type { CaseHandler } from './handler.ts';

/** A mesh as OBJ and MTL text: the same lines, numbers within one unit of their last decimal. */
export const objFiles: CaseHandler = {
  family: 'obj',
  matches: (golden) => golden.reference.includes('export_to_obj_string'),

  async run(golden, check) {
    const size = golden.number('image_size');
    const camera = createCamera({ size, fov: golden.number('fov', 10) });
    const depth = golden.tensor('depth');
    const [points, normals] = [depthToPoints(depth, camera), normalsFromDepth(depth, camera)];
    await check.tensor('vertices_in', points);
    await check.tensor('normal', normals);
    const mesh = gridMesh({
      size,
      points: await points.data<'float32'>(),
      normals: await normals.data<'float32'>(),
    });
    const vertices = mesh.positions.subarray(0, size * size * 3);
    await check.tensor('vertices_after', tf.tensor4d(vertices, [1, size, size, 3]));
    await expectText(golden, 'mesh.obj', toObj(mesh, { material: '$MTLFILE' }), check);
    await expectText(golden, 'mesh.mtl', toMtl({ texture: '$TXTFILE' }), check);
  },
};

async function expectText(golden: GoldenCase, file: string, text: string, check: Check): Promise<void> {
  const stored = (await readFile(join(golden.folder, file), 'utf8')).split('\n');
  const lines = text.split('\n');
  const at = stored.findIndex((line, i) => !sameLine(line, lines[i] ?? ''));
  const wrong = stored.length !== lines.length ? Math.min(stored.length, lines.length) : at;
  const failed = wrong >= 0;
  check.comparisons.push({
    name: file,
    passed: !failed,
    worst: failed ? Number.POSITIVE_INFINITY : 0,
    bad: failed ? 1 : 0,
    message: failed ? `line ${wrong + 1} is "${lines[wrong]}", expected "${stored[wrong]}"` : '',
  });
}

/** Words are equal; decimals may differ by one in the fourth place. */
function sameLine(expected: string, actual: string): boolean {
  const [a, b] = [expected.split(' '), actual.split(' ')];
  const near = (x: string, y: string) => /^-?\d+\.\d{4}$/.test(y) && Math.abs(Number(x) - Number(y)) < 1.5e-4;
  return a.length === b.length && a.every((word, i) => word === b[i] || near(word, b[i] as string));
}
