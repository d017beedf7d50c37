import type * as tf from '@tensorflow/tfjs-core';
import type { HostTensor } from './engine/host-op.ts';

/**
 * Random tensors. They depend on (run seed, node, step, order of the calls within one evaluation) and on nothing
 * else, so a resumed run draws the same numbers. In a recorded step they are inputs that the runtime fills anew for
 * every evaluation; never make random tensors in another way.
 */
export interface Random {
  /** Normal numbers, by default of mean 0 and standard deviation 1. */
  normal(shape: readonly number[], options?: { mean?: number; std?: number }): tf.Tensor;
  /** Uniform numbers in [min, max), by default [0, 1). */
  uniform(shape: readonly number[], options?: { min?: number; max?: number }): tf.Tensor;
  /** Whole numbers in [min, max), as int32. */
  integers(shape: readonly number[], range: { min: number; max: number }): tf.Tensor;
}

/** The same numbers on the host, for sources, buffers and initial weights. */
export interface HostRandom {
  normal(count: number): Float32Array;
  uniform(count: number): Float32Array;
  integers(count: number, range: { min: number; max: number }): Int32Array;
}

/** Fills the initial value of a weight. */
export type Initializer = (shape: readonly number[], random: HostRandom) => Float32Array;

export interface WeightOptions {
  readonly shape: readonly number[];
  readonly init: Initializer;
  /** False for what belongs to the network but is not trained, such as running averages. Default true. */
  readonly trainable?: boolean;
}

/** The weights of a network, shared by every node that names it under "weights". */
export interface Weights {
  /**
   * The weight of that name: created on the first call, the same tensor on every later one. Where a checkpoint or a
   * resumed run has a value for it, that value is used and its shape must agree.
   */
  get(name: string, options: WeightOptions): tf.Tensor;
  /**
   * The shape that the file with the weights has for that name, before it is asked for: undefined where there is no
   * file, or nothing of that name in it. Networks of open width learn from it how wide they are.
   */
  shapeOf?(name: string): readonly number[] | undefined;
}

/** Tensors that a node keeps from one evaluation to the next, such as a moving average; part of checkpoints. */
export interface State {
  /** The value at the beginning of this evaluation. */
  get(name: string, options: WeightOptions): tf.Tensor;
  /** The value for the next evaluation; same shape. */
  set(name: string, value: tf.Tensor): void;
}

/** What every node's function is given besides inputs and parameters. */
export interface NodeContext {
  /** The node's name in the graph. */
  readonly node: string;
  readonly random: Random;
  readonly state: State;
  /** How many times this node was evaluated before in this item's run: a scalar that changes in a recorded step. */
  step(): tf.Scalar;
}

export interface NetworkContext extends NodeContext {
  readonly weights: Weights;
}

/** One thing that a source gives, such as an image of a list. */
export interface Item {
  /** Position in the source, from 0. */
  readonly index: number;
  /** Shown to people and used in file names. */
  readonly name: string;
}

/** What functions on the host are given. They may be asynchronous and are never recorded. */
export interface HostContext {
  readonly node: string;
  readonly random: HostRandom;
  /** Absolute path of a file that a parameter names, relative to the folder that the run was started in. */
  resolve(path: string): string;
}

export interface SourceContext extends HostContext {
  /** The item that is being worked on; for a source of items, the one to load. */
  readonly item: Item;
  /** How many times this source was loaded before for this item. */
  readonly step: number;
}

/** What a buffer remembers, by name; part of checkpoints. */
export interface Memory {
  get(name: string): HostTensor | undefined;
  set(name: string, value: HostTensor): void;
  delete(name: string): void;
  names(): readonly string[];
}

export interface BufferContext extends HostContext {
  readonly memory: Memory;
  /** How many times this buffer was written before for this item. */
  readonly step: number;
}

/** A number to report, with what is known about it. */
export interface Reported {
  readonly value: number;
  readonly unit?: string;
  /** Which direction is better, where one is. */
  readonly better?: 'lower' | 'higher';
}

/** An image that a sink has written. */
export interface WrittenImage {
  /** What it shows, such as `depth`. */
  readonly name: string;
  /** The PNG file, as `SinkContext.file` gave it. */
  readonly path: string;
  /** Size in pixels. */
  readonly width: number;
  readonly height: number;
}

export interface SinkContext extends HostContext {
  readonly item: Item;
  /** How many pulls of the schedule this item has had, the one that the inputs are of included. */
  readonly step: number;
  /**
   * Absolute path of a file of this sink in the run folder; its folder exists. Names may hold `/` and lead nowhere
   * else. Every file that exists when `write` is done becomes an event of the run. A resumed run may write again
   * what an earlier part of it has written: name files by `step`, and replace them.
   */
  file(name: string): string;
  /**
   * The weights of a network that its `networkEntries()` parameter names, as they were at the pull, by the names that
   * the network asks for them. Throws where the network has not computed anything yet.
   */
  weights(network: string): ReadonlyMap<string, HostTensor>;
  /** Emits numbers by name as metrics of the run. */
  report(values: { readonly [name: string]: number | Reported }): void;
  /** Says that a file is an image that people should see. */
  image(image: WrittenImage): void;
}

/** Initial values of weights. */
export const initial = {
  zeros: ((shape) => new Float32Array(sizeOf(shape))) satisfies Initializer,
  ones: ((shape) => new Float32Array(sizeOf(shape)).fill(1)) satisfies Initializer,
  constant:
    (value: number): Initializer =>
    (shape) =>
      new Float32Array(sizeOf(shape)).fill(value),
  /** Normal numbers of mean 0. */
  normal:
    (std: number): Initializer =>
    (shape, random) =>
      random.normal(sizeOf(shape)).map((value) => value * std),
  /** Uniform numbers in [-limit, limit). */
  uniform:
    (limit: number): Initializer =>
    (shape, random) =>
      random.uniform(sizeOf(shape)).map((value) => (2 * value - 1) * limit),
};

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}
