import { EngineError } from '../errors.ts';
import type { HostOp } from '../host-op.ts';
import { currentScope } from '../scope.ts';
import type { Block } from '../wasm/heap.ts';

/** Element types that recorded values have; int64 serves only shapes and indices inside the graph. */
export type ValueType = 'float32' | 'int32' | 'int64' | 'bool';

/** Data of a concrete value in host memory. Bools are bytes. */
export type ValueData = Float32Array | Int32Array | BigInt64Array | Uint8Array;

/** A tensor that stays in the memory of the provider, with what frees it. */
export interface DeviceTensor {
  readonly location: string;
  dispose(): void;
}

/** Where the elements of a concrete value are. */
export type Content =
  | { readonly kind: 'host'; readonly data: ValueData }
  | { readonly kind: 'heap'; readonly block: Block }
  | { readonly kind: 'device'; readonly tensor: DeviceTensor };

/** How a leaf of a compiled step gets its content at every run. */
export type Source =
  | { readonly kind: 'argument'; readonly index: number }
  | { readonly kind: 'supplied'; readonly name: string; readonly fill: (out: Float32Array) => void };

let counter = 0;

/** A tensor in a recorded graph: computed by a node, or a leaf that has content or a source of content. */
export class Value {
  readonly id = counter++;
  /** The recording that made it; 0 for eager code. */
  readonly recording = recorder.recording;
  /** Recorded uses outside compiled steps since the last flush: an in-place update must evaluate these first. */
  lazilyUsed = false;
  /** The recording that used it last. */
  usedIn = 0;
  /** A leaf that is fed to CPU sessions at every run although it never changes: see `copyingFilters`. */
  fed = false;
  /** A leaf that no step changes as far as is known while it is recorded: see `isFrozen`. */
  frozen = false;
  /** Tensors that hold it: evaluated with what depends on it, so that nothing is computed twice. */
  holders = 0;

  constructor(
    readonly shape: readonly number[],
    readonly type: ValueType,
    public producer: GraphNode | undefined,
    public content?: Content,
    readonly source?: Source,
  ) {}

  get size(): number {
    return this.shape.reduce((product, extent) => product * extent, 1);
  }

  get bytes(): number {
    return this.size * (this.type === 'int64' ? 8 : this.type === 'bool' ? 1 : 4);
  }
}

export type Attribute = number | string | readonly number[] | readonly string[] | { readonly float: number };

interface Recorded {
  readonly id: number;
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: Value[];
  /** Path of the graph node that recorded it. */
  readonly scope: string;
}

