import type * as tf from '@tensorflow/tfjs-core';
import { EngineError } from '../engine/index.ts';
import { inScope } from '../engine/scope.ts';
import type { GraphNode } from '../graph/index.ts';
import type { Network, Operation, ParamsJson } from '../node.ts';
import type { NodeContexts } from './contexts.ts';
import { messageOf, RunError } from './errors.ts';
import { gather, type Held, keyOf, type Values } from './held.ts';

/** Runs operations and networks in order, from the values of their inputs, and adds what they give to `values`. */
export function runNodes(
  nodes: readonly GraphNode[],
  values: Values<tf.Tensor>,
  {
    contexts,
    paramsOf,
  }: { readonly contexts: NodeContexts; readonly paramsOf: (node: GraphNode) => ParamsJson },
): void {
  for (const node of nodes) {
    const { run } = node.type as Operation<never, never, never> | Network<never, never, never>;
    const inputs = gather(node, values);
    const context = contexts.of(node);
    const outputs = inScope(node.name, () => {
      try {
        const call = { inputs, params: paramsOf(node), context };
        return run(call as never) as { readonly [port: string]: Held<tf.Tensor> | undefined };
      } catch (cause) {
        if (cause instanceof RunError || cause instanceof EngineError) throw cause;
        throw new RunError(
          'node-failed',
          `${node.name}: ${messageOf(cause)}`,
          { node: node.name },
          { cause },
        );
      }
    });
    for (const port of Object.keys(node.type.outputs)) {
      const value = outputs[port];
      if (value === undefined) {
        throw new RunError('node-failed', `${node.type.type} gave no output "${port}"`, { node: node.name });
      }
      values.set(keyOf(node.name, port), value);
    }
  }
}
