import * as tf from '@tensorflow/tfjs-core';
import { EngineError } from './errors.ts';
import { inPlaceBackend, updateInPlace } from './onnx/update.ts';
import { lerp } from './wasm/kernels.ts';

/** Exponential moving averages of variables, such as StyleGAN2's generator weights for sampling. */
export class MovingAverage {
  /** The averages, by the names of the variables they follow. */
  readonly averages: Readonly<Record<string, tf.Variable>>;

  constructor(
    private readonly variables: readonly tf.Variable[],
    /** Share of the old average that stays at each update, in [0, 1]. May be changed between steps. */
    public decay: number,
    name = 'average',
  ) {
    if (!(decay >= 0 && decay <= 1))
      throw new EngineError('shape-mismatch', `decay is ${decay}; expected a number in [0, 1].`);
    this.averages = Object.fromEntries(
      variables.map((variable) => [variable.name, tf.variable(variable, false, `${name}/${variable.name}`)]),
    );
  }

  /** average = decay·average + (1 - decay)·variable, after what the step has done to the variables so far. */
  update(): void {
    const backend = inPlaceBackend();
    for (const variable of this.variables) {
      const average = this.averages[variable.name] as tf.Variable;
      if (backend) {
        updateInPlace(backend, {
          name: 'MovingAverage',
          variables: [average, variable],
          operands: [],
          run: (_, [target, value]) => lerp(target as never, value as never, this.decay),
        });
      } else
        tf.tidy(() => average.assign(tf.add(tf.mul(average, this.decay), tf.mul(variable, 1 - this.decay))));
    }
  }

  dispose(): void {
    for (const average of Object.values(this.averages)) average.dispose();
  }
}
