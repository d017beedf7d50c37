import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { HostTensor } from '../engine/index.ts';
import { syncFolder } from '../formats/atomic.ts';
import { hashJson, type Json, type JsonObject } from '../graph/index.ts';
import { messageOf } from './errors.ts';
import { digestOf, type FileDigest, readTensors, type SavedEntry, writeTensors } from './tensors.ts';

/** Where a run is, and everything that it goes on from besides tensors. */
export interface RunState {
  readonly graphHash: string;
  /** The resolved graph, to say what differs when another is given. */
  readonly document: JsonObject;
  readonly seed: number;
  readonly engine: string;
  /** Names of the items in their order; checkpoints of earlier versions lack them. */
  readonly items?: readonly string[];
  /** Place of the current item in the run's list of items; its length when all are done. */
  readonly item: number;
  /** Whether the item has begun: then the tensors belong to it. */
  readonly begun: boolean;
  /** Entry of the unrolled schedule, and how many of its pulls are done. */
  readonly entry: number;
  readonly done: number;
  /** Pulls of the schedule done for this item, pulls of any kind done for it, and pulls of the schedule in all. */
  readonly itemPulls: number;
  readonly evaluations: number;
  readonly pulls: number;
  readonly counters: Readonly<Record<string, number>>;
  readonly optimizers: Readonly<Record<string, number>>;
  readonly failedItems: readonly string[];
  readonly metrics: JsonObject;
  /** Milliseconds of work in all parts of the run so far, and on this item. */
  readonly elapsed: number;
  readonly itemElapsed: number;
}

interface Manifest {
  readonly formatVersion: 1;
  readonly state: RunState;
  readonly tensors: FileDigest;
  /** SHA-256 of the rest of the manifest as canonical JSON. */
  readonly hash: string;
}

export interface Checkpoint {
  readonly path: string;
  readonly state: RunState;
  tensors(): Promise<Map<string, HostTensor>>;
}

const KEPT = 2;
const TENSORS = 'tensors.safetensors';
const MANIFEST = 'manifest.json';
const NAME = /^\d{6,}$/;

/** The checkpoints of a run: numbered folders, of which the last two stay. */
export class Checkpoints {
  constructor(private readonly folder: string) {}

  /**
   * Writes a checkpoint: into a temporary folder, flushed, renamed, the parent flushed; then older ones go. When
   * anything fails, the earlier checkpoints are as they were.
   */
  async write(state: RunState, tensors: Iterable<SavedEntry>): Promise<{ path: string; bytes: number }> {
    const names = this.names();
    const name = String(Number(names.at(-1) ?? 0) + 1).padStart(6, '0');
    const temporary = join(this.folder, `.${name}.tmp`);
    await rm(temporary, { recursive: true, force: true });
    await mkdir(temporary, { recursive: true });
    try {
      const digest = await writeTensors(join(temporary, TENSORS), tensors);
      const rest = { formatVersion: 1 as const, state, tensors: digest };
      const manifest: Manifest = { ...rest, hash: hashJson(rest as unknown as Json) };
      const text = `${JSON.stringify(manifest, null, 2)}\n`;
      await writeFlushed(join(temporary, MANIFEST), text);
      await syncFolder(temporary);
      const path = join(this.folder, name);
      await rename(temporary, path);
      await syncFolder(this.folder);
      for (const old of names.slice(0, names.length - (KEPT - 1))) {
        await rm(join(this.folder, old), { recursive: true, force: true });
      }
      return { path, bytes: digest.bytes + text.length };
    } catch (cause) {
      await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
      throw cause;
    }
  }

  /** The newest checkpoint whose hashes hold; `skipped` is told of those that are damaged, and why. */
  async newest(
    skipped: (path: string, reason: string) => void = () => undefined,
  ): Promise<Checkpoint | undefined> {
    for (const name of this.names().reverse()) {
      const path = join(this.folder, name);
      try {
        const manifest = JSON.parse(readFileSync(join(path, MANIFEST), 'utf8')) as Manifest;
        const { hash, ...rest } = manifest;
        if (hashJson(rest as unknown as Json) !== hash)
          throw new Error('the manifest does not have its hash');
        const digest = await digestOf(join(path, TENSORS));
        if (digest.sha256 !== manifest.tensors.sha256) throw new Error('the tensors do not have their hash');
        return { path, state: manifest.state, tensors: () => readTensors(join(path, TENSORS)) };
      } catch (cause) {
        skipped(basename(path), messageOf(cause));
      }
    }
    return undefined;
  }

  /** Whether there is a checkpoint, whole or not. */
  get hasAny(): boolean {
    return this.names().length > 0;
  }

  private names(): string[] {
    if (!existsSync(this.folder)) return [];
    return readdirSync(this.folder)
      .filter((name) => NAME.test(name))
      .sort((a, b) => Number(a) - Number(b));
  }
}

async function writeFlushed(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
