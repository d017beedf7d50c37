import * as tf from '@tensorflow/tfjs-core';
import { EngineError } from '../errors.ts';
import { currentScope } from '../scope.ts';
import type { Block } from '../wasm/heap.ts';
import { OnnxBackend } from './backend.ts';
import { hostData } from './executor.ts';
import { type Content, recorder, type Value } from './graph.ts';
import { arrange, writableBlock } from './state.ts';
import type { Perm } from './sym.ts';

/** A change of variables where they are stored, such as an optimizer's, in one pass over their memory. */
export interface InPlaceUpdate {
  /** Shown in errors and profiles. */
  readonly name: string;
  /** Variables of one shape; they are stored in the same physical order while `run` sees them. */
  readonly variables: readonly tf.Variable[];
  /** Tensors of that shape that the update reads, such as the gradient. */
  readonly operands: readonly tf.Tensor[];
  /** Gets the operands and the variables' memory, elements in matching order. Must not fail half-way. */
  run(operands: readonly Float32Array[], variables: readonly Block[]): void;
}

export interface RecordedUpdate {
  readonly update: InPlaceUpdate;
  readonly operands: readonly Value[];
  readonly perm: Perm;
  readonly scope: string;
}

/** The onnx backend when it keeps weights in host memory, where in-place updates are possible. */
export function inPlaceBackend(): OnnxBackend | undefined {
  const backend = tf.backend();
  return backend instanceof OnnxBackend && backend.options.provider === 'cpu' ? backend : undefined;
}

/** Records an update as part of the step, or runs it at once in eager code. */
export function updateInPlace(backend: OnnxBackend, update: InPlaceUpdate): void {
  const [leader] = update.variables;
  for (const tensor of [...update.variables, ...update.operands]) {
    if (tensor.dtype !== 'float32' || !leader || !tf.util.arraysEqual(tensor.shape, leader.shape)) {
      throw new EngineError(
        'shape-mismatch',
        `${update.name}: ${tensor.dtype} [${tensor.shape}] does not fit ${leader?.name} float32 [${leader?.shape}].`,
        {
          node: currentScope(),
          operation: update.name,
        },
      );
    }
  }
  const perm = leader ? backend.sym(leader.dataId).perm : [];
  // a final reshape of a session's result would be a copy, and an update does not look at shapes
  const operands = update.operands.map((tensor) => beforeReshapes(backend.sym(tensor.dataId).as(perm)));
  const recorded = { update, operands, perm, scope: currentScope() };
  if (backend.updates) {
    backend.updates.push(recorded);
    for (const variable of update.variables) recorder.updated.add(backend.sym(variable.dataId).value);
    return;
  }
  backend.evaluate(operands);
  applyUpdate(backend, recorded, (value) => value.content as Content);
}

function beforeReshapes(value: Value): Value {
  const { producer } = value;
  return producer?.kind === 'onnx' && producer.op === 'Reshape'
    ? beforeReshapes(producer.inputs[0] as Value)
    : value;
}

/** Calls `body` once for every run of the step, after everything that can fail; at once in eager code. */
export function onCommit(body: () => void): void {
  const backend = tf.backend();
  if (backend instanceof OnnxBackend)
    updateInPlace(backend, { name: 'commit', variables: [], operands: [], run: body });
  else body();
}

/** Runs an update whose operands are known. */
export function applyUpdate(
  backend: OnnxBackend,
  { update, operands, perm }: RecordedUpdate,
  content: (value: Value) => Content,
): void {
  const blocks = update.variables.map((variable) => {
    const sym = backend.detach(variable);
    arrange(sym, perm);
    return writableBlock(sym);
  });
  update.run(
    operands.map((value) => hostData(content(value)) as Float32Array),
    blocks,
  );
}
