import * as tf from '@tensorflow/tfjs-core';
import { EngineError } from '../../errors.ts';
import { currentScope } from '../../scope.ts';
import { BACKEND_NAME, type OnnxBackend } from '../backend.ts';
import { type Attribute, emit, type Value, type ValueType } from '../graph.ts';
import { identityPerm, type Perm, permuted, reshaped, Sym, samePerm, transposed } from '../sym.ts';

/** One call of a TensorFlow.js kernel, with its tensors as symbols. */
export interface Call {
  /** The named input; a missing one is an error of the caller. */
  readonly in: (name: string) => Sym;
  readonly maybe: (name: string) => Sym | undefined;
  /** Inputs of kernels that take a list. */
  readonly list: readonly Sym[];
  readonly infos: tf.NamedTensorInfoMap;
  // biome-ignore lint/suspicious/noExplicitAny: attributes are as loose as TensorFlow.js' kernel registry has them
  readonly attrs: any;
  readonly backend: OnnxBackend;
}

export type KernelFunction = (call: Call) => Sym | Sym[];

const defined = new Map<string, KernelFunction>();

/** Adds kernels to the table that `registerKernels` hands to TensorFlow.js. */
export function defineKernels(kernels: Readonly<Record<string, KernelFunction>>): void {
  for (const [name, kernel] of Object.entries(kernels)) defined.set(name, kernel);
}

/** Names of the kernels that the onnx engine has. */
export function kernelNames(): string[] {
  return [...defined.keys()].sort();
}

/** Registers every defined kernel, and for the others one that says which kernel and graph node wanted it. */
export function registerKernels(allNames: readonly string[]): void {
  for (const [name, kernel] of defined) {
    tf.registerKernel({
      kernelName: name,
      backendName: BACKEND_NAME,
      kernelFunc: (params) => run(name, kernel, params),
    });
  }
  for (const name of allNames.filter((other) => !defined.has(other))) {
    const config: UnsupportedKernel = {
      kernelName: name,
      backendName: BACKEND_NAME,
      kernelFunc: () => unsupported(name),
      unsupported: true,
    };
    tf.registerKernel(config);
  }
}

/** Registered only for its error message; tests of coverage leave it out. */
export interface UnsupportedKernel extends tf.KernelConfig {
  readonly unsupported: true;
}

function unsupported(kernel: string): never {
  const node = currentScope();
  throw new EngineError(
    'unsupported-kernel',
    `The onnx engine has no kernel ${kernel}${node ? `, which node ${node} uses` : ''}.`,
    {
      node,
      operation: kernel,
      hint: 'KERNELS.md lists what it has. Use other operations, a host operation, or --engine cpu.',
    },
  );
}

type Params = Parameters<tf.KernelFunc>[0];

function run(
  name: string,
  kernel: KernelFunction,
  { inputs, attrs, backend }: Params,
): tf.TensorInfo | tf.TensorInfo[] {
  const onnx = backend as OnnxBackend;
  const symbol = (info: tf.TensorInfo) => {
    const sym = onnx.sym(info.dataId);
    return sym.shape.length === info.shape.length && sym.shape.every((extent, i) => extent === info.shape[i])
      ? sym
      : reshape(sym, info.shape);
  };
  const call: Call = {
    in: (key) => symbol(inputs[key] as tf.TensorInfo),
    maybe: (key) => (inputs[key] ? symbol(inputs[key] as tf.TensorInfo) : undefined),
    get list() {
      return Object.values(inputs).map((info) => symbol(info as tf.TensorInfo));
    },
    infos: inputs,
    attrs: attrs ?? {},
    backend: onnx,
  };
  try {
    const result = kernel(call);
    return Array.isArray(result) ? result.map((sym) => output(onnx, sym)) : output(onnx, result);
  } catch (cause) {
    if (cause instanceof EngineError) throw cause;
    const shapes = Object.entries(inputs)
      .map(([key, info]) => `${key} [${(info as tf.TensorInfo)?.shape}]`)
      .join(', ');
    const node = currentScope();
    const text = cause instanceof Error ? cause.message : String(cause);
    throw new EngineError(
      'shape-mismatch',
      `${name}${node ? ` of node ${node}` : ''} cannot take ${shapes}: ${text}`,
      {
        node,
        operation: name,
      },
      { cause },
    );
  }
}

function output(backend: OnnxBackend, sym: Sym): tf.TensorInfo {
  return { dataId: backend.store(sym), shape: [...sym.shape], dtype: sym.dtype };
}

/** ONNX element type of a TensorFlow.js dtype. */
export function valueType(dtype: tf.DataType): ValueType {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw new EngineError('unsupported-kernel', `The onnx engine does not compute with ${dtype} tensors.`, {
    node: currentScope(),
    hint: 'Use --engine cpu.',
  });
}

