import type * as tf from '@tensorflow/tfjs-core';
import { type Static, type TObject, Type } from 'typebox';
import type { HostTensor } from './engine/host-op.ts';
import type { InputsOf, OutputsOf, Ports } from './graph/port.ts';
import type {
  BufferContext,
  HostContext,
  NetworkContext,
  NodeContext,
  SinkContext,
  SourceContext,
} from './node-context.ts';

export type { HostTensor } from './engine/host-op.ts';
export { type InputsOf, type OutputsOf, type Port, type Ports, port } from './graph/port.ts';
export * from './node-context.ts';

/** What all node types state, in this order. */
export interface NodeHead<P extends TObject, I extends Ports, O extends Ports> {
  /** `family/name`, which is also the path of its file under the nodes folder. */
  readonly type: string;
  /** Raised when parameters or ports change so that older graphs would mean something else. */
  readonly version: number;
  /** A few words, for lists. */
  readonly title: string;
  /** What it computes, with its equation and source, in Markdown. */
  readonly description: string;
  /** A runnable graph document that uses the node. */
  readonly example?: { readonly [key: string]: unknown };
  /** Every parameter with description, default where it may be left out, and range. */
  readonly params: P;
  readonly inputs: I;
  readonly outputs: O;
  /** By version: rewrites that version's parameters into the next one's. */
  readonly migrations?: { readonly [from: number]: (params: ParamsJson) => ParamsJson };
}

/** Parameters as they stand in a document. */
export type ParamsJson = { readonly [name: string]: unknown };

/** What a node's function is called with. */
export interface Call<P extends TObject, I extends Ports, Context> {
  readonly inputs: InputsOf<I>;
  readonly params: Static<P>;
  readonly context: Context;
}

/** An operation: pure TensorFlow.js, recorded once and run many times; it must not read tensor data. */
export interface Operation<P extends TObject, I extends Ports, O extends Ports> extends NodeHead<P, I, O> {
  readonly role?: 'operation';
  run(call: Call<P, I, NodeContext>): OutputsOf<O>;
}

/** An operation that owns weights. */
export interface Network<P extends TObject, I extends Ports, O extends Ports> extends NodeHead<P, I, O> {
  readonly role: 'network';
  /** True where optimizers must leave it alone unless a graph says `"frozen": false`. */
  readonly frozen?: boolean;
  /** True where the weights mean something from the beginning, such as an offset of zero: a schedule need not train it. */
  readonly usableUntrained?: boolean;
  run(call: Call<P, I, NetworkContext>): OutputsOf<O>;
  /**
   * Reads the weights from the file that a `checkpointFile()` parameter names, by the names that `run` asks for.
   * Required where there is such a parameter.
   */
  load?(call: {
    readonly params: Static<P>;
    readonly context: HostContext;
  }): Promise<ReadonlyMap<string, HostTensor>>;
}

/** What an optimizer node makes: it updates weights and remembers what it needs for that, such as moments. */
export interface WeightOptimizer<Params = ParamsJson> {
  /** Updates so far. */
  updates: number;
  /** Creates what it remembers for these weights, all zero, so that a checkpoint can fill it before the first update. */
  prepare(variables: readonly tf.Variable[]): void;
  /**
   * Updates the variables that have the given names; those of `prepare` where there is no loss, and so no gradient.
   * Part of a recorded step, or eager.
   */
  applyGradients(gradients: Readonly<Record<string, tf.Tensor>>): void;
  /** Takes the parameters of a stage; only those in `live` may differ from the ones before. */
  configure(params: Params): void;
  /** All that it remembers besides `updates`, by unique names that begin with its own; part of checkpoints. */
  state(): Record<string, tf.Variable>;
  dispose(): void;
}

/**
 * Changes the networks named by its `networkNames()` parameter: to lower its input `loss`, a `loss[]` port, or, without
 * such a port, by a rule that needs no gradient, such as a moving average.
 */
export interface Optimizer<P extends TObject, I extends Ports, O extends Ports> extends NodeHead<P, I, O> {
  readonly role: 'optimizer';
  /** Parameters that change without recording steps anew, such as the learning rate. */
  readonly live?: readonly string[];
  /** Whether it forgets its updates and all that it remembers when an entry of the schedule begins that pulls it. */
  restarts?(params: Static<P>): boolean;
  /** Called once a run; `name` is unique and the beginning of the names of its variables. */
  create(call: { readonly params: Static<P>; readonly name: string }): WeightOptimizer<Static<P>>;
}

/** Remembers tensors between pulls: pulling it writes, being an input of another node reads. */
export interface Buffer<P extends TObject, I extends Ports, O extends Ports> extends NodeHead<P, I, O> {
  readonly role: 'buffer';
  /** Keeps the inputs in `context.memory`. */
  write(call: {
    readonly inputs: OutputsOf<I, HostTensor>;
    readonly params: Static<P>;
    readonly context: BufferContext;
  }): void;
  /** Gives what other nodes see. Throws an error that says what to pull first where there is nothing yet. */
  read(call: { readonly params: Static<P>; readonly context: BufferContext }): OutputsOf<O, HostTensor>;
}

