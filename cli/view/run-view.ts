import type {
  MemoryUsed,
  Problem,
  RunNode,
  RunStage,
  RunStarted,
  StepCompiled,
} from '../../runtime/run/events.ts';
import type { Series } from './series.ts';

/** The values of a metric, and the node that gave them. */
export type MetricSeries = Series & { readonly node: string };

/** How much of each kind a view keeps; what exceeds it goes, oldest first. */
export const LIMITS = {
  log: 200,
  series: 64,
  images: 24,
  results: 100,
  resultMetrics: 8,
  problems: 32,
} as const;

export type Phase = 'waiting' | 'running' | 'paused' | 'completed' | 'interrupted' | 'failed';

/** All that a view of a run shows, derived from its events alone. Its size does not depend on the run's length. */
export interface RunView {
  readonly phase: Phase;
  /** Time of the latest event, milliseconds since 1970. */
  readonly now: number;
  readonly run?: RunStarted & { readonly time: number };
  readonly item?: CurrentItem;
  readonly stage?: { readonly name: string; readonly index: number };
  readonly pull?: CurrentPull;
  /** Pulls of the whole run so far, and in all. */
  readonly step: number;
  readonly total: number;
  /** Smoothed duration of one pull of a node, in milliseconds, by the pulled node. */
  readonly pace: Readonly<Record<string, number>>;
  /** Losses and their terms of the current item, by name, then its metrics. */
  readonly losses: Readonly<Record<string, Series>>;
  readonly metrics: Readonly<Record<string, MetricSeries>>;
  /** Nodes that the current item has run and that do not run now. */
  readonly done: ReadonlySet<string>;
  readonly running: ReadonlySet<string>;
  readonly failed: ReadonlySet<string>;
  /** By pulled node: the share of its time, in [0, 1], that each node takes. */
  readonly profiles: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly compiled: Readonly<Record<string, StepCompiled>>;
  readonly images: readonly ShownImage[];
  readonly memory?: MemoryUsed;
  readonly checkpoint?: { readonly step: number; readonly time: number };
  readonly log: readonly LogLine[];
  /** Lines that the log has had in all, of which `log` holds the last. */
  readonly logged: number;
  readonly results: readonly ItemResult[];
  /** Items that have finished or failed in all, of which `results` holds the last. */
  readonly finished: number;
  readonly outcome?: Outcome;
}

export interface CurrentItem {
  readonly name: string;
  readonly index: number;
  readonly count: number;
  readonly started: number;
}

export interface CurrentPull {
  readonly node: string;
  readonly done: number;
  readonly times: number;
  /** Position in the stage's list of pulls. */
  readonly index: number;
  /** Names of the scalars that this pull gives. */
  readonly values: readonly string[];
}

export interface ShownImage {
  readonly name: string;
  readonly item: string;
  readonly path: string;
  readonly width: number;
  readonly height: number;
  readonly step: number;
  /** Changes whenever the file was written anew. */
  readonly time: number;
}

export interface LogLine {
  readonly time: number;
  readonly level: 'info' | 'good' | 'warning' | 'error';
  readonly text: string;
}

export interface ItemResult {
  readonly item: string;
  readonly index: number;
  readonly milliseconds: number;
  readonly metrics: readonly { readonly name: string; readonly value: number; readonly unit?: string }[];
  readonly problem?: Problem;
}

export interface Outcome {
  readonly status: 'completed' | 'interrupted' | 'failed';
  readonly milliseconds: number;
  readonly failedItems: readonly string[];
  readonly problem?: Problem;
  readonly resume?: string;
}

/** The view before the first event. */
export const EMPTY_VIEW: RunView = {
  phase: 'waiting',
  now: 0,
  step: 0,
  total: 0,
  pace: {},
  losses: {},
  metrics: {},
  done: new Set(),
  running: new Set(),
  failed: new Set(),
  profiles: {},
  compiled: {},
  images: [],
  log: [],
  logged: 0,
  results: [],
  finished: 0,
};

/** The nodes of the run; none before it has started. */
export const nodesOf = (view: RunView): readonly RunNode[] => view.run?.nodes ?? [];

/** The stages that one item passes; none before the run has started. */
export const stagesOf = (view: RunView): readonly RunStage[] => view.run?.stages ?? [];
