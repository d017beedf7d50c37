import * as tf from '@tensorflow/tfjs-core';
import { currentScope, inScope } from '../scope.ts';
import { zeros } from './shared.ts';

interface TapeNode {
  readonly id: number;
  readonly inputs: Record<string, tf.Tensor>;
  readonly outputs: readonly tf.Tensor[];
  gradient?: (dys: (tf.Tensor | null)[]) => unknown;
}

/** The parts of the engine's tape (TensorFlow.js 4.22) that are repaired here. */
interface Tape {
  state: { activeTape?: TapeNode[] };
  addTapeNode(
    kernel: string,
    inputs: TensorInputs,
    outputs: tf.Tensor[],
    backward: unknown,
    saved: tf.Tensor[],
    attrs: unknown,
  ): void;
  saveTensorsForBackwardMode(tensors: (tf.Tensor | null | undefined)[]): tf.Tensor[];
}

type TensorInputs = Record<string, tf.Tensor | null | undefined> | tf.Tensor[];

const repaired = new WeakSet<object>();

/**
 * Repairs three faults of the autodiff tape, once per engine:
 *
 * - an optional input that is absent (batch normalization without scale or offset) made every gradient through
 *   the kernel throw;
 * - the copy of an output that a gradient saves came before the kernel that makes the output, so that second
 *   derivatives through `exp`, `tanh`, `sigmoid`, `softmax`, … were lost;
 * - an unused output of a kernel with several got its zeros as a full array of data.
 */
export function repairTape(): void {
  const tape = tf.engine() as unknown as Tape;
  if (repaired.has(tape)) return;
  repaired.add(tape);

  const save = tape.saveTensorsForBackwardMode.bind(tape);
  tape.saveTensorsForBackwardMode = (tensors) => save(tensors.filter((tensor) => tensor != null));

  const add = tape.addTapeNode.bind(tape);
  tape.addTapeNode = (kernel, inputs, outputs, backward, saved, attrs) => {
    add(kernel, present(inputs), outputs, backward, saved, attrs);
    const nodes = tape.state.activeTape;
    const node = nodes?.at(-1);
    if (!nodes || !node) return;
    moveBeforeReaders(nodes, node, saved.length);
    if (outputs.length > 1) fillMissing(node);
    keepScope(node);
  };
}

/** What runs backward belongs to the graph node that ran forward: profiles and errors name it. */
function keepScope(node: TapeNode): void {
  const { gradient } = node;
  const scope = currentScope();
  if (!gradient || !scope) return;
  node.gradient = (dys) => {
    const thunks = inScope(scope, () => gradient(dys)) as Record<string, () => tf.Tensor>;
    return Object.fromEntries(
      Object.entries(thunks).map(([input, thunk]) => [input, () => inScope(scope, thunk)]),
    );
  };
}

function present(inputs: TensorInputs): TensorInputs {
  if (Array.isArray(inputs)) return inputs;
  return Object.fromEntries(Object.entries(inputs).filter(([, tensor]) => tensor != null));
}

/** Moves `node`, the last one, before those of the `saved` copies preceding it that read its outputs. */
function moveBeforeReaders(nodes: TapeNode[], node: TapeNode, saved: number): void {
  const made = new Set(node.outputs.map((output) => output.id));
  const last = nodes.length - 1;
  for (let i = Math.max(0, last - saved); i < last; i++) {
    if (!Object.values(nodes[i]?.inputs ?? {}).some((input) => made.has(input.id))) continue;
    nodes.pop();
    nodes.splice(i, 0, node);
    return;
  }
}

/** Replaces the gradients of unused outputs before the engine would. */
function fillMissing(node: TapeNode): void {
  const backward = node.gradient;
  if (!backward) return;
  node.gradient = (dys) => backward(dys.map((dy, i) => dy ?? zeros(node.outputs[i]?.shape ?? [])));
}
