import type { GraphNode } from '../../runtime/graph/index.ts';

/** The metrics that a graph says it reports. */
export interface DeclaredMetrics {
  readonly names: readonly string[];
  /** Whether there may be others: a sink names what it reports itself, or another node does. */
  readonly open: boolean;
}

/** The names that sinks of the schedule give to metrics. Those of several sinks have the sink's name before them. */
export function declaredMetrics(sinks: readonly GraphNode[]): DeclaredMetrics {
  let open = false;
  const declared = sinks.flatMap(({ name: node, type, inputs }) =>
    Object.entries(type.inputs)
      .filter(([, { tensor }]) => tensor.kind === 'metric')
      .flatMap(([port, { holds }]) =>
        (inputs.get(port) ?? []).flatMap(({ key }) => {
          if (holds === 'map' && typeof key === 'string') return [{ node, name: key }];
          open = true;
          return [];
        }),
      ),
  );
  return { names: metricNames(declared), open };
}

/** Names of metrics: the sink's before it where several sinks report one of the same name. */
export function metricNames(metrics: readonly { readonly node: string; readonly name: string }[]): string[] {
  const isShared = (name: string) =>
    new Set(metrics.filter((m) => m.name === name).map((m) => m.node)).size > 1;
  return [...new Set(metrics.map(({ node, name }) => (isShared(name) ? `${node}.${name}` : name)))];
}
