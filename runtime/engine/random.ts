import type * as tf from '@tensorflow/tfjs-core';
import { stateHeap } from './onnx/state.ts';
import { currentScope } from './scope.ts';
import { supplied } from './supplied.ts';
import { normal, uniform } from './wasm/random.ts';

/** Where in the sequence of a run's random numbers a step is. */
export interface RandomPosition {
  /** Whole number from 0 below 2⁵³: everything random in a run follows from it. */
  readonly seed: number;
  /** Number of the step, from 0 below 2³². */
  readonly step: number;
}

let position: RandomPosition = { seed: 0, step: 0 };
let draws = new Map<string, number>();

/**
 * Sets where the next draws are. Numbers depend on seed, step, the scope that draws and how many draws that scope
 * made before in this step, on nothing else: a run resumes from integers, and every engine draws the same.
 */
export function setRandomPosition(next: RandomPosition): void {
  for (const [name, value, limit] of [
    ['seed', next.seed, 2 ** 53],
    ['step', next.step, 2 ** 32],
  ] as const) {
    if (!Number.isInteger(value) || value < 0 || value >= limit)
      throw new RangeError(`${name} is ${value}; expected a whole number from 0 below ${limit}.`);
  }
  position = next;
  draws = new Map();
}

/** Starts counting draws anew, at each recording and at each eager step. */
export function restartDraws(): void {
  draws = new Map();
}

/** Normally distributed numbers (mean 0, standard deviation 1 by default). In compiled steps new at every run. */
export function randomNormal(
  shape: readonly number[],
  options: { readonly mean?: number; readonly deviation?: number } = {},
): tf.Tensor {
  const { mean = 0, deviation = 1 } = options;
  return draw('normal', shape, (value) => mean + deviation * value);
}

/** Uniform numbers in [low, high), [0, 1) by default. In compiled steps new at every run. */
export function randomUniform(
  shape: readonly number[],
  options: { readonly low?: number; readonly high?: number } = {},
): tf.Tensor {
  const { low = 0, high = 1 } = options;
  return draw('uniform', shape, (value) => low + (high - low) * value);
}

function draw(
  distribution: 'normal' | 'uniform',
  shape: readonly number[],
  map: (value: number) => number,
): tf.Tensor {
  const scope = currentScope();
  const nth = draws.get(scope) ?? 0;
  draws.set(scope, nth + 1);
  const stream = hash(`${scope}#${nth}`);
  return supplied(`${distribution} ${scope}#${nth}`, shape, (out) => {
    const block = stateHeap().allocate(out.length);
    try {
      const seed = [position.seed >>> 0, Math.floor(position.seed / 2 ** 32)] as const;
      const key = { seed, stream: [stream, position.step] as const, counter: 0 };
      (distribution === 'normal' ? normal : uniform)(block, key);
      const drawn = block.view();
      for (let i = 0; i < out.length; i++) out[i] = map(drawn[i] as number);
    } finally {
      stateHeap().free(block);
    }
  });
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let state = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) state = Math.imul(state ^ byte, 0x01000193) >>> 0;
  return state;
}
