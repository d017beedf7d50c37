import { describe, expect, it } from 'vitest';
import { type Block, Heap, SCRATCH_FLOATS } from '../../runtime/engine/wasm/heap.ts';
import {
  type AdamOptions,
  adam,
  addScaled,
  fill,
  firstNonFinite,
  lerp,
} from '../../runtime/engine/wasm/kernels.ts';

const heap = new Heap();

function blockOf(values: ArrayLike<number>): Block {
  const block = heap.allocate(values.length);
  block.view().set(values);
  return block;
}

const wave = (length: number, phase: number) =>
  Float32Array.from({ length }, (_, i) => Math.sin(i * 0.7 + phase));

const options: AdamOptions = {
  learningRate: 1e-2,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0.1,
  step: 1,
};

/** Three updates of one parameter in double precision, as the two papers' formulas say. */
function reference(start: number, grads: readonly number[], early: boolean): number {
  let [p, m, v] = [start, 0, 0];
  grads.forEach((grad, i) => {
    const g = grad + options.weightDecay * p;
    m = 0.9 * m + 0.1 * g;
    v = 0.999 * v + 0.001 * g * g;
    const [c1, c2] = [1 - 0.9 ** (i + 1), 1 - 0.999 ** (i + 1)];
    p -= early
      ? ((options.learningRate * Math.sqrt(c2)) / c1) * (m / (Math.sqrt(v) + options.epsilon))
      : (options.learningRate * (m / c1)) / (Math.sqrt(v / c2) + options.epsilon);
  });
  return p;
}

function farthest(a: Float32Array, b: (i: number) => number): number {
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b(i))), 0);
}

describe('adam', () => {
  it.each([
    ['after', 'inside the heap', 37],
    ['before', 'inside the heap', 37],
    ['after', 'outside it, longer than the scratch block', SCRATCH_FLOATS + 7],
  ] as const)(
    'matches double precision with epsilon %s the correction, gradient %s',
    (place, where, length) => {
      const start = wave(length, 0);
      const param = blockOf(start);
      const firstMoment = blockOf(new Float32Array(length));
      const secondMoment = blockOf(new Float32Array(length));
      const grads = [1, 2, 3].map((phase) => wave(length, phase));
      grads.forEach((values, i) => {
        const grad = where === 'inside the heap' ? blockOf(values) : values;
        const epsilonPlacement = place;
        adam({ param, grad, firstMoment, secondMoment }, { ...options, step: i + 1, epsilonPlacement });
      });
      const expected = (i: number) =>
        reference(
          start[i] ?? 0,
          grads.map((grad) => grad[i] ?? 0),
          place === 'before',
        );
      expect(farthest(param.view(), expected)).toBeLessThan(5e-7);
    },
  );

  it('takes a gradient that is a view into the heap as it lies', () => {
    const [a, b] = [blockOf([1, 2, 3]), blockOf([1, 2, 3])];
    const zeros = () => blockOf([0, 0, 0]);
    const grad = blockOf([5, 6, 7, 8]);
    adam({ param: a, grad: grad.view().subarray(1), firstMoment: zeros(), secondMoment: zeros() }, options);
    adam({ param: b, grad: Float32Array.of(6, 7, 8), firstMoment: zeros(), secondMoment: zeros() }, options);
    expect(a.view()).toEqual(b.view());
  });

  it('refuses unequal lengths, foreign blocks and bad options', () => {
    const state = {
      param: blockOf([1]),
      grad: blockOf([1]),
      firstMoment: blockOf([0]),
      secondMoment: blockOf([0]),
    };
    expect(() => adam({ ...state, grad: new Float32Array(2) }, options)).toThrow(/gradient has 2 elements/);
    expect(() => adam({ ...state, secondMoment: blockOf([0, 0]) }, options)).toThrow(/second moment/);
    expect(() => adam({ ...state, firstMoment: new Heap().allocate(1) }, options)).toThrow(/different heaps/);
    for (const bad of [
      { step: 0 },
      { step: 1.5 },
      { beta1: 1 },
      { beta2: -0.1 },
      { learningRate: Number.NaN },
    ]) {
      expect(() => adam(state, { ...options, ...bad })).toThrow(RangeError);
    }
    expect([...state.param.view()]).toEqual([1]);
  });
});

describe('elementwise kernels', () => {
  it('lerp averages exponentially', () => {
    const [average, value] = [wave(23, 0), wave(23, 1)];
    const inside = blockOf(average);
    lerp(inside, value, 0.9);
    expect(farthest(inside.view(), (i) => 0.9 * (average[i] ?? 0) + 0.1 * (value[i] ?? 0))).toBeLessThan(
      1e-7,
    );
    lerp(inside, blockOf(value), 0);
    expect(inside.view()).toEqual(value);
    expect(() => lerp(inside, value, 1.1)).toThrow(/decay is 1.1/);
    expect(() => lerp(inside, new Float32Array(22), 0.5)).toThrow(RangeError);
  });

  it('addScaled accumulates', () => {
    const target = blockOf([1, 2, 3, 4, 5]);
    addScaled(target, Float32Array.of(1, 1, 1, 1, 2), -0.5);
    addScaled(target, blockOf([4, 0, 0, 0, 4]), 0.25);
    expect([...target.view()]).toEqual([1.5, 1.5, 2.5, 3.5, 5]);
    expect(() => addScaled(target, new Float32Array(4), 1)).toThrow(RangeError);
  });

  it('fill leaves the neighbours alone', () => {
    const blocks = [5, 6, 7].map((length) => blockOf(new Float32Array(length)));
    fill(blocks[1] as Block, 3);
    expect(blocks.map((block) => block.view().reduce((sum, value) => sum + value, 0))).toEqual([0, 18, 0]);
  });

  it.each([
    ['NaN', Number.NaN],
    ['infinity', Infinity],
    ['minus infinity', -Infinity],
  ])('firstNonFinite finds the first %s', (_, value) => {
    for (const at of [0, 3, 4, 9, 10]) {
      const block = blockOf([3e38, -3e38, 1e-45, 0, 1, 2, 3, 4, 5, 6, 7]);
      expect(firstNonFinite(block)).toBe(-1);
      block.view()[at] = value;
      block.view()[10] = value;
      expect(firstNonFinite(block)).toBe(at);
    }
  });

  it('refuses a freed block', () => {
    const block = blockOf([1]);
    heap.free(block);
    expect(() => fill(block, 1)).toThrow(/was freed/);
    expect(() => firstNonFinite(block)).toThrow(/was freed/);
  });
});
