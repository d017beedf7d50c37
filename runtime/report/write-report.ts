import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { writeFileAtomic } from '../formats/atomic.ts';
import { collectAssets } from './assets.ts';
import { Budget, type LeftOut } from './budget.ts';
import { page } from './page.ts';
import { readRun } from './read-run.ts';

export interface ReportOptions {
  /** Where the page is written. Default: `report.html` in the folder of the run. */
  readonly out?: string;
  /** Bytes that the page may have; what does not fit is left out, and the page says what. Default: 8 000 000. */
  readonly maxBytes?: number;
}

export interface WrittenReport {
  readonly path: string;
  readonly bytes: number;
  readonly items: number;
  readonly leftOut: readonly LeftOut[];
}

const MAX_BYTES = 8_000_000;
const MOST_ITEMS = 200;

/**
 * Writes what a run has done as one page of HTML that needs nothing else, neither network nor files: pictures, shapes
 * that can be turned, loss curves, metrics, settings, times, and the commands that do it again. It is made from the
 * folder of the run alone, of which only `events.jsonl` has to be there; the page says what was missing.
 *
 * @throws RunError `not-a-run` where the folder has no events, and the file system's errors
 */
export async function writeReport(runFolder: string, options: ReportOptions = {}): Promise<WrittenReport> {
  const run = await readRun(runFolder);
  const items = [...run.history.items.values()].slice(0, MOST_ITEMS);
  const style = await textOf('./style.css');
  const script = await textOf('./viewer.generated.js');
  const made = { run, items, style, script };
  const bare = Buffer.byteLength(page({ ...made, assets: new Map(), leftOut: [] }));
  const budget = new Budget((options.maxBytes ?? MAX_BYTES) - bare);
  const assets = await collectAssets(run, items, budget);
  const { leftOut } = budget;
  const content = Buffer.from(page({ ...made, assets, leftOut }));
  const path = options.out === undefined ? join(run.folder.path, 'report.html') : resolve(options.out);
  await writeFileAtomic(path, [content]);
  return { path, bytes: content.length, items: items.length, leftOut };
}

/** With the ends of lines that browsers make of any others: the page's policy knows the text by its hash. */
async function textOf(name: string): Promise<string> {
  return (await readFile(new URL(name, import.meta.url), 'utf8')).replaceAll('\r\n', '\n');
}
