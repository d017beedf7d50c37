import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastValueFrom, type Observable, toArray } from 'rxjs';
import { afterAll } from 'vitest';
import type { Graph } from '../../runtime/graph/index.ts';
import type { Registry } from '../../runtime/registry.ts';
import {
  type ResumeOptions,
  type RunEvent,
  type RunOptions,
  resumeGraph,
  runGraph,
} from '../../runtime/run/index.ts';
import { graphOf } from '../graph/toys.ts';

/** Events of one kind. */
export type Kind<K extends RunEvent['kind']> = Extract<RunEvent, { kind: K }>;

const HERE = { engine: 'onnx:cpu', threads: 1, thread: 'same' } as const;

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
  return resumeGraph(folder, graph, { thread: 'same', ...options });
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

/** The bytes of the tensors in the newest checkpoint. */
export function finalTensors(folder: string): Buffer {
  const checkpoints = join(folder, 'checkpoints');
  return readFileSync(
    join(checkpoints, readdirSync(checkpoints).sort().at(-1) as string, 'tensors.safetensors'),
  );
}

/** What a `toy/record` sink wrote, by step; a step that was done twice must have given the same. */
export function recorded(folder: string, node = 'rec', item = 'all'): Map<number, string> {
  const lines = readFileSync(join(folder, 'files', item, node, 'record.txt'), 'utf8')
    .trim()
    .split('\n');
  const values = new Map<number, string>();
  for (const line of lines) {
    const [step = '', value = ''] = line.split(' ');
    const known = values.get(Number(step));
    if (known !== undefined && known !== value) throw new Error(`step ${step} gave ${known}, then ${value}`);
    values.set(Number(step), value);
  }
  return values;
}

/** Everything that a run has to remember: random batches, momentum, states, buffers, stages, two optimizers. */
export function everything(registry: Registry, times = 40): Graph {
  return graphOf(registry, {
    formatVersion: 1,
    settings: { lr: 0.05 },
    nodes: {
      data: { type: 'toy/batch', params: { noise: 0.1 } },
      host: { type: 'toy/noise', params: { rows: 8 } },
      mixed: { type: 'toy/add', in: { a: 'data.x', b: 'host' } },
      net: { type: 'toy/linear', in: { x: 'mixed' } },
      error: { type: 'toy/square-error', in: { a: 'net', b: 'data.y' } },
      mean: { type: 'toy/mean', in: { x: 'error' } },
      first: { type: 'toy/sgd', in: { loss: 'error' }, params: { train: ['net'], lr: '$lr', momentum: 0.5 } },
      kept: { type: 'toy/replay', in: { x: 'net' } },
      other: { type: 'toy/linear', in: { x: 'mixed' } },
      distance: { type: 'toy/square-error', in: { a: 'other', b: 'kept' } },
      second: { type: 'toy/sgd', in: { loss: 'distance' }, params: { train: ['other'], lr: '$lr' } },
      rec: { type: 'toy/record', in: { x: 'mean' } },
    },
    schedule: [
      { pull: 'kept' },
      {
        stage: 'round',
        repeat: 2,
        steps: [
          { pull: 'first', times, also: [{ pull: 'rec', every: 1 }] },
          { pull: 'kept', times: 3 },
          { pull: 'second', times },
        ],
      },
      {
        stage: 'slow',
        settings: { lr: 0.01 },
        steps: [{ pull: ['first', 'second'], times, also: [{ pull: 'rec', every: 1 }] }],
      },
    ],
  });
}
