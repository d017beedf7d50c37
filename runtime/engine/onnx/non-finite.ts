import type { ProviderOptions } from '../session.ts';
import { Executor, hostData } from './executor.ts';
import type { Content, GraphNode, Value } from './graph.ts';
import { type Program, planProgram } from './program.ts';

/**
 * Runs a program once more with every intermediate result kept, and names the first operation whose result has a
 * NaN or an infinity while its inputs have none.
 */
export function findNonFinite(
  program: Program,
  options: ProviderOptions,
  feed: (leaf: Value) => Content,
): { operation: string; node: string } | undefined {
  const nodes = program.stages
    .flatMap((stage): readonly GraphNode[] => (stage.kind === 'host' ? [stage.node] : stage.nodes))
    .sort((a, b) => a.id - b.id);
  const values = nodes.flatMap((node) => node.outputs).filter((value) => value.type === 'float32');
  const executor = new Executor(
    planProgram(values, (leaf) => leaf.type === 'int64'),
    { ...options, provider: 'cpu', name: 'search for NaN' },
  );
  try {
    const results = executor.run(feed, new Set(values));
    const culprit = nodes.find((node) =>
      node.outputs.some((value) => {
        const content = results.get(value);
        return (
          content !== undefined && (hostData(content) as Float32Array).some((item) => !Number.isFinite(item))
        );
      }),
    );
    return (
      culprit && {
        operation: typeof culprit.op === 'string' ? culprit.op : culprit.op.name,
        node: culprit.scope,
      }
    );
  } finally {
    executor.dispose();
  }
}
