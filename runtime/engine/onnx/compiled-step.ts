import * as tf from '@tensorflow/tfjs-core';
import { EngineError } from '../errors.ts';
import type { Block } from '../wasm/heap.ts';
import type { OnnxBackend } from './backend.ts';
import { Executor, hostData } from './executor.ts';
import { type Content, Value } from './graph.ts';
import { findNonFinite } from './non-finite.ts';
import { type Program, planProgram } from './program.ts';
import { requirePure } from './purity.ts';
import { sessionMemory } from './session-memory.ts';
import { arrange, setContent, stateHeap } from './state.ts';
import { type Perm, Sym, samePerm } from './sym.ts';
import { type TensorSpec, type Trace, trace } from './trace.ts';
import { applyUpdate } from './update.ts';

export interface CompiledStepOptions {
  readonly name: string;
  /** Scalars that are NaN or infinite stop the step before it changes anything. */
  readonly checkFinite: boolean;
}

/** One recording of a step for one set of argument shapes, compiled into sessions. */
export class CompiledStep {
  readonly trace: Trace;
  readonly executor: Executor;
  private readonly constants: ReadonlyMap<tf.Variable, { readonly dataId: object; readonly version: number }>;
  /** Where the sessions write what updates read, at every run anew. */
  private readonly places = new Map<Value, Block>();
  private readonly keep: ReadonlySet<Value>;

  constructor(
    private readonly backend: OnnxBackend,
    step: (...args: tf.Tensor[]) => unknown,
    args: readonly TensorSpec[],
    private readonly options: CompiledStepOptions,
    /** Variables that change between runs although this step does not train them. */
    changing: ReadonlySet<tf.Variable>,
  ) {
    this.trace = trace(backend, step, args);
    requirePure(this.trace, trace(backend, step, args));
    const { outputs, assignments, updates, variables } = this.trace;
    const changed = new Set([
      ...assignments.map(({ variable }) => variable),
      ...updates.flatMap(({ update }) => update.variables),
    ]);
    const frozen = ({ variable }: { variable: tf.Variable }) =>
      !variable.trainable && !changed.has(variable) && !changing.has(variable);
    const isConstant = (leaf: Value) => {
      if (leaf.source || (leaf.fed && backend.options.provider === 'cpu')) return false;
      const state = variables.get(leaf);
      return state === undefined || frozen(state);
    };
    this.keep = new Set([...outputs, ...assignments].map(({ value }) => value));
    const targets = [...new Set([...this.keep, ...updates.flatMap(({ operands }) => operands)])];
    const program = planProgram(targets, isConstant);
    for (const leaf of program.leaves) if (isConstant(leaf)) this.bringToHost(leaf);
    this.constants = new Map(
      program.leaves.flatMap((leaf) => {
        const state = variables.get(leaf);
        if (!state || !isConstant(leaf)) return [];
        const { dataId } = state.variable;
        return [[state.variable, { dataId, version: backend.sym(dataId).version }] as const];
      }),
    );
    if (backend.options.provider === 'cpu') this.reservePlaces(program);
    this.executor = new Executor(program, {
      places: this.places,
      ...backend.options,
      name: options.name,
      onDevice: new Set(assignments.map(({ value }) => value)),
    });
  }

  /** Variables that were compiled in as constants and have other elements by now. */
  staleConstants(): tf.Variable[] {
    return [...this.constants]
      .filter(([variable, known]) => {
        return (
          variable.dataId !== known.dataId || this.backend.sym(variable.dataId).version !== known.version
        );
      })
      .map(([variable]) => variable);
  }

  run(args: readonly tf.Tensor[]): unknown {
    const { outputs, assignments, updates } = this.trace;
    const feed = this.feed(args);
    const targets = new Set([...this.keep, ...updates.flatMap(({ operands }) => operands)]);
    if (this.backend.options.provider === 'cpu') sessionMemory.claim(this.executor);
    const results = this.executor.run(feed, targets);
    const content = (value: Value): Content => results.get(value) ?? feed(value);
    try {
      if (this.options.checkFinite) this.requireFinite(content, feed);
    } catch (cause) {
      for (const result of results.values()) if (result.kind === 'device') result.tensor.dispose();
      throw cause;
    }
    for (const update of updates) applyUpdate(this.backend, update, content);
    for (const { variable, value, perm } of assignments) {
      const sym = this.backend.detach(variable);
      sym.version++;
      setContent(sym, content(value), perm);
    }
    return this.assemble(
      this.trace.structure,
      outputs.map((output) => this.tensor(output, content(output.value))),
    );
  }

