import type { HostTensor } from '../../runtime/engine/index.ts';
import { type Scope, weightShapes } from '../../runtime/nn/scope.ts';
import { noise, size } from '../ops/numeric.ts';

/** Weights of a network by name, small enough that activations stay near 1; averages of squares are positive. */
export function randomWeights(build: (scope: Scope) => unknown, seed = 1): Map<string, HostTensor> {
  return new Map(
    [...weightShapes(build)].map(([name, shape], i) => {
      const fan = shape.length > 1 ? Math.max(1, size(shape) / Math.max(...shape.slice(2), 1)) : 4;
      const values = noise(size(shape), seed + i).map((value) => (value / Math.sqrt(fan)) * 2);
      const positive = name.endsWith('running_var') || (name.endsWith('.weight') && shape.length === 1);
      const data = Float32Array.from(values, (value) => (positive ? 1 + 0.2 * value : value));
      return [name, { data, shape }];
    }),
  );
}
