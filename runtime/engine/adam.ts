import * as tf from '@tensorflow/tfjs-core';
import { EngineError } from './errors.ts';
import { inPlaceBackend, onCommit, updateInPlace } from './onnx/update.ts';
import { supplied } from './supplied.ts';
import { adam, addScaled, fill } from './wasm/kernels.ts';

export interface AdamOptions {
  /** Step size, > 0. May be changed between steps through `Adam.learningRate`. */
  readonly learningRate: number;
  /** Decay of the mean of gradients, in [0, 1). Default 0.9. */
  readonly beta1?: number;
  /** Decay of the mean of squared gradients, in [0, 1). Default 0.999. */
  readonly beta2?: number;
  /** Added to the root of the second moment. Default 1e-8. */
  readonly epsilon?: number;
  /** L2 penalty as PyTorch's Adam has it: added to the gradient, in units of the weight. Default 0. */
  readonly weightDecay?: number;
  /**
   * Whether epsilon is added after the bias correction of the second moment (PyTorch from 1.3 on, the default) or
   * before it (PyTorch 1.1 and 1.2, which the original ran on).
   */
  readonly epsilonPlacement?: 'after' | 'before';
  /** Prefix of the names of the moments. Default `adam`. */
  readonly name?: string;
}

/** What the learning rate is multiplied with before update number `updates`, counted from 0. */
export type RateFactor = (updates: number) => number;

interface Slot {
  readonly param: tf.Variable;
  readonly firstMoment: tf.Variable;
  readonly secondMoment: tf.Variable;
  accumulated?: tf.Variable;
}

/**
 * Adam (Kingma and Ba, ICLR 2015, Algorithm 1) with PyTorch's weight decay. On the CPU of the onnx engine an update
 * is one pass over the weights in WebAssembly; elsewhere it is part of the graph, with the state where it lies.
 */
export class Adam {
  learningRate: number;
  /** How the step size changes with the updates; undefined while it is the learning rate. */
  rateFactor: RateFactor | undefined;
  /** Updates so far. */
  updates = 0;
  private readonly options: Required<Omit<AdamOptions, 'learningRate'>>;
  private readonly slots = new Map<string, Slot>();

  constructor({ learningRate, ...options }: AdamOptions) {
    this.learningRate = learningRate;
    this.options = {
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      weightDecay: 0,
      epsilonPlacement: 'after',
      name: 'adam',
      ...options,
    };
    const { beta1, beta2, epsilon, weightDecay } = this.options;
    for (const [name, beta] of Object.entries({ beta1, beta2 })) {
      if (!(beta >= 0 && beta < 1)) throw new RangeError(`${name} is ${beta}; expected a number in [0, 1).`);
    }
    for (const [name, value] of Object.entries({ learningRate, epsilon, weightDecay })) {
      if (!(value >= 0 && value < Number.POSITIVE_INFINITY))
        throw new RangeError(`${name} is ${value}; expected a finite number from 0.`);
    }
  }

  /** Updates the variables that have the given names by their gradients. Part of a compiled step, or eager. */
  applyGradients(gradients: Readonly<Record<string, tf.Tensor>>): void {
    for (const [name, gradient] of Object.entries(gradients))
      this.update(this.slot(name, gradient), gradient);
    onCommit(() => {
      this.updates++;
    });
  }

  /**
   * Adds `scale`·gradients to what `applyAccumulated` will use: k steps with scale 1/k and one update equal one
   * step with a batch k times as large, in the memory of the small one.
   */
  accumulate(gradients: Readonly<Record<string, tf.Tensor>>, scale = 1): void {
    for (const [name, gradient] of Object.entries(gradients)) {
      const slot = this.slot(name, gradient);
      slot.accumulated ??= zerosLike(slot.param, `${this.options.name}/${name}/accumulated`);
      const target = slot.accumulated;
      const backend = inPlaceBackend();
      if (backend) {
        updateInPlace(backend, {
          name: 'Accumulate',
          variables: [slot.param, target],
          operands: [gradient],
          run: ([values], [, sum]) => addScaled(sum as never, values as Float32Array, scale),
        });
      } else target.assign(tf.add(target, tf.mul(gradient, scale)));
    }
  }

