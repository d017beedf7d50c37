import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastValueFrom, type Observable, toArray } from 'rxjs';
import { afterAll } from 'vitest';
import type { Graph } from '../../runtime/graph/index.ts';
import {
  type ResumeOptions,
  type RunEvent,
  type RunOptions,
  resumeGraph,
  runGraph,
} from '../../runtime/run/index.ts';

/** Events of one kind. */
export type Kind<K extends RunEvent['kind']> = Extract<RunEvent, { kind: K }>;

const HERE = { engine: 'onnx:cpu', threads: 1, place: 'here' } as const;

/** A folder that is gone after the tests of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gan2shape-run-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs in this thread. */
export function run(graph: Graph, folder: string, options: RunOptions = {}): Observable<RunEvent> {
  return runGraph(graph, { ...HERE, folder, ...options });
}

export function resume(graph: Graph, folder: string, options: ResumeOptions = {}): Observable<RunEvent> {
  return resumeGraph(folder, graph, { place: 'here', ...options });
}

export function all(events: Observable<RunEvent>): Promise<RunEvent[]> {
  return lastValueFrom(events.pipe(toArray()));
}

export function of<K extends RunEvent['kind']>(events: readonly RunEvent[], kind: K): Kind<K>[] {
  return events.filter((event): event is Kind<K> => event.kind === kind);
}

/** The only event of a kind. */
export function one<K extends RunEvent['kind']>(events: readonly RunEvent[], kind: K): Kind<K> {
  const found = of(events, kind);
  if (found.length !== 1) throw new Error(`${found.length} events of kind ${kind}`);
  return found[0] as Kind<K>;
}
