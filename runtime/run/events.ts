import type { EngineName } from '../engine/index.ts';

/**
 * What a run emits, in order of happening. `runGraph` returns a stream of these; the dashboard, `events.jsonl`, the
 * log lines and every other view of a run are subscribers, and `events.jsonl` alone is enough to redraw a run.
 *
 * Every event has `time`, milliseconds since 1970. New kinds and new optional fields may be added; readers ignore
 * what they do not know.
 */
export type RunEvent = { readonly time: number } & (
  | RunStarted
  | ItemStarted
  | StageStarted
  | PullProgress
  | StepCompiled
  | StepProfiled
  | MetricMeasured
  | ImageWritten
  | FileWritten
  | CheckpointWritten
  | MemoryUsed
  | SinkFailed
  | ItemFailed
  | ItemFinished
  | RunPaused
  | RunContinued
  | LogMessage
  | RunFinished
);

type WithoutTime<Event> = Event extends unknown ? Omit<Event, 'time'> : never;

/** An event that has not happened yet. */
export type NewEvent = WithoutTime<RunEvent>;

export interface RunStarted {
  readonly kind: 'run-started';
  /** Name of the run's folder, unique among runs. */
  readonly run: string;
  readonly folder: string;
  readonly graph: { readonly name: string; readonly file?: string; readonly hash: string };
  readonly seed: number;
  readonly engine: { readonly name: EngineName; readonly threads: number; readonly reason: string };
  readonly items: readonly string[];
  readonly nodes: readonly RunNode[];
  /** The schedule of one item, stage by stage. */
  readonly stages: readonly RunStage[];
  /** Pulls that one item takes in all. */
  readonly pullsPerItem: number;
  /** Pulls that an earlier part of this run has done. */
  readonly resumedAt?: number;
}

export interface RunNode {
  readonly name: string;
  readonly type: string;
  readonly title: string;
  readonly role: string;
  /** Names of the nodes that feed it. */
  readonly inputs: readonly string[];
}

export interface RunStage {
  /** Empty for what is in no stage. */
  readonly name: string;
  readonly pulls: readonly { readonly node: string; readonly times: number }[];
}

export interface ItemStarted {
  readonly kind: 'item-started';
  readonly item: string;
  /** From 0, of `count`. */
  readonly index: number;
  readonly count: number;
}

export interface StageStarted {
  readonly kind: 'stage-started';
  readonly item: string;
  readonly stage: string;
  readonly index: number;
}

/** One pull, or several since the last such event: at most ten events a second. */
export interface PullProgress {
  readonly kind: 'pull';
  readonly item: string;
  readonly stage: string;
  /** The node that was pulled; several that were evaluated together are joined by `+`. */
  readonly node: string;
  /** Pulls of this node in this stage so far, of `times`. */
  readonly done: number;
  readonly times: number;
  /** Pulls of the whole run so far, of `total`. */
  readonly step: number;
  readonly total: number;
  /** Scalars that the pulled nodes gave, by `node` or `node.port`: losses and their terms. */
  readonly values: Readonly<Record<string, number>>;
  /** Mean duration of the pulls since the last event, in milliseconds. */
  readonly milliseconds: number;
}

export interface StepCompiled {
  readonly kind: 'compiled';
  readonly node: string;
  readonly operators: number;
  readonly sessions: number;
  readonly hostOperations: number;
  /** Bytes that one pull holds at most. */
  readonly peakBytes: number;
  readonly milliseconds: number;
}

/** Where the time of a pull goes, by node, from a profiled iteration. */
export interface StepProfiled {
  readonly kind: 'profile';
  readonly node: string;
  readonly shares: readonly {
    readonly node: string;
    readonly milliseconds: number;
    readonly bytes: number;
  }[];
}

export interface MetricMeasured {
  readonly kind: 'metric';
  readonly item: string;
  readonly node: string;
  /** E.g. `SIDE`, `MAD`. */
  readonly name: string;
  readonly value: number;
  readonly unit?: string;
  /** Which direction is better, where one is. */
  readonly better?: 'lower' | 'higher';
  readonly step: number;
}

export interface ImageWritten {
  readonly kind: 'image';
  readonly item: string;
  readonly node: string;
  /** What it shows, e.g. `reconstruction`, `depth`. */
  readonly name: string;
  /** PNG file, relative to the run's folder. */
  readonly path: string;
  readonly width: number;
  readonly height: number;
  readonly step: number;
}

export interface FileWritten {
  readonly kind: 'file';
  readonly item: string;
  readonly node: string;
  readonly path: string;
  readonly bytes: number;
}

export interface CheckpointWritten {
  readonly kind: 'checkpoint';
  readonly path: string;
  readonly step: number;
  readonly bytes: number;
  readonly milliseconds: number;
}

/** About once in ten seconds. */
export interface MemoryUsed {
  readonly kind: 'memory';
  readonly residentBytes: number;
  readonly tensors: number;
  /** Longest time the main thread did not answer since the last such event, in milliseconds. */
  readonly mainThreadGap?: number;
}

/** A problem as people and machines read it. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly node?: string;
}

export interface SinkFailed {
  readonly kind: 'sink-failed';
  readonly item: string;
  readonly node: string;
  readonly problem: Problem;
}

export interface ItemFailed {
  readonly kind: 'item-failed';
  readonly item: string;
  readonly problem: Problem;
}

export interface ItemFinished {
  readonly kind: 'item-finished';
  readonly item: string;
  readonly milliseconds: number;
}

export interface RunPaused {
  readonly kind: 'paused';
}

export interface RunContinued {
  readonly kind: 'continued';
}

export interface LogMessage {
  readonly kind: 'log';
  readonly level: 'info' | 'warning' | 'error';
  readonly message: string;
}

export interface RunFinished {
  readonly kind: 'run-finished';
  readonly status: 'completed' | 'interrupted' | 'failed';
  readonly milliseconds: number;
  readonly failedItems: readonly string[];
  readonly problem?: Problem;
  /** The command that continues an interrupted run. */
  readonly resume?: string;
}
