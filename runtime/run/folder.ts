import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative, resolve, sep } from 'node:path';
import { writeFileAtomic } from '../formats/atomic.ts';
import type { JsonObject } from '../graph/index.ts';
import type { Item } from '../node.ts';
import type { RegistryOptions } from '../registry.ts';
import { messageOf, RunError } from './errors.ts';

/** How a run was started: `run.json` in its folder, from which it resumes. */
export interface RunRecord {
  readonly formatVersion: 1;
  readonly run: string;
  /** Milliseconds since 1970. */
  readonly started: number;
  readonly graph: { readonly name: string; readonly hash: string; readonly file?: string };
  readonly seed: number;
  readonly engine: string;
  readonly threads?: number;
  readonly items?: readonly string[];
  /** Where relative paths in parameters begin. */
  readonly workingFolder: string;
  readonly registry: RegistryOptions;
}

const IMAGE = /\.(png|jpe?g|webp|gif)$/i;

/** The folder of a run. Nothing of a run is written anywhere else. */
export class RunFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = resolve(path);
  }

  /** Makes the folder of a new run: it must not exist, or be empty. */
  async create(record: RunRecord, document: string): Promise<void> {
    if (existsSync(this.path) && readdirSync(this.path).length > 0) {
      throw new RunError('folder-in-use', `The folder ${this.path} is not empty`);
    }
    mkdirSync(this.checkpoints, { recursive: true });
    await writeFileAtomic(join(this.path, 'graph.json'), [Buffer.from(document)]);
    await this.writeJson('run.json', record);
  }

  /** How the run was started. Throws RunError `not-a-run`. */
  record(): RunRecord {
    return this.read('run.json') as unknown as RunRecord;
  }

  /** The resolved graph of the run, as it is in the folder now. */
  document(): JsonObject {
    return this.read('graph.json');
  }

  get checkpoints(): string {
    return join(this.path, 'checkpoints');
  }

  get events(): string {
    return join(this.path, 'events.jsonl');
  }

  /** The path of a file of a sink: pictures under `images/`, others under `files/`, by item and node. */
  fileOf(item: Item, node: string, name: string): string {
    const base = join(this.path, IMAGE.test(name) ? 'images' : 'files', itemFolder(item), node);
    const path = resolve(base, name);
    if (!path.startsWith(base + sep)) {
      throw new RunError('sink-failed', `"${name}" is no name of a file inside of the run's folder`, {
        node,
      });
    }
    mkdirSync(resolve(path, '..'), { recursive: true });
    return path;
  }

  /** A path inside of the folder as events have it. */
  relative(path: string): string {
    return relative(this.path, path).split(sep).join('/');
  }

  async writeJson(name: string, value: unknown): Promise<void> {
    await writeFileAtomic(join(this.path, name), [Buffer.from(`${JSON.stringify(value, null, 2)}\n`)]);
  }

  private read(name: string): JsonObject {
    try {
      return JSON.parse(readFileSync(join(this.path, name), 'utf8')) as JsonObject;
    } catch (cause) {
      throw new RunError(
        'not-a-run',
        `${this.path} is not the folder of a run: ${messageOf(cause)}`,
        {},
        { cause },
      );
    }
  }
}

/** Items are named by people and files: what would not be the name of one folder everywhere is replaced. */
function itemFolder({ index, name }: Item): string {
  const safe = basename(name)
    .replaceAll(/[^\w.@-]/g, '_')
    .slice(0, 80);
  return safe === name && !/^\.+$/.test(name) ? name : `${index}-${safe}`;
}