/** Brings tensors in: one load an item, or one load a pull. */
export interface Source<P extends TObject, I extends Ports, O extends Ports> extends NodeHead<P, I, O> {
  readonly role: 'source';
  /** `item`: the outputs stay while an item is worked on. `pull`: fresh outputs for every pull that needs them. */
  readonly every: 'item' | 'pull';
  /** The names of its items in order; a source without it has one item. Only for `every: 'item'`. */
  items?(call: {
    readonly params: Static<P>;
    readonly context: HostContext;
  }): readonly string[] | Promise<readonly string[]>;
  /** May run ahead of the computation, and more than once with the same result. */
  load(call: {
    readonly params: Static<P>;
    readonly context: SourceContext;
  }): OutputsOf<O, HostTensor> | Promise<OutputsOf<O, HostTensor>>;
}

/** Takes tensors out: files, previews, metrics. Runs beside the training and may be slow. */
export interface Sink<P extends TObject, I extends Ports, O extends Ports> extends NodeHead<P, I, O> {
  readonly role: 'sink';
  write(call: {
    readonly inputs: OutputsOf<I, HostTensor>;
    readonly params: Static<P>;
    readonly context: SinkContext;
  }): void | Promise<void>;
}

/** A definition of a node type, as passed to `defineNode`. */
export type NodeDefinition<P extends TObject = TObject, I extends Ports = Ports, O extends Ports = Ports> =
  | Operation<P, I, O>
  | Network<P, I, O>
  | Optimizer<P, I, O>
  | Buffer<P, I, O>
  | Source<P, I, O>
  | Sink<P, I, O>;

/** What a node type is to the runtime. */
export type Role = 'operation' | 'network' | 'optimizer' | 'buffer' | 'source' | 'sink';

/** Any node type; its functions expect checked inputs and parameters. */
export type NodeType = NodeDefinition;

/** Marks definitions, also those of another copy of this package. */
const MARK = Symbol.for('gan2shape.node');

/**
 * Defines a node type: the one export of its file. One definition of the parameters gives their TypeScript types,
 * their JSON Schema with defaults, and their documentation.
 *
 * @example
 * export const scale = defineNode({
 *   type: 'math/scale',
 *   version: 1,
 *   title: 'Scale',
 *   description: 'Multiplies by a number: y = factor · x.',
 *   params: Type.Object({ factor: Type.Number({ description: 'The factor', default: 1 }) }),
 *   inputs: { x: port('float[...X]') },
 *   outputs: { y: port('float[...X]') },
 *   run: ({ inputs, params }) => ({ y: tf.mul(inputs.x, params.factor) }),
 * });
 */
export function defineNode<P extends TObject, const I extends Ports, const O extends Ports>(
  definition: Operation<P, I, O>,
): Operation<P, I, O>;
export function defineNode<P extends TObject, const I extends Ports, const O extends Ports>(
  definition: Network<P, I, O>,
): Network<P, I, O>;
export function defineNode<P extends TObject, const I extends Ports, const O extends Ports>(
  definition: Optimizer<P, I, O>,
): Optimizer<P, I, O>;
export function defineNode<P extends TObject, const I extends Ports, const O extends Ports>(
  definition: Buffer<P, I, O>,
): Buffer<P, I, O>;
export function defineNode<P extends TObject, const I extends Ports, const O extends Ports>(
  definition: Source<P, I, O>,
): Source<P, I, O>;
export function defineNode<P extends TObject, const I extends Ports, const O extends Ports>(
  definition: Sink<P, I, O>,
): Sink<P, I, O>;
export function defineNode(definition: NodeDefinition): NodeDefinition {
  return Object.freeze({ ...definition, [MARK]: true });
}

/** Whether a value came out of `defineNode`. */
export function isNodeType(value: unknown): value is NodeType {
  return typeof value === 'object' && value !== null && MARK in value;
}

/** What a node type is to the runtime; `operation` where it does not say. */
export function roleOf(type: NodeType): Role {
  return type.role ?? 'operation';
}

/** Schema keyword by which the checker finds parameters that mean something to it. */
export const MEANING = 'x-gan2shape';

/** A parameter that lists the networks an optimizer trains. */
export function networkNames(description = 'The networks to train') {
  return Type.Array(Type.String(), { description, [MEANING]: 'networks' });
}

/** A parameter that names a file with a network's weights; empty for none. */
export function checkpointFile(description = 'A file with the weights; empty for none') {
  return Type.String({ description, default: '', [MEANING]: 'checkpoint' });
}

/** A parameter of a sink: the networks whose weights `context.weights` gives, each with the entry of a file. */
export function networkEntries(
  description = 'Networks, each with the entry of the file that it is put under',
) {
  return Type.Record(Type.String(), Type.String(), { description, [MEANING]: 'weights' });
}

/** The name of the parameter with a meaning, if the type has one. */
export function parameterWith(
  type: NodeType,
  meaning: 'networks' | 'checkpoint' | 'weights',
): string | undefined {
  return Object.entries(type.params.properties).find(
    ([, schema]) => MEANING in schema && schema[MEANING] === meaning,
  )?.[0];
}
