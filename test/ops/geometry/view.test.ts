import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  applyInverseView,
  applyView,
  rotationFromEuler,
  scaleView,
  viewTransform,
} from '../../../runtime/ops/geometry/view.ts';
import { checkOperation, expectClose, noise, tensor } from '../numeric.ts';
import * as reference from './reference.ts';

beforeAll(() => tf.setBackend('cpu'));

const [B, H, W, CENTRE] = [2, 2, 3, 0.7];
const options = { rotationCentre: CENTRE };
const views = () => noise(B * 6, 1);
const points = () => noise(B * H * W * 3, 2);

type Move = (point: reference.Vector, view: ArrayLike<number>, centre: number) => reference.Vector;

/** Moves flat points [P·H·W] by flat views [V]; the batch is the larger one. */
function moved(move: Move, flat: Float64Array, view: Float64Array): Float64Array {
  const perSample = H * W;
  const [samples, viewCount] = [flat.length / (3 * perSample), view.length / 6];
  const batch = Math.max(samples, viewCount);
  return Float64Array.from(
    Array.from({ length: batch * perSample }, (_, i) => {
      const sample = Math.floor(i / perSample);
      const start = 3 * (i % (samples * perSample));
      const v = view.subarray(6 * (sample % viewCount), 6 * (sample % viewCount) + 6);
      return move(Array.from(flat.subarray(start, start + 3)) as unknown as reference.Vector, v, CENTRE);
    }).flat(),
  );
}

describe('rotationFromEuler', () => {
  it('is Rz·Ry·Rx, with the gradient', () => {
    checkOperation({
      shapes: [[B, 3]],
      op: (angles) => rotationFromEuler(angles as tf.Tensor),
      formula: (angles) => {
        const [a, b, c, d, e, f] = angles as Float64Array as unknown as number[];
        const matrices = [
          reference.rotation(a ?? 0, b ?? 0, c ?? 0),
          reference.rotation(d ?? 0, e ?? 0, f ?? 0),
        ];
        return Float64Array.from(matrices.flat(2));
      },
    });
  });

  it('gives rotations: the transpose is the inverse', () => {
    const rotation = rotationFromEuler(tensor(noise(6, 5), [2, 3]));
    const identity = tf.tile(tf.expandDims(tf.eye(3), 0), [2, 1, 1]);
    expectClose(tf.matMul(rotation, rotation, false, true).dataSync(), identity.dataSync(), 1e-6);
  });

  it('refuses anything but three angles', () => {
    expect(() => rotationFromEuler(tf.ones([2, 6]))).toThrow(
      'rotationFromEuler: angles has shape [2,6], expected [B,3]',
    );
  });
});

describe('viewTransform', () => {
  it('takes the translation from the last three numbers', () => {
    const { rotation, translation } = viewTransform(tf.tensor2d([[0, 0, 0, 1, 2, 3]]));
    expectClose(rotation.dataSync(), tf.eye(3).dataSync(), 1e-7);
    expect(translation.arraySync()).toEqual([[[1, 2, 3]]]);
  });
});

describe('scaleView', () => {
  it('scales angles from degrees and translations by axis', () => {
    const range = { rotation: 60, translationXY: 0.1, translationZ: 0.2 };
    const scaled = scaleView(tf.tensor2d([[1, -1, 0.5, 1, -1, 1]]), range);
    expectClose(scaled.dataSync(), [Math.PI / 3, -Math.PI / 3, Math.PI / 6, 0.1, -0.1, 0.2], 1e-6);
  });
});

describe.each([
  ['applyView', applyView, reference.applyView],
  ['applyInverseView', applyInverseView, reference.applyInverseView],
] as const)('%s', (name, apply, formula) => {
  it.each([
    ['equal batches', B, B],
    ['one set of points, several views', 1, B],
    ['several sets of points, one view', B, 1],
  ])('moves points, with the gradient: %s', (_, samples, viewCount) => {
    checkOperation({
      shapes: [
        [samples, H, W, 3],
        [viewCount, 6],
      ],
      op: (p, v) => apply(p as tf.Tensor, v as tf.Tensor, options),
      formula: (p, v) => moved(formula, p as Float64Array, v as Float64Array),
    });
  });

  it('leaves points where they are for a zero view', () => {
    const p = tensor(points(), [B, H, W, 3]);
    expectClose(apply(p, tf.zeros([B, 6]), options).dataSync(), p.dataSync(), 1e-6);
  });

  it('refuses points and views that do not go together', () => {
    const p = tf.ones([3, H, W, 3]);
    expect(() => apply(p, tf.ones([2, 6]))).toThrow(`${name}: batches of 3 and 2 do not go together`);
    expect(() => apply(p, tf.ones([3, 5]))).toThrow(`${name}: view has shape [3,5], expected [B,6]`);
    expect(() => apply(tf.ones([3, 3]), tf.ones([3, 6]))).toThrow(`${name}: points has shape [3,3]`);
  });
});

describe('applyInverseView', () => {
  it('undoes applyView', () => {
    const [p, v] = [tensor(points(), [B, H, W, 3]), tensor(views(), [B, 6])];
    expectClose(applyInverseView(applyView(p, v), v).dataSync(), p.dataSync(), 1e-6);
  });
});
