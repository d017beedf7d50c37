import * as tf from '@tensorflow/tfjs-core';
import { EngineError } from './errors.ts';
import { inPlaceBackend, onCommit, updateInPlace } from './onnx/update.ts';
import { supplied } from './supplied.ts';
import { lerp } from './wasm/kernels.ts';

export interface FollowingAverageOptions {
  /** The name of the variable that the variable of the given name follows. */
  readonly source: (name: string) => string;
  /** Updates after which half of a change has arrived. */
  readonly halfLife: number;
  /** The half-life as a share of the updates so far, while that is less. */
  readonly rampUp: number;
}

/**
 * Variables that are the exponential moving averages of other variables, such as the weights of a network of their
 * own. The share of the old value that stays is ½^(1/h), h = min(halfLife, rampUp·updates): nothing at first
 * (StyleGAN2's schedule, Karras et al. 2020, official code).
 */
export class FollowingAverage {
  /** Updates so far. */
  updates = 0;
  halfLife: number;
  rampUp: number;
  private readonly source: (name: string) => string;
  private averages = new Map<tf.Variable, tf.Variable>();

  constructor({ source, halfLife, rampUp }: FollowingAverageOptions) {
    this.source = source;
    this.halfLife = halfLife;
    this.rampUp = rampUp;
  }

  /** Share of the old average that stays at the next update, in [0, 1). */
  get decay(): number {
    return 0.5 ** (1 / Math.min(this.halfLife, this.rampUp * this.updates));
  }

  /** Takes the variables that hold averages. Throws EngineError where one has nothing of its shape to follow. */
  prepare(variables: readonly tf.Variable[]): void {
    const { registeredVariables } = tf.engine() as unknown as {
      registeredVariables: Readonly<Record<string, tf.Variable>>;
    };
    this.averages = new Map(
      variables.map((average) => {
        const name = this.source(average.name);
        const followed = registeredVariables[name];
        if (followed && tf.util.arraysEqual(followed.shape, average.shape)) return [average, followed];
        const found = followed ? `has shape [${followed.shape}]` : 'does not exist';
        throw new EngineError(
          'shape-mismatch',
          `${average.name} [${average.shape}] follows ${name}, which ${found}.`,
          { operation: 'MovingAverage' },
        );
      }),
    );
  }

  /** Moves every average by one update. Part of a compiled step, or eager. */
  applyGradients(): void {
    const backend = inPlaceBackend();
    const fill = (out: Float32Array) => {
      out[0] = this.decay;
    };
    const decay = backend ? undefined : supplied('decay', [], fill);
    for (const [average, followed] of this.averages) {
      if (backend) {
        updateInPlace(backend, {
          name: 'MovingAverage',
          variables: [average, followed],
          operands: [],
          run: (_, [target, value]) => lerp(target as never, value as never, this.decay),
        });
      } else if (decay) {
        tf.tidy(() => average.assign(tf.add(followed, tf.mul(decay, tf.sub(average, followed)))));
      }
    }
    onCommit(() => {
      this.updates++;
    });
  }

  /** Nothing: the averages are weights of networks. */
  state(): Record<string, tf.Variable> {
    return {};
  }

  dispose(): void {
    this.averages.clear();
  }
}
