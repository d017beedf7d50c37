import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { isObject, type Json } from '../graph/index.ts';
import type { RunEvent } from './events.ts';

/** Appends events to `events.jsonl`, one a line. Every line that was written whole stays whole. */
export class EventLog {
  private readonly file: number;
  private length: number;
  /** What the last append failed of; cleared by the next that works. */
  failure: unknown;

  /** Opens the log of a run, and cuts off a line that a killed process left unfinished. */
  constructor(path: string) {
    this.file = openSync(path, 'a+');
    this.length = endOfLastLine(this.file);
    ftruncateSync(this.file, this.length);
  }

  /** Returns false where nothing could be written; the log is then as it was. */
  append(event: RunEvent): boolean {
    const line = Buffer.from(`${JSON.stringify(event)}\n`);
    try {
      for (let done = 0; done < line.length; ) done += writeSync(this.file, line, done);
      this.length += line.length;
      this.failure = undefined;
      return true;
    } catch (cause) {
      this.failure = cause;
      try {
        ftruncateSync(this.file, this.length);
      } catch {
        // cutting failed too: the next opening does it
      }
      return false;
    }
  }

  flush(): void {
    try {
      fsyncSync(this.file);
    } catch (cause) {
      this.failure = cause;
    }
  }

  close(): void {
    this.flush();
    closeSync(this.file);
  }
}

/** The events in the text of a log; a line that is no JSON object, such as a torn last one, is left out. */
export function parseEvents(text: string): RunEvent[] {
  return text.split('\n').flatMap((line) => {
    if (!line) return [];
    try {
      const event = JSON.parse(line) as Json;
      return isObject(event) ? [event as unknown as RunEvent] : [];
    } catch {
      return [];
    }
  });
}

const BLOCK = 1 << 16;

function endOfLastLine(file: number): number {
  const block = Buffer.alloc(BLOCK);
  for (let end = fstatSync(file).size; end > 0; ) {
    const start = Math.max(0, end - BLOCK);
    const count = readSync(file, block, 0, end - start, start);
    const at = block.subarray(0, count).lastIndexOf(10);
    if (at >= 0) return start + at + 1;
    end = start;
  }
  return 0;
}
