import { type RunView, stagesOf } from './run-view.ts';

/** How far a run is and when it ends, as far as its events tell. */
export interface Progress {
  /** Shares done, in [0, 1]. */
  readonly run: number;
  readonly item: number;
  readonly stage: number;
  readonly pull: number;
  /** Smoothed duration of one pull of the current node, in milliseconds. */
  readonly milliseconds?: number;
  /** Milliseconds until the item and the run end; absent before the first pull. */
  readonly itemLeft?: number;
  readonly runLeft?: number;
}

/**
 * Progress of a view. The time left counts what the schedule still pulls, each node at its own pace, so a change to
 * a slower step is in the estimate before it happens; nodes that have not been pulled yet count at the mean pace.
 */
export function progressOf(view: RunView): Progress {
  const left = pullsLeft(view);
  const itemLeft = timeOf(left.item, view);
  const perItem = timeOf(wholeItem(view), view);
  const others = Math.max(0, view.total - view.step - sum(left.item));
  const perItemPulls = view.run?.pullsPerItem ?? 0;
  const runLeft =
    itemLeft === undefined || perItem === undefined || perItemPulls === 0
      ? undefined
      : itemLeft + (others / perItemPulls) * perItem;
  const stagePulls = sum(new Map(pullsOfStage(view).map(({ node, times }, i) => [`${i} ${node}`, times])));
  const milliseconds = view.pull ? view.pace[view.pull.node] : undefined;
  return {
    run: ratio(view.step, view.total),
    item: perItemPulls === 0 || !view.item ? 0 : ratio(perItemPulls - sum(left.item), perItemPulls),
    stage: ratio(stagePulls - sum(left.stage), stagePulls),
    pull: view.pull ? ratio(view.pull.done, view.pull.times) : 0,
    ...(milliseconds === undefined ? {} : { milliseconds }),
    ...(itemLeft === undefined ? {} : { itemLeft }),
    ...(runLeft === undefined ? {} : { runLeft }),
  };
}

/** A pull that goes on, and of which nothing was heard for a while. */
export interface QuietPull {
  readonly node: string;
  /** Pulls of the node in this turn that are done, and all. */
  readonly done: number;
  readonly times: number;
  /** For how long nothing was heard of it, in milliseconds. */
  readonly milliseconds: number;
}

/** How long no event comes before that is told, in milliseconds. */
const QUIET = 2000;

/**
 * The pull that goes on at the time `clock` (milliseconds since 1970), where nothing was heard of the run for two
 * seconds: a node that computes for minutes, or a step that is being compiled.
 */
export function quietPull(view: RunView, clock: number): QuietPull | undefined {
  const milliseconds = clock - view.now;
  if (view.phase !== 'running' || milliseconds < QUIET) return undefined;
  const { index = 0, done = 0, times = 1 } = view.pull ?? {};
  const pulls = pullsOfStage(view);
  const next = done < times ? pulls[index] : pulls[index + 1];
  return next && { node: next.node, done: done < times ? done : 0, times: next.times, milliseconds };
}

/** Pulls that are left, by pulled node. */
function pullsLeft(view: RunView): { stage: Map<string, number>; item: Map<string, number> } {
  const stage = new Map<string, number>();
  for (const [index, { node, times }] of pullsOfStage(view).entries()) {
    const at = view.pull?.index ?? 0;
    const done = index < at ? times : index === at ? (view.pull?.done ?? 0) : 0;
    add(stage, node, Math.max(0, times - done));
  }
  const item = new Map(stage);
  for (const { pulls } of stagesOf(view).slice((view.stage?.index ?? -1) + 1)) {
    for (const { node, times } of pulls) add(item, node, times);
  }
  return { stage, item };
}

function pullsOfStage(view: RunView): readonly { node: string; times: number }[] {
  return view.stage ? (stagesOf(view)[view.stage.index]?.pulls ?? []) : [];
}

function wholeItem(view: RunView): Map<string, number> {
  const pulls = new Map<string, number>();
  for (const stage of stagesOf(view)) for (const { node, times } of stage.pulls) add(pulls, node, times);
  return pulls;
}

function timeOf(pulls: ReadonlyMap<string, number>, view: RunView): number | undefined {
  const paces = Object.values(view.pace);
  if (paces.length === 0) return undefined;
  const mean = paces.reduce((all, pace) => all + pace, 0) / paces.length;
  let time = 0;
  for (const [node, times] of pulls) time += times * (view.pace[node] ?? mean);
  return time;
}

function add(counts: Map<string, number>, node: string, times: number): void {
  counts.set(node, (counts.get(node) ?? 0) + times);
}

function sum(counts: ReadonlyMap<string, number>): number {
  let all = 0;
  for (const count of counts.values()) all += count;
  return all;
}

function ratio(done: number, all: number): number {
  return all > 0 ? Math.min(1, Math.max(0, done / all)) : 0;
}