/** A value in physical order `perm` as a symbol with its logical shape. */
export function symbol(value: Value, perm: Perm, dtype?: tf.DataType): Sym {
  const shape = new Array<number>(perm.length);
  perm.forEach((axis, i) => {
    shape[axis] = value.shape[i] as number;
  });
  return new Sym(shape, dtype ?? (value.type as tf.DataType), perm, value);
}

/** Applies an operator that keeps shape and physical order. */
export function pointwise(
  op: string,
  x: Sym,
  options: { type?: ValueType; attributes?: Readonly<Record<string, Attribute>> } = {},
): Sym {
  const type = options.type ?? x.type;
  const value = emit(op, [x.value], {
    shape: x.value.shape,
    type,
    ...(options.attributes && { attributes: options.attributes }),
  });
  return new Sym(x.shape, type as tf.DataType, x.perm, value);
}

/** Applies an operator with broadcasting. */
export function broadcasting(
  op: string,
  inputs: readonly Sym[],
  options: { type?: ValueType; attributes?: Readonly<Record<string, Attribute>> } = {},
): Sym {
  const { values, perm, shape } = aligned(inputs);
  const type = options.type ?? (inputs.at(-1) as Sym).type;
  const value = emit(op, values, {
    shape: permuted(shape, perm),
    type,
    ...(options.attributes && { attributes: options.attributes }),
  });
  return new Sym(shape, type as tf.DataType, perm, value);
}

/** Brings operands into one physical order, so that ONNX broadcasts them as TensorFlow.js would. */
export function aligned(inputs: readonly Sym[]): { values: Value[]; perm: Perm; shape: number[] } {
  const shape = broadcastShape(inputs);
  return inOneOrder(withoutExpansion(inputs, shape), shape);
}

function broadcastShape(inputs: readonly Sym[]): number[] {
  return inputs
    .map((sym) => sym.shape as number[])
    .reduce((a, b) => tf.broadcast_util.assertAndGetBroadcastShape(a, b));
}

/** Operands as they were before they were expanded, where the operator's own broadcasting does the same. */
function withoutExpansion(inputs: readonly Sym[], shape: readonly number[]): readonly Sym[] {
  const kept = [...inputs];
  inputs.forEach((sym, i) => {
    const { producer } = sym.value;
    const [small] = producer?.inputs ?? [];
    if (producer?.op !== 'Expand' || !small) return;
    const scalar = small.shape.length === 0;
    if (!scalar && small.shape.length !== sym.shape.length) return;
    const before = scalar ? new Sym([], sym.dtype, [], small) : symbol(small, sym.perm, sym.dtype);
    const others = kept.map((other, j) => (i === j ? before : other));
    if (tf.util.arraysEqual(broadcastShape(others), [...shape])) kept[i] = before;
  });
  return kept;
}

/** The largest operand decides the order; of equally large ones, one that a convolution left. */
function weight({ perm, value }: Sym): number {
  return value.size + (samePerm(perm, identityPerm(perm.length)) ? 0 : 0.5);
}

function inOneOrder(
  inputs: readonly Sym[],
  shape: number[],
): { values: Value[]; perm: Perm; shape: number[] } {
  const rank = shape.length;
  const leader = inputs
    .filter((sym) => sym.shape.length === rank)
    .reduce((best, sym) => (weight(sym) > weight(best) ? sym : best));
  const { perm } = leader;
  const plain = samePerm(perm, identityPerm(rank));
  const values = inputs.map((sym) => {
    if (sym.shape.length === rank) return sym.as(perm);
    if (plain || sym.shape.length === 0) return sym.row();
    const padded = [...new Array<number>(rank - sym.shape.length).fill(1), ...sym.shape];
    return transposed(reshaped(sym.row(), padded), perm);
  });
  return { values, perm, shape };
}

/** Logical reshape; free of a transpose where only axes of extent 1 are in another place. */
export function reshape(x: Sym, shape: readonly number[]): Sym {
  const order = x.perm.filter((axis) => x.shape[axis] !== 1);
  const inOrder = order.every((axis, i) => i === 0 || axis > (order[i - 1] as number));
  return Sym.row(reshaped(inOrder ? x.value : x.row(), shape), x.dtype);
}

/** Logical transpose: only the meaning of the physical axes changes. */
export function relabel(x: Sym, order: Perm): Sym {
  return new Sym(
    permuted(x.shape, order),
    x.dtype,
    x.perm.map((axis) => order.indexOf(axis)),
    x.value,
  );
}

export function cast(x: Sym, dtype: tf.DataType): Sym {
  const type = valueType(dtype);
  if (x.type === type) return new Sym(x.shape, dtype, x.perm, x.value);
  const attributes = { to: { float32: 1, int32: 6, int64: 7, bool: 9 }[type] };
  return pointwise('Cast', x, { type, attributes });
}
