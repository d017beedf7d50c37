import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { JsonObject } from '../graph/index.ts';
import { RunError } from '../run/errors.ts';
import { parseEvents } from '../run/event-log.ts';
import { RunFolder, type RunRecord } from '../run/folder.ts';
import { Gatherer, type RunHistory } from './history.ts';

/** What the folder of a run holds about it. */
export interface ReportedRun {
  readonly folder: RunFolder;
  readonly history: RunHistory;
  /** How it was started, where that can be read. */
  readonly record: RunRecord | undefined;
  /** The resolved graph, where it can be read. */
  readonly document: JsonObject | undefined;
}

/**
 * Reads a run from its folder. Only `events.jsonl` has to be there; lines of it that are damaged are passed over.
 *
 * @throws RunError `not-a-run` where the folder has no events
 */
export async function readRun(path: string): Promise<ReportedRun> {
  const folder = new RunFolder(path);
  const events = createReadStream(folder.expectEvents());
  const gatherer = new Gatherer();
  const lines = createInterface({ input: events, crlfDelay: Infinity });
  for await (const line of lines) {
    for (const event of parseEvents(line)) {
      try {
        if (typeof event?.time === 'number') gatherer.add(event);
      } catch (cause) {
        // An event without the fields of its kind, from another version or a damaged disk, says nothing.
        if (!(cause instanceof TypeError)) throw cause;
      }
    }
  }
  if (!gatherer.history.started)
    throw new RunError('not-a-run', `${folder.events} has no beginning of a run`);
  return {
    folder,
    history: gatherer.history,
    record: whole(() => folder.record()),
    document: whole(() => folder.document()),
  };
}

/** What a file of the folder holds; undefined where it cannot be read. */
function whole<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
