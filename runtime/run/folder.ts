import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { basename, join, relative, resolve, sep } from 'node:path';
import { type Static, Type } from 'typebox';
import { Errors } from 'typebox/value';
import { writeFileAtomic } from '../formats/atomic.ts';
import { makeFolder } from '../formats/make-folder.ts';
import { readText } from '../formats/regular-file.ts';
import { isObject, type Json, type JsonObject } from '../graph/index.ts';
import type { Item } from '../node.ts';
import { diskProblem, messageOf, RunError } from './errors.ts';

const RunRecordSchema = Type.Object({
  formatVersion: Type.Literal(1),
  run: Type.String(),
  /** Milliseconds since 1970. */
  started: Type.Number(),
  graph: Type.Object({ name: Type.String(), hash: Type.String(), file: Type.Optional(Type.String()) }),
  seed: Type.Number(),
  engine: Type.String(),
  threads: Type.Optional(Type.Number()),
  items: Type.Optional(Type.Array(Type.String())),
  /** Where relative paths in parameters begin. */
  workingFolder: Type.String(),
  /** Where the node types are: RegistryOptions. */
  registry: Type.Object({
    nodes: Type.Optional(Type.Array(Type.String())),
    builtIn: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  }),
});

/** How a run was started: `run.json` in its folder, from which it resumes. */
export type RunRecord = Static<typeof RunRecordSchema>;

const IMAGE = /\.(png|jpe?g|webp|gif)$/i;

/** The folder of a run. Nothing of a run is written anywhere else. */
export class RunFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = resolve(path);
  }

  /** Makes the folder of a new run: it must not exist, be empty, or be of one that came to no item. */
  async create(record: RunRecord, document: string): Promise<void> {
    try {
      if (existsSync(this.path) && readdirSync(this.path).length > 0) {
        if (!this.hasNothing()) throw new RunError('folder-in-use', `The folder ${this.path} is not empty`);
        for (const name of readdirSync(this.path)) rmSync(join(this.path, name), { recursive: true });
      }
      makeFolder(this.checkpoints);
    } catch (cause) {
      if (cause instanceof RunError || diskProblem(cause)) throw cause;
      const hint = 'Choose another folder with --out.';
      const message = `Cannot make the folder ${this.path}: ${messageOf(cause)}`;
      throw new RunError('bad-option', message, { hint }, { cause });
    }
    await writeFileAtomic(join(this.path, 'graph.json'), [Buffer.from(document)]);
    await this.writeJson('run.json', record);
  }

  /** How the run was started. Throws RunError `not-a-run`. */
  record(): RunRecord {
    const found = this.read('run.json');
    const [wrong] = Errors(RunRecordSchema, found);
    if (wrong) throw this.notARun(`run.json, at ${wrong.instancePath || '/'}: ${wrong.message}`);
    return found as RunRecord;
  }

  /** The resolved graph of the run, as it is in the folder now. Throws RunError `not-a-run`. */
  document(): JsonObject {
    const found = this.read('graph.json');
    if (!isObject(found)) throw this.notARun('graph.json holds no object');
    return found;
  }

  get checkpoints(): string {
    return join(this.path, 'checkpoints');
  }

  get events(): string {
    return join(this.path, 'events.jsonl');
  }

  /** The note of the process that does the run. */
  get running(): string {
    return join(this.path, 'running.json');
  }

  /** The path of the events. Throws RunError `not-a-run` where there are none. */
  expectEvents(): string {
    const { events } = this;
    if (existsSync(events) && statSync(events).isFile()) return events;
    throw new RunError('not-a-run', `${this.path} has no events: there is no file events.jsonl`);
  }

  /** Whether a run was refused here before its first item, as for a wrong option: it left nothing that is of use. */
  private hasNothing(): boolean {
    const own = ['run.json', 'graph.json', 'events.jsonl', 'checkpoints', 'metrics.json', 'report.html'];
    const there = readdirSync(this.path);
    if (!there.includes('run.json') || !there.every((name) => own.includes(name))) return false;
    if (existsSync(this.checkpoints) && readdirSync(this.checkpoints).length > 0) return false;
    return !existsSync(this.events) || !readFileSync(this.events, 'utf8').includes('"kind":"item-started"');
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

  private read(name: string): Json {
    try {
      return JSON.parse(readText(join(this.path, name))) as Json;
    } catch (cause) {
      if (!existsSync(this.path)) throw this.notARun('there is no such folder', cause);
      if (!existsSync(join(this.path, name))) throw this.notARun(`it has no ${name}`, cause);
      throw this.notARun(`${name}: ${messageOf(cause)}`, cause);
    }
  }

  private notARun(reason: string, cause?: unknown): RunError {
    return new RunError('not-a-run', `${this.path} is not the folder of a run: ${reason}`, {}, { cause });
  }
}

/** Items are named by people and files: what would not be the name of one folder everywhere is replaced. */
function itemFolder({ index, name }: Item): string {
  const safe = basename(name)
    .replaceAll(/[^\w.@-]/g, '_')
    .slice(0, 80);
  return safe === name && !/^\.+$/.test(name) ? name : `${index}-${safe}`;
}

/** What new folders of runs are named with: `20261122-175301`, in UTC. */
export function stamp(time: number): string {
  return new Date(time).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
}