/** An ONNX operator. */
export interface OnnxNode extends Recorded {
  readonly kind: 'onnx';
  readonly op: string;
  readonly domain: string;
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** A host operation: a cut between two sessions. */
export interface HostNode extends Recorded {
  readonly kind: 'host';
  readonly op: HostOp<unknown>;
  readonly attributes: unknown;
}

export type GraphNode = OnnxNode | HostNode;

export interface EmitOptions {
  readonly shape: readonly number[];
  readonly type: ValueType;
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly domain?: string;
}

/** What is going on: eager code that records lazily (recording 0), or the recording of a step. */
export const recorder = {
  recording: 0,
  /** Nodes recorded lazily since the last flush. */
  pending: 0,
  /** Variables that the step being recorded has updated in place: their old elements are gone. */
  updated: new Set<Value>(),
  /** Operators of the step being recorded, by what they compute: the same is recorded once. */
  known: new Map<string, Value[]>(),
  /** Small constants of the step being recorded, by content. */
  constants: new Map<string, Value>(),
};

/** Appends an ONNX operator with one output. */
export function emit(op: string, inputs: readonly (Value | undefined)[], options: EmitOptions): Value {
  const [value] = emitMany(op, inputs, [options], options);
  return value as Value;
}

/** Appends an ONNX operator with several outputs. */
export function emitMany(
  op: string,
  inputs: readonly (Value | undefined)[],
  outputs: readonly Pick<EmitOptions, 'shape' | 'type'>[],
  options: Pick<EmitOptions, 'attributes' | 'domain'> = {},
): Value[] {
  const attributes = options.attributes ?? {};
  if (inputs.some((input) => input && recorder.updated.has(input))) throw updatedEarlier(op);
  const node: OnnxNode = {
    kind: 'onnx',
    id: counter++,
    op,
    domain: options.domain ?? '',
    inputs,
    outputs: [],
    attributes,
    scope: currentScope(),
  };
  if (recorder.recording === 0) return finish(node, outputs);
  const key = `${op} ${inputs.map((value) => value?.id)} ${attributesKey(attributes)} ${outputs.map(({ type }) => type)}`;
  const known = recorder.known.get(key) ?? finish(node, outputs);
  recorder.known.set(key, known);
  return known;
}

/** Attributes as text; JSON alone would write NaN and infinities as null. */
export function attributesKey(attributes: unknown): string {
  return JSON.stringify(attributes, (_, value) =>
    typeof value === 'number' && !Number.isFinite(value) ? `number ${value}` : value,
  );
}

/** Appends a host operation. */
export function emitHost(op: HostOp<unknown>, inputs: readonly Value[], attributes: unknown): Value[] {
  if (inputs.some((input) => recorder.updated.has(input))) throw updatedEarlier(op.name);
  const specs = op.outputs(
    inputs.map((value) => value.shape),
    attributes,
  );
  const node: HostNode = {
    kind: 'host',
    id: counter++,
    op,
    inputs,
    outputs: [],
    attributes,
    scope: currentScope(),
  };
  return finish(
    node,
    specs.map(({ shape, dtype }) => ({ shape, type: dtype })),
  );
}

function finish(node: GraphNode, outputs: readonly Pick<EmitOptions, 'shape' | 'type'>[]): Value[] {
  for (const { shape, type } of outputs) node.outputs.push(new Value(shape, type, node));
  for (const input of node.inputs) {
    if (!input) continue;
    if (recorder.recording === 0) input.lazilyUsed = true;
    else input.usedIn = recorder.recording;
  }
  if (recorder.recording === 0) recorder.pending++;
  return node.outputs;
}

function updatedEarlier(operation: string): EngineError {
  const scope = currentScope();
  return new EngineError(
    'impure-step',
    `${operation}${scope ? ` of node ${scope}` : ''} reads a variable that the same step has already updated in place.`,
    {
      node: scope,
      operation,
      hint: 'Read it before the optimizer runs, or in another step.',
    },
  );
}

/** A leaf with the given elements. */
export function constant(data: ValueData, shape: readonly number[], type: ValueType): Value {
  const value = new Value(shape, type, undefined, { kind: 'host', data });
  value.frozen = true;
  return value;
}

/** Operators between a weight and its use, such as its scale and its order of axes. */
const STEPS_FROM_LEAF = 6;

/**
 * Whether a value is made of leaves that no step changes: ONNX Runtime computes what depends on it alone once, when the
 * session is made. Only speed may depend on the answer.
 */
export function isFrozen({ producer, frozen }: Value, steps = STEPS_FROM_LEAF): boolean {
  if (!producer) return frozen;
  if (producer.kind === 'host' || steps === 0) return false;
  return producer.inputs.every((input) => !input || isFrozen(input, steps - 1));
}

/** An int64 vector, as ONNX wants shapes, axes and pads. */
export function int64s(values: readonly number[]): Value {
  return interned(
    BigInt64Array.from(values, (value) => BigInt(Math.trunc(value))),
    [values.length],
    'int64',
  );
}

export function int64(value: number): Value {
  return interned(BigInt64Array.of(BigInt(value)), [], 'int64');
}

/** A scalar of the given type. */
export function scalar(value: number, type: ValueType = 'float32'): Value {
  const data =
    type === 'float32'
      ? Float32Array.of(value)
      : type === 'int32'
        ? Int32Array.of(value)
        : type === 'bool'
          ? Uint8Array.of(value)
          : BigInt64Array.of(BigInt(value));
  return interned(data, [], type);
}

/** A small constant; one value for the same content throughout a recorded step. */
export function interned(data: ValueData, shape: readonly number[], type: ValueType): Value {
  if (recorder.recording === 0) return constant(data, shape, type);
  const content = Array.from(data as ArrayLike<number | bigint>, (item) =>
    Object.is(item, -0) ? '-0' : item,
  );
  const key = `${type}[${shape}] ${content}`;
  const value = recorder.constants.get(key) ?? constant(data, shape, type);
  recorder.constants.set(key, value);
  return value;
}
