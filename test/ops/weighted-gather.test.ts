import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, it } from 'vitest';
import { useEngine } from '../../runtime/engine/index.ts';
import { rowProducts, weightedGather, weightedScatter } from '../../runtime/ops/weighted-gather.ts';
import { checkOperation, ENGINES } from './numeric.ts';

const [R, C, K, N] = [5, 3, 2, 4] as const;
const INDICES = [0, 4, 4, 2, 1, 4, 0, 4];
const indices = () => tf.tensor2d(INDICES, [K, N], 'int32');

/** Calls `visit` for every weighted entry of the gather's matrix. */
function entries(visit: (k: number, n: number, c: number, row: number) => void): void {
  INDICES.forEach((row, at) => {
    for (let c = 0; c < C; c++) visit(Math.floor(at / N), at % N, c, row);
  });
}

function accumulate(length: number, term: (add: (at: number, value: number) => void) => void): Float64Array {
  const out = new Float64Array(length);
  term((at, value) => {
    out[at] = (out[at] as number) + value;
  });
  return out;
}

const at = (array: Float64Array | undefined, index: number) => array?.[index] as number;

describe.each(ENGINES)('weighted gathers on %s', (engine) => {
  beforeAll(() => useEngine(engine));

  it('gather rows, with gradients of both orders', () => {
    const index = indices();
    checkOperation({
      shapes: [
        [R, C],
        [K, N],
      ],
      op: (rows, weights) => weightedGather(rows as tf.Tensor2D, index, weights as tf.Tensor2D),
      formula: (rows, weights) =>
        accumulate(C * N, (add) =>
          entries((k, n, c, row) => add(c * N + n, at(weights, k * N + n) * at(rows, row * C + c))),
        ),
      second: true,
    });
  });

  it('scatter values, adding where indices meet, with gradients of both orders', () => {
    const index = indices();
    checkOperation({
      shapes: [
        [C, N],
        [K, N],
      ],
      op: (values, weights) => weightedScatter(values as tf.Tensor2D, index, weights as tf.Tensor2D, R),
      formula: (values, weights) =>
        accumulate(R * C, (add) =>
          entries((k, n, c, row) => add(row * C + c, at(weights, k * N + n) * at(values, c * N + n))),
        ),
      second: true,
    });
  });

  it('multiply values with gathered rows, with gradients of both orders', () => {
    const index = indices();
    checkOperation({
      shapes: [
        [C, N],
        [R, C],
      ],
      op: (values, rows) => rowProducts(values as tf.Tensor2D, rows as tf.Tensor2D, index),
      formula: (values, rows) =>
        accumulate(K * N, (add) =>
          entries((k, n, c, row) => add(k * N + n, at(values, c * N + n) * at(rows, row * C + c))),
        ),
      second: true,
    });
  });
});
