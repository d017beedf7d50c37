import * as tf from '@tensorflow/tfjs-core';
import { EngineError } from '../errors.ts';
import { currentScope } from '../scope.ts';
import { OnnxBackend } from './backend.ts';
import { hostData } from './executor.ts';
import { type Content, recorder, type Value } from './graph.ts';
import type { InPlaceUpdate, RecordedUpdate } from './recorded-update.ts';
import { arrange, writableBlock } from './state.ts';

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