  /** Updates every variable by its accumulated gradient, and starts the next accumulation at zero. */
  applyAccumulated(): void {
    const slots = [...this.slots.values()].filter((slot) => slot.accumulated);
    if (slots.length === 0)
      throw new EngineError('impure-step', 'applyAccumulated was called before accumulate.');
    for (const slot of slots) {
      const sum = slot.accumulated as tf.Variable;
      const backend = inPlaceBackend();
      if (backend) {
        updateInPlace(backend, {
          name: 'Adam',
          variables: [slot.param, slot.firstMoment, slot.secondMoment, sum],
          operands: [],
          run: (_, [param, firstMoment, secondMoment, grad]) => {
            adam({ param, firstMoment, secondMoment, grad } as never, this.scalars());
            fill(grad as never, 0);
          },
        });
      } else {
        this.update(slot, sum);
        sum.assign(tf.zerosLike(sum));
      }
    }
    onCommit(() => {
      this.updates++;
    });
  }

  /** Moments and accumulators by name, for checkpoints; `updates` and `learningRate` belong to them. */
  state(): Record<string, tf.Variable> {
    const variables = [...this.slots.values()].flatMap(({ firstMoment, secondMoment, accumulated }) =>
      accumulated ? [firstMoment, secondMoment, accumulated] : [firstMoment, secondMoment],
    );
    return Object.fromEntries(variables.map((variable) => [variable.name, variable]));
  }

  /** Creates the moments of the given variables now, so that a checkpoint can fill them before the first step. */
  prepare(variables: readonly tf.Variable[]): void {
    for (const variable of variables) this.slot(variable.name, variable);
  }

  dispose(): void {
    for (const variable of Object.values(this.state())) variable.dispose();
    this.slots.clear();
  }

  private update(slot: Slot, gradient: tf.Tensor): void {
    const backend = inPlaceBackend();
    if (backend) {
      updateInPlace(backend, {
        name: 'Adam',
        variables: [slot.param, slot.firstMoment, slot.secondMoment],
        operands: [gradient],
        run: ([grad], [param, firstMoment, secondMoment]) =>
          adam({ param, firstMoment, secondMoment, grad } as never, this.scalars()),
      });
    } else tf.tidy(() => this.updateByOperations(slot, gradient));
  }

  private updateByOperations({ param, firstMoment, secondMoment }: Slot, gradient: tf.Tensor): void {
    const { beta1, beta2, epsilon, weightDecay, epsilonPlacement } = this.options;
    const early = epsilonPlacement === 'before';
    const root = () => Math.sqrt(1 - beta2 ** (this.updates + 1));
    const stepSize = supplied('step size', [], (out) => {
      out[0] = ((early ? root() : 1) * this.rate) / (1 - beta1 ** (this.updates + 1));
    });
    const correction = supplied('second moment correction', [], (out) => {
      out[0] = early ? 1 : 1 / root();
    });
    const penalised = weightDecay === 0 ? gradient : tf.add(gradient, tf.mul(param, weightDecay));
    const first = tf.add(tf.mul(firstMoment, beta1), tf.mul(penalised, 1 - beta1));
    const second = tf.add(tf.mul(secondMoment, beta2), tf.mul(tf.square(penalised), 1 - beta2));
    const deviation = tf.add(tf.mul(tf.sqrt(second), correction), epsilon);
    firstMoment.assign(first);
    secondMoment.assign(second);
    param.assign(tf.sub(param, tf.mul(stepSize, tf.div(first, deviation))));
  }

  private scalars() {
    const { name: _, ...options } = this.options;
    return { ...options, learningRate: this.rate, step: this.updates + 1 };
  }

  /** The step size of the update at hand. */
  private get rate(): number {
    return this.learningRate * (this.rateFactor?.(this.updates) ?? 1);
  }

  private slot(name: string, like: tf.Tensor): Slot {
    const known = this.slots.get(name);
    if (known) return known;
    const param = registeredVariable(name);
    if (!tf.util.arraysEqual(param.shape, like.shape)) {
      throw new EngineError(
        'shape-mismatch',
        `The gradient of ${name} is [${like.shape}], the variable [${param.shape}].`,
        { operation: 'Adam' },
      );
    }
    const slot: Slot = {
      param,
      firstMoment: zerosLike(param, `${this.options.name}/${name}/first-moment`),
      secondMoment: zerosLike(param, `${this.options.name}/${name}/second-moment`),
    };
    this.slots.set(name, slot);
    return slot;
  }
}

function zerosLike(variable: tf.Variable, name: string): tf.Variable {
  return tf.tidy(() => tf.variable(tf.zeros(variable.shape), false, name));
}

function registeredVariable(name: string): tf.Variable {
  const variable = (tf.engine() as unknown as { registeredVariables: Record<string, tf.Variable> })
    .registeredVariables[name];
  if (variable) return variable;
  throw new EngineError('impure-step', `There is no variable ${JSON.stringify(name)} to update.`, {
    operation: 'Adam',
  });
}
