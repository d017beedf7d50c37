import { EngineError } from '../errors.ts';
import type { GraphNode, Value } from './graph.ts';
import { planProgram } from './program.ts';
import type { Trace } from './trace.ts';

/**
 * Checks that recording a step twice gave the same. What differs depends on something that recording does not see,
 * such as random numbers of TensorFlow.js or a counter, and would be frozen in the compiled step.
 */
export function requirePure(first: Trace, second: Trace): void {
  const [a, b] = [contentsOf(first), contentsOf(second)];
  const sameOperators = a.operators.join() === b.operators.join();
  // what both recordings share, such as weights, is the same by itself
  const [own, others] = [without(a.constants, b.constants), without(b.constants, a.constants)];
  const differs = own.find((leaf, i) => !sameContent(leaf, others[i]));
  if (sameOperators && own.length === others.length && !differs) return;
  throw new EngineError(
    'impure-step',
    `Recording a step twice gave different ${differs ? `constants [${differs.shape}]` : 'operations'}.`,
    {
      hint: 'A step may draw random numbers only from randomNormal and randomUniform of the engine, and must not depend on anything that changes while it is recorded.',
    },
  );
}

function contentsOf({ outputs, assignments, updates }: Trace): { operators: string[]; constants: Value[] } {
  const values = [...outputs, ...assignments].map(({ value }) => value);
  const { stages, leaves } = planProgram(
    [...values, ...updates.flatMap(({ operands }) => operands)],
    () => true,
  );
  const nodes = stages.flatMap((stage): readonly GraphNode[] =>
    stage.kind === 'host' ? [stage.node] : stage.nodes,
  );
  return {
    operators: nodes.map(({ op }) => (typeof op === 'string' ? op : op.name)),
    constants: leaves.filter((leaf) => leaf.content?.kind === 'host').sort((a, b) => a.id - b.id),
  };
}

function without(values: readonly Value[], shared: readonly Value[]): Value[] {
  const known = new Set(shared);
  return values.filter((value) => !known.has(value));
}

function sameContent(a: Value, b: Value | undefined): boolean {
  if (a.content?.kind !== 'host' || b?.content?.kind !== 'host' || a.size !== b.size) return false;
  const [x, y] = [a.content.data, b.content.data];
  for (let i = 0; i < x.length; i++) if (!Object.is(x[i], y[i])) return false;
  return true;
}
