import type { Graph, ScheduleStep } from '../graph/index.ts';
import type { RunNode, RunStage } from './events.ts';

/** The schedule of one item as views show it: consecutive steps of one stage are together. */
export interface Stages {
  readonly stages: readonly RunStage[];
  /** The stage of every schedule step. */
  readonly stageOf: readonly number[];
  /** Pulls of the schedule for one item. */
  readonly pulls: number;
}

export function stagesOf(schedule: readonly ScheduleStep[]): Stages {
  const stages: { name: string; pulls: { node: string; times: number }[] }[] = [];
  const stageOf: number[] = [];
  let last: string | undefined;
  for (const step of schedule) {
    const id = JSON.stringify(step.stages);
    if (id !== last) stages.push({ name: step.stages.map(nameOf).join(' / '), pulls: [] });
    last = id;
    stageOf.push(stages.length - 1);
    stages.at(-1)?.pulls.push({ node: step.pull.join('+'), times: step.times });
  }
  return { stages, stageOf, pulls: schedule.reduce((sum, { times }) => sum + times, 0) };
}

function nameOf({ name, repetition, repeat }: ScheduleStep['stages'][number]): string {
  return repeat > 1 ? `${name} ${repetition + 1}/${repeat}` : name;
}

/** The nodes of a graph as views show them. */
export function nodesOf(graph: Graph): RunNode[] {
  return [...graph.nodes.values()].map(({ name, type, title, role, inputs }) => ({
    name,
    type: type.type,
    title,
    role,
    inputs: [...new Set([...inputs.values()].flat().map(({ from }) => from.node))],
  }));
}