  dispose(): void {
    sessionMemory.forget(this.executor);
    this.executor.dispose();
    for (const block of this.places.values()) block.heap.free(block);
    this.places.clear();
  }

  /** Gradients are as large as the weights: fresh memory for them at every run costs as much as using them. */
  private reservePlaces(program: Program): void {
    const results = new Set(
      program.stages.flatMap((stage) => (stage.kind === 'session' ? stage.outputs : [])),
    );
    for (const { operands } of this.trace.updates) {
      for (const value of operands) {
        if (value.type !== 'float32' || this.keep.has(value) || this.places.has(value) || !results.has(value))
          continue;
        this.places.set(value, stateHeap().allocate(value.size));
      }
    }
  }

  /** The content of leaves for one run; supplied ones are filled once. */
  feed(args: readonly tf.Tensor[]): (leaf: Value) => Content {
    const fresh = new Map<Value, Content>();
    this.trace.arguments.forEach((value, i) => {
      fresh.set(value, this.concrete((args[i] as tf.Tensor).dataId));
    });
    return (leaf) => {
      const known = fresh.get(leaf);
      if (known) return known;
      const content = this.contentOf(leaf);
      fresh.set(leaf, content);
      return content;
    };
  }

  private contentOf(leaf: Value): Content {
    if (leaf.source?.kind === 'supplied') {
      const data = new Float32Array(leaf.size);
      leaf.source.fill(data);
      return { kind: 'host', data };
    }
    const state = this.trace.variables.get(leaf);
    return state ? this.variableContent(state.variable, state.perm) : (leaf.content as Content);
  }

  private variableContent(variable: tf.Variable, perm: Perm): Content {
    if (variable.isDisposed)
      throw new EngineError(
        'impure-step',
        `The variable ${variable.name} of step ${this.options.name} was disposed.`,
      );
    const sym = this.backend.sym(variable.dataId);
    this.backend.evaluate([sym.value]);
    const { content } = sym.value;
    if (content?.kind === 'device' && !samePerm(sym.perm, perm)) {
      setContent(sym, this.backend.onHost(sym.value), sym.perm);
    }
    arrange(sym, perm);
    return sym.value.content as Content;
  }

  private hostContent({ shape, type }: Value, content: Content): Content {
    return content.kind === 'device'
      ? this.backend.onHost(new Value(shape, type, undefined, content))
      : content;
  }

  private concrete(dataId: object): Content {
    const value = this.backend.sym(dataId).row();
    this.backend.evaluate([value]);
    return value.content as Content;
  }

  private bringToHost(leaf: Value): void {
    this.backend.evaluate([leaf]);
    leaf.content = this.backend.onHost(leaf);
  }

  private tensor({ shape, dtype, value }: TensorSpec & { value: Value }, content: Content): tf.Tensor {
    const result = Sym.concrete(shape, dtype, value.type, content);
    return tf
      .engine()
      .makeTensorFromTensorInfo({ dataId: this.backend.store(result), shape: [...shape], dtype });
  }

  private assemble(structure: unknown, tensors: readonly tf.Tensor[]): unknown {
    if (typeof structure === 'number') return tensors[structure];
    if (Array.isArray(structure)) return structure.map((item) => this.assemble(item, tensors));
    if (structure === undefined) return undefined;
    return Object.fromEntries(
      Object.entries(structure as object).map(([key, item]) => [key, this.assemble(item, tensors)]),
    );
  }

  private requireFinite(content: (value: Value) => Content, feed: (leaf: Value) => Content): void {
    for (const { value } of this.trace.outputs) {
      if (value.size !== 1 || value.type !== 'float32') continue;
      const held = content(value);
      if (held.kind === 'device') continue;
      const number = hostData(held)[0] as number;
      if (Number.isFinite(number)) continue;
      const origin = findNonFinite(this.executor.program, this.backend.options, (leaf) =>
        this.hostContent(leaf, feed(leaf)),
      );
      throw new EngineError(
        'non-finite',
        `A result of ${this.options.name} is ${number}${origin ? `; the first such value came out of ${origin.operation}${origin.node ? ` of node ${origin.node}` : ''}` : ''}.`,
        {
          ...origin,
          hint: 'Weights are as they were before this step. Lower the learning rate, or look at the inputs of that node.',
        },
      );
    }
  }
}
