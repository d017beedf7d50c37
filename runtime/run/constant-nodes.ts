import type { GraphNode, PullPlan, ScheduleStep } from '../graph/index.ts';
import type { Source } from '../node.ts';

export interface Changing {
  /** The owners of weights that are trained while the pull is repeated. */
  readonly trained: ReadonlySet<string>;
  /** Nodes that draw random numbers, count their runs or keep a state. */
  readonly varying: ReadonlySet<string>;
}

/**
 * The operations and networks of a pull that give the same however often it is repeated for an item: nothing that
 * changes goes into them. In step 1 of the method, which trains the albedo alone, that is depth, view and light.
 * None where no network is among them, since the rest costs less than keeping it.
 */
export function constantNodes({ entries }: PullPlan, { trained, varying }: Changing): readonly GraphNode[] {
  const constant = new Set<string>();
  for (const { node, action } of entries) {
    const isConstant =
      action === 'load'
        ? (node.type as Source<never, never, never>).every === 'item'
        : action === 'run' &&
          !varying.has(node.name) &&
          !(node.weights && trained.has(node.weights)) &&
          [...node.inputs.values()].flat().every(({ from }) => constant.has(from.node));
    if (isConstant) constant.add(node.name);
  }
  const runs = entries.filter(({ node, action }) => action === 'run' && constant.has(node.name));
  return runs.some(({ node }) => node.role === 'network') ? runs.map(({ node }) => node) : [];
}

/** The owners of weights that an entry of a schedule trains. */
export function trainedIn(
  step: Pick<ScheduleStep, 'trains'>,
  plans: readonly PullPlan[],
): ReadonlySet<string> {
  const updates = plans.flatMap(({ entries }) => entries.filter(({ action }) => action === 'update'));
  return new Set(updates.flatMap(({ node }) => step.trains.get(node.name) ?? node.trains ?? []));
}
